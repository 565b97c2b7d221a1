"""Who is not told: shoppers who said stop, by any way there is, and customers who are erased."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from store.alert_tables import alerts
from store.conversations import ConversationTable
from store.database import Database
from store.desk import ProofTable, WishTable
from store.erasing import erase_contact
from store.exporting import export_contact
from store.support_tables import outbox
from support.model import Inbound, SignedIdentity
from tests.alerted import HOLD, P1, P2, Shop
from tracking.model import Contact, Status

pytest_plugins = ["tests.alerted_fixtures"]


async def test_a_stop_is_heard_even_while_the_message_waits(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work()
    await told.consent.change("+12025550142", "sms", True)
    await told.work(HOLD)
    assert (told.texts, told.subjects) == ([], [])
    assert await told.states() == [("sms", "out_for_delivery", "skipped", "opted_out")]


@pytest.mark.parametrize("proven", [False, True])
async def test_a_wish_said_in_a_talk_counts(told: Shop, database: Database, proven: bool) -> None:
    await told.order(P1)
    signed = SignedIdentity() if proven else SignedIdentity(phone="+12025550142")
    now = told.clock.now()
    inbound = Inbound("web-1", "m-1", "alerts off", identity=signed)
    await ConversationTable(database).receive(inbound, now, now, now - timedelta(hours=1), "holder")
    if proven:
        await ProofTable(database).add_verified("web-1", "1001", "proof", now)
    await WishTable(database).set_alerts("web-1", False, now)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    assert await told.states() == [("sms", "out_for_delivery", "skipped", "unwanted")]
    await WishTable(database).set_alerts("web-1", True, now + timedelta(minutes=1))
    await told.scan(P1, Status.DELIVERED)
    await told.work(HOLD)
    assert len(told.texts) == 1


async def test_the_link_stops_one_medium_until_alerts_on(told: Shop, database: Database) -> None:
    await told.order(P1)
    opened = told.stop_links.opened(told.stop_links.url("email", "robin@example.com").rsplit("/", 1)[1])
    assert opened is not None
    await told.preferences.stop(*opened, "link")
    await told.scan(P1, Status.IN_TRANSIT)
    await told.work(HOLD)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    assert (told.subjects, len(told.texts)) == ([], 1)
    now = told.clock.now() + timedelta(minutes=1)
    inbound = Inbound("web-1", "m-1", "alerts on", identity=SignedIdentity(email="robin@example.com"))
    await ConversationTable(database).receive(inbound, now, now, now - timedelta(hours=1), "holder")
    await WishTable(database).set_alerts("web-1", True, now)
    await told.scan(P1, Status.DELAYED)
    await told.work(HOLD)
    assert told.subjects == ["Your order 1001 is delayed"]


async def test_a_provider_that_says_stop_is_believed(told: Shop) -> None:
    await told.order(P1)
    told.phone.status, told.phone.answer = 400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient"}
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    assert await told.consent.stopped("+12025550142", "sms")
    assert told.subjects == []
    assert await told.states() == [("sms", "out_for_delivery", "skipped", "opted_out")]


async def test_erasing_a_customer_takes_alerts_and_their_jobs(told: Shop, database: Database) -> None:
    await told.order(P1)
    await told.order(P2, number="1002", customer=Contact("Alex", "alex@example.com", "+12025550101"))
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work()
    await told.scan(P1, Status.DELIVERED)
    await told.scan(P2, Status.DELIVERED)
    exported = await export_contact(database, "robin@example.com", "")
    assert [row["occasion"] for row in exported["alerts"]] == ["out_for_delivery"]
    erased = await database.run(lambda connection: erase_contact(connection, "robin@example.com", ""))
    assert erased.counts["alerts"] == 1
    await told.work(HOLD)
    assert [text for text in told.texts if "1001" in text] == []
    assert len(told.texts) == 1
    async with database.read() as connection:
        left = [
            str(dict(row)) for table in (alerts, outbox) for row in (await connection.execute(select(table))).mappings()
        ]
    assert [row for row in left if "1001" in row or "2025550142" in row] == []
