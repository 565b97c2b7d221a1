"""Which order a text without a word of which one means: the one of the newest alert, if nothing was said since."""

from datetime import timedelta

from store.conversations import ConversationTable
from store.database import Database
from store.told import ANSWERED_WITHIN, ToldTable
from support.model import Inbound, Reply
from tests.alerted import HOLD, P1, P2, Shop
from tracking.model import Status

pytest_plugins = ["tests.alerted_fixtures"]
TALK = "sms:+12025550142"


async def reply(told: Shop, database: Database, message: str) -> None:
    """A text comes in and is answered."""
    table, now = ConversationTable(database), told.clock.now()
    got = await table.receive(Inbound(TALK, message, "hello", "sms"), now, now + HOUR, now - HOUR, "holder")
    assert got.message
    await table.answer(TALK, got.message.number, (Reply("Hello!"),), now, None, None)


HOUR = timedelta(hours=1)


async def test_the_newest_alert_counts_until_somebody_answers(told: Shop, database: Database) -> None:
    newest = ToldTable(database, told.clock)
    await told.order(P1)
    await told.order(P2, number="1002")
    assert await newest.last(TALK) == ""
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work()
    assert await newest.last(TALK) == "", "it waits still"
    await told.work(HOLD)
    assert await newest.last(TALK) == "1001"
    told.clock.pass_(seconds=60)
    await told.scan(P2, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    assert await newest.last(TALK) == "1002"
    told.clock.pass_(seconds=60)
    await reply(told, database, "m-1")
    assert await newest.last(TALK) == ""
    told.clock.pass_(seconds=60)
    await told.scan(P1, Status.DELIVERED)
    await told.work(HOLD)
    assert await newest.last(TALK) == "1001"
    told.clock.pass_(seconds=ANSWERED_WITHIN.total_seconds() + 1)
    assert await newest.last(TALK) == ""


async def test_it_is_only_for_the_phone_that_got_it(told: Shop, database: Database) -> None:
    newest = ToldTable(database, told.clock)
    await told.order(P1)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    for other in ("sms:+12025550199", "+12025550142", "web-1", "sms:whatsapp:+12025550142", "sms:"):
        assert await newest.last(other) == ""


async def test_a_text_that_was_refused_told_nothing(told: Shop, database: Database) -> None:
    await told.order(P1)
    told.phone.refuse("never")
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    assert await ToldTable(database, told.clock).last(TALK) == ""
