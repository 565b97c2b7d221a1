"""Who is asked: after pushes, by whom, for how long, and which carrier it is after all."""

from collections.abc import AsyncIterator

import pytest
import structlog

from actions import times
from doorstep.poller import LEASE
from store.database import Database
from store.orders import SqlOrders
from tests.carrier_stands.base import Fault, Known
from tests.polling_place import Place, counted, polling_at
from tracking.carriers.apis import Rate
from tracking.model import CarrierSwitch, EventUpdate, Status, TrackingEvent
from tracking.orders import Orders
from web.order_view import order_view as api_view
from web.track.view import order_view as page_view

UPS, USPS = "1Z5R89390357567127", "9405803699300124287899"


@pytest.fixture
async def place(database: Database) -> AsyncIterator[Place]:
    async with polling_at(database, "usps") as place:
        yield place


@pytest.fixture
async def two(database: Database) -> AsyncIterator[Place]:
    async with polling_at(database, "ups", "usps") as place:
        yield place


async def test_a_push_moves_the_next_question_on_and_a_missed_one_is_caught(place: Place) -> None:
    poller = await place.ready("usps")
    place.know("usps", USPS, "transit")
    await place.add(USPS, "usps")
    await place.until_idle(poller)
    for _ in range(5):
        place.time.pass_(hours=1, minutes=50)
        now = place.time.now()
        scan = TrackingEvent(Status.IN_TRANSIT, now, now, "easypost")
        await place.ingest.record_events([EventUpdate(USPS, scan, "usps")])
        await place.until_idle(poller)
    assert len(place.asked("usps")) == 1
    place.know("usps", USPS, "transit", "out")
    place.time.pass_(hours=4)
    await place.until_idle(poller)
    assert len(place.asked("usps")) == 2


async def test_it_is_told_once_to_follow_a_parcel(two: Place) -> None:
    poller = await two.ready("ups")
    two.know("ups", UPS, "out")
    await two.add(UPS, "ups")
    for _ in range(3):
        await two.until_idle(poller)
        two.time.pass_(minutes=16)
    assert two.stands["ups"].registered == [UPS]
    assert two.asked("ups") == [UPS] * 3
    assert (await two.row(UPS))["registered_with"] == "ups/ups"


async def test_a_source_that_won_t_follow_is_asked_all_the_same(two: Place) -> None:
    del two.values["ups_secret"]
    poller = await two.ready("ups")
    two.know("ups", UPS, "transit")
    await two.add(UPS, "ups")
    await two.until_idle(poller)
    assert two.stands["ups"].registered == []
    assert (await two.row(UPS))["registered_with"] == "ups/ups"
    assert (await two.shipment(UPS)).status is Status.IN_TRANSIT


async def test_only_the_holder_of_the_lease_asks(place: Place) -> None:
    first, second = await place.ready("usps"), await place.poller("usps")
    await place.add(USPS, "usps")
    await second.once()
    assert place.asked("usps") == []
    await first.once()
    assert place.asked("usps") == [USPS]


async def test_a_holder_that_died_is_replaced(place: Place) -> None:
    await place.ready("usps")
    second = await place.poller("usps")
    await place.add(USPS, "usps")
    place.time.seconds += LEASE.total_seconds() - 70
    await second.once()
    assert place.asked("usps") == []
    place.time.pass_(seconds=71)
    await place.until_idle(second)
    assert place.asked("usps") == [USPS]


async def test_the_rate_is_kept_by_all_together(place: Place) -> None:
    rate, numbers = Rate(0.5, 4), [f"94058036993001242{n:05}" for n in range(30)]
    for n, number in enumerate(numbers):
        await place.add(number, "usps", f"10{n}")
    sent: list[float] = []
    reply = place.stands["usps"].reply

    def counting(asked: object) -> object:
        sent.append(place.time.seconds)
        return reply(asked)  # type: ignore[arg-type]

    place.stands["usps"].reply = counting  # type: ignore[method-assign,assignment]
    while len(sent) < len(numbers):
        # Each time a new process, which begins where the one before has just been ended.
        poller = await place.poller("usps", rate)
        for _ in range(4):
            await poller.once()
            await place.time.sleep(1)
        await place.polls.release("usps", poller._around.holder)
    assert len(sent) == 30
    for count, at in enumerate(sent, 1):
        assert count <= rate.burst + rate.per_second * at + 1e-6


async def test_a_parcel_that_was_erased_meanwhile_stays_gone(place: Place) -> None:
    poller = await place.ready("usps")
    place.know("usps", USPS, "transit")
    await place.add(USPS, "usps")
    due = (await place.polls.due(["usps"], place.time.now(), 1))[0]
    assert await place.ingest.erase_shop("shop") == 1
    await poller._do(due)
    assert await place.polls.codes() == []
    assert counted("usps", "outdated") >= 1


async def test_the_right_carrier_takes_the_wrong_one_s_place(two: Place) -> None:
    ups, usps = await two.ready("ups"), await two.ready("usps")
    two.know("usps", USPS, "label", "transit")
    await two.add(USPS, "ups")
    await two.until_idle(ups)
    two.time.pass_(hours=47)
    for _ in range(3):
        await two.until_idle(ups)
        await two.until_idle(usps)
    assert two.asked("usps") == []
    two.time.pass_(hours=13)
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            await two.until_idle(ups)
            await two.until_idle(usps)
    shipment = await two.shipment(USPS)
    assert (shipment.carrier, shipment.status) == ("usps", Status.IN_TRANSIT)
    assert isinstance(shipment.switched, CarrierSwitch)
    assert (shipment.switched.was, shipment.switched.at) == ("ups", shipment.last_checked_at)
    assert [line for line in logs if line["event"] == "carrier_switched"] == [
        {"event": "carrier_switched", "log_level": "info", "source": "usps", "was": "ups", "now": "usps"}
    ]
    await says_so(two)
    # The shop says it again, as it does with every update: nothing flips back, nobody asks UPS any more.
    two.time.pass_(hours=5)
    await two.add(USPS, "ups")
    asked = len(two.asked("ups"))
    await two.until_idle(ups)
    assert (await two.shipment(USPS)).carrier == "usps"
    assert len(two.asked("ups")) == asked


async def says_so(place: Place) -> None:
    """The API and the tracking page say whose parcel it had been taken for."""
    order = await Orders(SqlOrders(place.database)).find("1001")
    assert order is not None
    told = api_view(order, place.time.now())["shipments"][0]
    assert told["carrier_switched"] == {"from": "ups", "at": order.shipments[0].last_checked_at}
    page = page_view(order, place.time.now(), times).parcels[0]
    assert page.checked.endswith("The shop named UPS; USPS knows this number.")


async def test_a_candidate_that_does_not_know_it_either_changes_nothing(two: Place) -> None:
    ups, usps = await two.ready("ups"), await two.ready("usps")
    await two.add(USPS, "ups")
    for _ in range(9):
        await two.until_idle(ups)
        await two.until_idle(usps)
        two.time.pass_(hours=12)
    shipment = await two.shipment(USPS)
    assert (shipment.carrier, shipment.switched) == ("ups", None)
    assert two.asked("usps")
    assert len(two.asked("ups")) > len(two.asked("usps"))


async def test_a_candidate_that_is_down_does_not_keep_the_named_carrier_from_being_asked(two: Place) -> None:
    ups, usps = await two.ready("ups"), await two.ready("usps")
    await two.add(USPS, "ups")
    await two.until_idle(ups)
    two.time.pass_(hours=60)
    await two.until_idle(ups)
    assert (await two.row(USPS))["ask_as"] == "usps"
    two.stands["usps"].faults = [Fault(200, b"<html>")]
    await usps.once()
    assert (await two.row(USPS))["ask_as"] == "ups"


async def test_an_unexpected_error_stops_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    poller = await place.ready("usps")
    await place.add(USPS, "usps")

    async def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(poller._live, "ask", broken)
        await poller.once()
    row = await place.row(USPS)
    assert (row["checks_failed"], row["last_checked_at"]) == (1, None)
    assert row["next_check_at"] > place.time.now()
    place.stands["usps"].parcels[USPS] = Known(("transit",))
    place.time.pass_(minutes=10)
    await place.until_idle(poller)
    assert (await place.shipment(USPS)).status is Status.IN_TRANSIT
