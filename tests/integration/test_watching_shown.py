"""Where people see a silent parcel: the API, and the console with a ticket that nobody asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from store.database import Database
from store.watching import WatchTable
from support.model import TicketDraft, TicketReason
from support.watching import Trouble, conversation_of
from tests.consoles import agent
from tests.fakes import World, world
from tracking.model import (
    Address,
    Contact,
    EventUpdate,
    Item,
    OrderUpdate,
    ShipmentUpdate,
    Status,
    TrackingEvent,
)

PARCEL = "1Z999AA10123456784"
TALK = conversation_of("1001", PARCEL)


@pytest.fixture
async def app(database: Database) -> World:
    """A world in which a parcel has been silent for twelve days, and the shop has a ticket of its own for it."""
    app, now = world(database), datetime.now(UTC)
    update = OrderUpdate(
        "1001",
        now - timedelta(days=14),
        "shop",
        now - timedelta(days=14),
        Contact("Dana", "dana@example.com"),
        Address("94016", "Foghorn Bay", "CA", "US"),
        (Item("POT", "Glass Teapot"),),
        (ShipmentUpdate(PARCEL, "ups", service="Ground"),),
    )
    await app.services.ingest.save_orders([update])
    scan = TrackingEvent(Status.IN_TRANSIT, now - timedelta(days=12), now, "ups", description="Left the hub")
    await app.services.ingest.record_events([EventUpdate(PARCEL, scan)])
    draft = TicketDraft(TALK, TicketReason.QUIET, "Parcel has stalled", "1001", contact="dana@example.com")
    assert await WatchTable(database).open(Trouble("fact", "1001", PARCEL), draft, now)
    return app


async def test_the_api_explains_a_finding(app: World) -> None:
    async with app.client() as client:
        (parcel,) = (await client.get("/api/v1/orders/1001")).json()["shipments"]
    found = parcel["finding"]
    assert (found["kind"], found["basis"], found["share"], found["count"]) == ("stalled", "general_rule", None, 0)
    assert found["since"] == parcel["quiet_since"] == parcel["last_scan_at"]
    assert found["normal_hours"] == 96 < found["silent_hours"] <= 12 * 24 + 0.1
    assert "usually scanned again within 4 days (a general rule" in found["text"]
    assert parcel["service"] == "Ground"


async def test_the_api_says_none_while_silence_is_normal(app: World) -> None:
    now = datetime.now(UTC).isoformat()
    event = {"tracking_number": PARCEL, "status": "in_transit", "occurred_at": now, "service": "Next Day"}
    async with app.client() as client:
        await client.post("/api/v1/tracking-events", json={"events": [event]})
        (parcel,) = (await client.get("/api/v1/orders/1001")).json()["shipments"]
    assert (parcel["finding"], parcel["quiet_since"], parcel["service"]) == (None, None, "Next Day")


async def test_the_api_lists_a_ticket_that_nobody_asked_for(app: World) -> None:
    async with app.client() as client:
        (ticket,) = (await client.get("/api/v1/tickets?state=open")).json()
    assert (ticket["reason"], ticket["order_number"], ticket["conversation"]) == ("quiet", "1001", TALK)


async def test_agents_find_it_and_its_page_has_the_order(app: World) -> None:
    (ticket,) = await app.services.tickets.list()
    async with agent(app) as sam:
        assert f'data-row="{TALK}"' not in (await sam.get()).text
        queue = (await sam.get("/queue?view=open")).text
        assert f'data-row="{TALK}"' in queue
        assert "nobody has asked" in queue
        for words in (ticket.number, "1001"):
            assert f'data-row="{TALK}"' in (await sam.get(f"/search?q={words}")).text
        there = await sam.get(f"/tickets/{ticket.number}")
        assert (there.status_code, there.headers["location"]) == (303, f"/console/conversations/{TALK}")
        page = await sam.get(f"/conversations/{TALK}")
    assert page.status_code == 200
    for shown in (
        "Glass Teapot",
        "Parcel has stalled",
        "Nobody has asked yet",
        "general rule",
        "quiet since",
        "Left the hub",
    ):
        assert shown in page.text


async def test_an_agent_works_on_it_like_on_any_other(app: World) -> None:
    async with agent(app) as sam:
        assert (await sam.post(f"/conversations/{TALK}/notes", text="Called the depot")).status_code == 204
        assert (await sam.post(f"/conversations/{TALK}/take")).status_code == 204
        assert (await sam.post(f"/conversations/{TALK}/say", message_id="a1", text="We look for it")).status_code == 204
        assert (await sam.post(f"/conversations/{TALK}/solve")).status_code == 204
        page = (await sam.get(f"/conversations/{TALK}")).text
    assert "Called the depot" in page
    assert "We look for it" in page
    (ticket,) = await app.services.tickets.list()
    assert ticket.state == "solved"
