"""Walks all helpdesks: each may be slow, down or refuse, and the worker may die, and nothing is lost or doubled."""

import asyncio
import random

import pytest
from sqlalchemy import select

from store.helpdesk_tables import helpdesk_sent, helpdesk_threads
from store.support_tables import outbox
from support.jobs import Job
from tests.desks import SAM
from tests.helpdesk_house import House
from tests.helpdesk_stands.base import Fault

pytest_plugins = ["tests.helpdesk_fixtures"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 401, 409, "lost"])
async def test_a_failure_that_passes_loses_and_doubles_nothing(home: House, status: int) -> None:
    """Whichever request of a job fails, reading or writing."""
    await home.shopper("where is my parcel")
    await home.call()
    await home.shopper("hello?")
    for round_ in range(12):
        pause, skip = "7" if status == 429 else "", round_ % 3
        home.stand.faults = [Fault(status, pause, only, skip) for only in ("GET", "POST", "PUT")]  # type: ignore[arg-type]
        await home.worker.once()
        home.clock.pass_(hours=4)
    home.stand.faults = []
    await home.work()
    assert await home.dead() == []
    assert_all_there_once(home)


async def test_it_waits_as_long_as_it_is_told(home: House) -> None:
    await home.shopper("where is my parcel")
    await home.call()
    home.stand.faults = [Fault(429, "90")]
    await home.worker.once()
    asked = len(home.stand.asked)
    home.clock.pass_(seconds=89)
    assert not await home.worker.once()
    assert len(home.stand.asked) == asked
    home.clock.pass_(seconds=2)
    await home.work()
    assert home.thread()


async def test_what_is_refused_for_good_is_given_up_and_the_rest_goes_on(called: House) -> None:
    await called.shopper("hello?")
    refused = "PUT" if called.stand.code == "zendesk" else "POST"
    called.stand.faults = [Fault(422, only=refused)]
    await called.work()
    assert ["(422)" in error for error in await called.dead()] == [True]
    assert "You said: hello?" in str(called.thread().entries)


async def test_a_worker_that_dies_at_any_moment_doubles_nothing(home: House) -> None:
    """Killed after the helpdesk took something and before that was noted, over and over."""
    chance = random.Random(7)
    await home.shopper("where is my parcel")
    await home.call()
    await home.shopper("hello?")
    handle, worker = home.room.handle, home.worker

    async def dies(job: Job) -> None:
        await handle(job)
        if chance.random() < 0.7:
            await forget_a_note(home, chance, job)
            raise asyncio.CancelledError

    for _ in range(30):
        worker._handlers = {**worker._handlers, "helpdesk": dies}
        await worker.once()
        home.clock.pass_(minutes=5)
    worker._handlers = {**worker._handlers, "helpdesk": handle}
    await home.work()
    assert_all_there_once(home)


async def test_the_shopper_is_waited_for_by_no_helpdesk_that_is_down(called: House) -> None:
    """A reply from the console goes out although the helpdesk can't be told."""
    await called.shopper("hello?")
    called.stand.faults = [Fault(500)] * 10
    await called.handover.take("c1", SAM)
    await called.handover.say("c1", "sam", "a1", "Sam here")
    await called.worker.once()
    async with called.database.read() as connection:
        done = select(outbox.c.done_at).where(outbox.c.kind == "deliver")
        assert (await connection.execute(done)).scalar_one() is not None


def assert_all_there_once(home: House) -> None:
    thread = home.thread()
    texts = [entry.text for entry in thread.entries]
    for said in ("hello?", "Assistant: You said: hello?"):
        assert len([text for text in texts if text.split(" ref")[0].split("\nref")[0] == said]) == 1, (said, texts)
    assert len([text for text in texts if text.startswith("Ticket: T-1001")]) == 1
    assert len([text for text in texts if text.startswith("Shopper: where is my parcel")]) <= 1


async def forget_a_note(home: House, chance: random.Random, job: Job) -> None:
    """Undo what was noted last, as if the worker had died just before."""
    async with home.database.write() as connection:
        if job.payload["do"] == "open":
            await connection.execute(helpdesk_threads.delete())
        noted = select(helpdesk_sent).where(helpdesk_sent.c.external_id.is_not(None))
        rows = (await connection.execute(noted)).all()
        if rows:
            row = chance.choice(rows)
            this = (helpdesk_sent.c.helpdesk == row.helpdesk) & (helpdesk_sent.c.key == row.key)
            await connection.execute(helpdesk_sent.update().where(this).values(external_id=None))
