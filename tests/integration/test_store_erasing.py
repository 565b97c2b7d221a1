"""A shop's legal requests: what is erased is gone from every table, and nothing else is."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from store.conversations import ConversationTable
from store.database import Database
from store.desk import ProofTable, WishTable
from store.tables import metadata
from store.tickets import TicketTable
from support.model import Inbound, SignedIdentity, TicketDraft, TicketReason
from tests.reports import Tracking, customer, order, seen, shipped, tracking_on
from tests.scans import NOON, scan
from tracking.keys import order_key
from tracking.model import Contact, Status

MINE = customer()
OTHER = Contact("Alex Roe", "alex@example.com", "+15550101")


@pytest.fixture
def tracking(database: Database) -> Tracking:
    return tracking_on(database)


async def everything(database: Database) -> str:
    """All that the database holds, as text."""
    async with database.read() as connection:
        rows: list[Mapping[str, Any]] = []
        for table in metadata.sorted_tables:
            rows += (await connection.execute(select(table))).mappings()
    return "\n".join(str(dict(row)) for row in rows)


async def fill(tracking: Tracking) -> None:
    await tracking.ingest.save_orders(
        [
            shipped("1001", "MINE1", "BOTH1", customer=MINE, external_id="id-1"),
            shipped("1002", "OTHER1", "BOTH1", customer=OTHER, external_id="id-2"),
            order("1003", customer=MINE, source="elsewhere"),
        ]
    )
    delivery = scan(Status.DELIVERED, signed_by="R. Doe")
    await tracking.ingest.record_events([seen("MINE1", delivery), seen("BOTH1", scan(Status.IN_TRANSIT))])


async def talk(database: Database, conversation: str, text: str, signed: SignedIdentity | None = None) -> None:
    inbound = Inbound(conversation, f"m-{conversation}", text, identity=signed or SignedIdentity())
    later = NOON + timedelta(minutes=1)
    await ConversationTable(database).receive(inbound, NOON, later, NOON - timedelta(minutes=30), "holder")


async def test_a_customer_s_orders_are_erased_by_the_shop_s_own_ids(tracking: Tracking) -> None:
    await fill(tracking)
    assert await tracking.ingest.erase_customer("shop", external_ids=["id-1", "id-9"]) == 1
    assert await tracking.orders.find("1001") is None
    assert await tracking.orders.find_by_tracking_number("MINE1") is None
    other = await tracking.orders.find("1002")
    assert other is not None
    assert [(s.tracking_number, s.status) for s in other.shipments] == [("OTHER1", "pending"), ("BOTH1", "in_transit")]
    left = await everything(tracking.database)
    assert "R. Doe" not in left
    assert "MINE1" not in left


@pytest.mark.parametrize("contact", [{"email": "Robin@example.com"}, {"phone": "+15550100"}])
async def test_a_customer_is_erased_by_contact_in_this_shop_alone(tracking: Tracking, contact: dict[str, str]) -> None:
    await fill(tracking)
    assert await tracking.ingest.erase_customer("shop", **contact) == 1
    assert await tracking.orders.find("1001") is None
    assert await tracking.orders.find("1003") is not None


async def test_what_was_said_is_erased_too(tracking: Tracking) -> None:
    database = tracking.database
    await fill(tracking)
    signed = SignedIdentity(email="robin@example.com")
    await talk(database, "signed", "my secret words", signed)
    await talk(database, "proven", "robin@example.com is my proof")
    await talk(database, "stranger", "harmless words")
    await ProofTable(database).add_verified("proven", order_key("#1001"), "proof", NOON)
    await WishTable(database).set_alerts("signed", True, NOON)
    draft = TicketDraft("proven", TicketReason.DAMAGED, "Robin's shoes", order_number="1001")
    ticket = await TicketTable(database).open(draft, NOON)
    await tracking.ingest.erase_customer("elsewhere", email="robin@example.com")
    await tracking.ingest.erase_customer("shop", external_ids=["id-1"])
    left = await everything(database)
    for secret in ("Robin", "robin@", "secret", "shoes", "+15550100", "proven", "signed'"):
        assert secret not in left
    assert "harmless words" in left
    emptied = await TicketTable(database).get(ticket.number)
    assert emptied is not None
    assert (emptied.summary, emptied.state) == ("", "solved")


async def test_a_shop_s_data_is_erased_and_another_shop_s_is_not(tracking: Tracking) -> None:
    await fill(tracking)
    assert await tracking.ingest.erase_shop("shop") == 2
    assert await tracking.orders.find("1002") is None
    assert await tracking.orders.find("1003") is not None
    assert "alex@example.com" not in await everything(tracking.database)


async def test_erasing_nobody_erases_nothing(tracking: Tracking) -> None:
    await fill(tracking)
    before = await everything(tracking.database)
    assert await tracking.ingest.erase_customer("shop") == 0
    assert await tracking.ingest.erase_customer("shop", email=" ", external_ids=[""]) == 0
    assert await everything(tracking.database) == before
