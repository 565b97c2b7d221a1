"""What was given up for good: seen by admins and in metrics, tried again or let go, and the log keeps who did."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from prometheus_client import REGISTRY

from doorstep.console import queue_gauges
from store.database import Database
from store.dead_letters import DeadLetterTable
from store.outbox import add_job
from store.support_tables import outbox
from support.dead_letters import JobCounts, without_contacts
from tests.alerted import HOLD, P1, ROBIN, RULES, Shop, shop
from tests.consoles import agent
from tests.desks import FrozenClock
from tests.fakes import World, world
from tracking.errors import InvalidInput
from tracking.model import Contact, Status

pytest_plugins = ["tests.alerted_fixtures"]


@pytest.fixture
def app(database: Database) -> World:
    return world(database)


async def a_dead_job(told: Shop, key: str = "odd", error: str = "Nobody can.") -> None:
    """A job whose handler says that it can never be done."""

    async def never(_job: object) -> None:
        raise InvalidInput(error)

    now = told.clock.now()
    async with told.database.write() as connection:
        await add_job(connection, "deliver", key, "", {"order": "1001"}, now)
    told.worker._handlers = {"deliver": never}
    await told.work()
    told.worker = told.new_worker()


async def given_up_text(told: Shop) -> None:
    """A text that no provider takes, and no other medium can tell."""
    await told.order(P1, customer=Contact(phone=ROBIN.phone))
    told.phone.refuse("never")
    await told.scan(P1, Status.AVAILABLE_FOR_PICKUP)
    await told.work(HOLD)
    assert await told.states() == [("sms", "ready_for_pickup", "failed", "21211")]
    told.phone.refuse("")


async def test_admins_see_what_and_why_but_nobodys_address(app: World, told: Shop) -> None:
    await given_up_text(told)
    await a_dead_job(told, error="No box for robin@example.com or +1 (202) 555-0142.")
    async with agent(app, "Ada", "admin") as page:
        shown = (await page.get("/given-up")).text
    assert "ready for pickup by sms" in shown
    assert "21211" in shown
    assert "InvalidInput: No box for … or …." in shown
    assert "1001" in shown
    assert [secret for secret in ("robin@", "555-0142", "2025550142", "Robin") if secret in shown] == []


async def test_agents_may_not_see_or_do_it(app: World, told: Shop) -> None:
    await given_up_text(told)
    async with agent(app) as page:
        assert (await page.get("/given-up")).status_code == 403
        assert (await page.post("/given-up/alert-1/again")).status_code == 403
        assert "given-up" not in (await page.get("")).text
    assert told.phone.taken == told.phone.taken[:1]


async def test_a_message_tried_again_goes_out_and_leaves_the_list(app: World, database: Database) -> None:
    by_day_and_night = replace(RULES, quiet_from=time(0), quiet_until=time(0))
    # The console goes by the machine's clock.
    async with shop(database, by_day_and_night, FrozenClock(datetime.now(UTC))) as told:
        await given_up_text(told)
        async with agent(app, "Ada", "admin") as page:
            (letter,) = set(re.findall(r"/console/given-up/(alert-\d+)/again", (await page.get("/given-up")).text))
            assert (await page.post(f"/given-up/{letter}/again", live=False)).status_code == 303
            assert (await page.post(f"/given-up/{letter}/again")).status_code == 404
            assert letter not in (await page.get("/given-up")).text
            told.clock.pass_(hours=1)
            await told.work()
            log = (await page.get("/audit")).text
        assert len(told.phone.taken) == 2
        assert await told.states() == [("sms", "ready_for_pickup", "sent", "")]
    assert "tried again" in log
    assert letter in log


async def test_what_is_no_longer_true_is_not_sent_again(told: Shop) -> None:
    await given_up_text(told)
    await told.scan(P1, Status.DELIVERED, minutes=1)
    letters = DeadLetterTable(told.database)
    (letter,) = await letters.newest(10)
    assert await letters.again(letter.id, told.clock.now())
    await told.work(HOLD)
    assert (await told.states())[0] == ("sms", "ready_for_pickup", "skipped", "moved_on")


async def test_a_text_that_was_taken_and_not_delivered_goes_as_a_new_one(told: Shop) -> None:
    await given_up_text(told)
    letters = DeadLetterTable(told.database)
    (letter,) = await letters.newest(10)
    async with told.database.write() as connection:
        await connection.exec_driver_sql("UPDATE texts SET provider_id = 'SM1', state = 'undelivered'")
    assert await letters.again(letter.id, told.clock.now())
    before = len(told.phone.taken)
    await told.work()
    assert len(told.phone.taken) == before + 1


async def test_a_job_is_tried_again_or_let_go(app: World, told: Shop, database: Database) -> None:
    letters, now = DeadLetterTable(database), told.clock.now()
    for key in ("first", "second"):
        await a_dead_job(told, key)
    first, second = sorted((letter.id for letter in await letters.newest(10)), key=lambda one: int(one[4:]))
    async with agent(app, "Ada", "admin") as page:
        assert (await page.post(f"/given-up/{first}/again")).status_code == 204
        assert (await page.post(f"/given-up/{second}/let-go")).status_code == 204
        for nonsense in ("job-999999", "alert-1"):
            assert (await page.post(f"/given-up/{nonsense}/let-go")).status_code == 404
        assert (await page.post("/given-up/job-x/again")).status_code == 422
    assert await letters.newest(10) == ()
    async with database.read() as connection:
        rows = (await connection.execute(outbox.select().order_by(outbox.c.id))).all()
    assert [(row.failed_at is None, row.done_at is None, row.tries) for row in rows] == [
        (True, True, 0),
        (False, False, 0),
    ]
    assert rows[0].due_at >= now


async def test_a_message_let_go_is_not_sent(told: Shop) -> None:
    await given_up_text(told)
    letters = DeadLetterTable(told.database)
    (letter,) = await letters.newest(10)
    assert await letters.let_go(letter.id, told.clock.now())
    assert not await letters.let_go(letter.id, told.clock.now())
    assert await letters.newest(10) == ()
    assert (await told.states())[0][2:] == ("skipped", "let_go")


async def test_what_another_medium_told_is_not_on_the_list(told: Shop) -> None:
    await told.order(P1)
    told.phone.refuse("never")
    await told.scan(P1, Status.AVAILABLE_FOR_PICKUP)
    await told.work(HOLD)
    assert len(told.subjects) == 1
    assert await DeadLetterTable(told.database).newest(10) == ()


async def test_metrics_say_what_waits_is_late_and_was_given_up(told: Shop) -> None:
    await given_up_text(told)
    await a_dead_job(told)
    now = told.clock.now()
    async with told.database.write() as connection:
        await add_job(connection, "deliver", "later", "", {}, now, now + timedelta(hours=1))
        await add_job(connection, "deliver", "late", "", {}, now, now - timedelta(minutes=5))
    counted = await DeadLetterTable(told.database).counts(now)
    assert counted == JobCounts(2, 1, 2, now - timedelta(minutes=5))
    await queue_gauges(told)()  # type: ignore[arg-type]
    for state, count in (("waiting", 2), ("overdue", 1), ("dead", 2)):
        assert REGISTRY.get_sample_value("doorstep_outbox", {"state": state}) == count
    assert REGISTRY.get_sample_value("doorstep_outbox_oldest_seconds") == 300


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("Twilio refused (21211).", "Twilio refused (21211)."),
        ("to a.b@example.com: no", "to … no"),
        ("+12025550142 is off", "… is off"),
    ],
)
def test_errors_name_no_contact(error: str, shown: str) -> None:
    assert without_contacts(error) == shown


async def test_agents_see_what_a_shopper_was_told(app: World, told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    async with agent(app) as page:
        shown = (await page.get("/orders/1001")).text
    assert "What we wrote of our own accord: 1" in shown
    assert "out for delivery, by sms: sent" in shown
