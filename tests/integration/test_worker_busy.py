"""A worker with much to do: several jobs at once, in order where it matters, past slow ones and a database's pauses."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, event

from doorstep.worker import LEASE, Handler, Worker
from store.database import Database
from store.outbox import Outbox, add_job
from support.jobs import Job
from tests.desks import FrozenClock
from tracking.errors import Unavailable

PATIENCE = 20


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


def worker(database: Database, clock: FrozenClock, handler: Handler, jobs: Outbox | None = None) -> Worker:
    return Worker(jobs or Outbox(database), {"letter": handler}, clock, lambda: 0.5)


async def add(database: Database, clock: FrozenClock, *keys: str, topic: str = "", late: float = 0) -> None:
    due = clock.now() - timedelta(seconds=late)
    async with database.write() as connection:
        for key in keys:
            await add_job(connection, "letter", key, topic, {"key": key}, clock.now(), due)


async def leased(database: Database, clock: FrozenClock, most: int = 20) -> list[str]:
    jobs = await Outbox(database).lease(most, "somebody", clock.now(), clock.now() + LEASE)
    return [job.key for job in jobs]


async def test_jobs_of_a_topic_never_overlap_nor_change_places(database: Database, clock: FrozenClock) -> None:
    under_way: set[str] = set()
    done: dict[str, list[str]] = defaultdict(list)

    async def handler(job: Job) -> None:
        topic = job.key.split("-")[0]
        assert topic not in under_way
        under_way.add(topic)
        await asyncio.sleep(0.001)
        under_way.remove(topic)
        done[topic].append(job.key)

    for n in range(6):
        for topic in range(8):
            await add(database, clock, f"{topic}-{n}", topic=f"c{topic}")
    await asyncio.gather(*(worker(database, clock, handler).once() for _ in range(3)))
    while await worker(database, clock, handler).once():
        pass
    assert done == {str(topic): [f"{topic}-{n}" for n in range(6)] for topic in range(8)}


async def test_a_slow_job_holds_up_none_that_comes_later(database: Database, clock: FrozenClock) -> None:
    began, may_end, quick = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def handler(job: Job) -> None:
        if job.key == "slow":
            began.set()
            await may_end.wait()
        else:
            quick.set()

    await add(database, clock, "slow")
    working = asyncio.create_task(worker(database, clock, handler).once())
    await asyncio.wait_for(began.wait(), PATIENCE)
    await add(database, clock, "quick")
    await asyncio.wait_for(quick.wait(), PATIENCE)
    assert not working.done()
    may_end.set()
    assert await asyncio.wait_for(working, PATIENCE)


async def test_no_more_are_under_way_than_it_has_places(database: Database, clock: FrozenClock) -> None:
    under_way = most = 0

    async def handler(job: Job) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.002)
        under_way -= 1

    await add(database, clock, *(f"j{n}" for n in range(70)))
    await worker(database, clock, handler).once()
    assert 10 < most <= 20


async def test_jobs_begin_apart_where_the_process_has_other_things_to_do(
    database: Database, clock: FrozenClock
) -> None:
    began: list[float] = []

    async def handler(job: Job) -> None:
        began.append(asyncio.get_running_loop().time())

    await add(database, clock, *(f"j{n}" for n in range(8)))
    await worker(database, clock, handler).once(apart=0.02)
    assert len(began) == 8
    assert min(later - earlier for earlier, later in pairwise(began)) > 0.015


async def test_what_fell_due_first_is_taken_first(database: Database, clock: FrozenClock) -> None:
    await add(database, clock, "third", topic="c1", late=1)
    await add(database, clock, "first", late=3)
    await add(database, clock, "second", topic="c2", late=2)
    assert await leased(database, clock, 2) == ["first", "second"]
    assert await leased(database, clock) == ["third"]


async def test_a_topic_goes_on_without_what_was_given_up(database: Database, clock: FrozenClock) -> None:
    await add(database, clock, "bad", "good", topic="c1")
    box = Outbox(database)
    (bad,) = await box.lease(5, "me", clock.now(), clock.now() + LEASE)
    assert await leased(database, clock) == []
    await box.dead(bad.id, "me", clock.now(), "no such number")
    assert await leased(database, clock) == ["good"]


async def test_a_lease_that_ran_out_is_taken_by_another_and_one_that_runs_is_not(
    database: Database, clock: FrozenClock
) -> None:
    await add(database, clock, "a")
    assert await leased(database, clock) == ["a"]
    clock.pass_(seconds=LEASE.total_seconds() - 1)
    assert await leased(database, clock) == []
    clock.pass_(seconds=1)
    assert await leased(database, clock) == ["a"]


class Shaky(Outbox):
    """A database that is down the first time each thing is asked of it."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._down, self.was_down = {"lease", "done"}, asyncio.Event()

    def _fails(self, what: str) -> None:
        if what in self._down:
            self._down.remove(what)
            if not self._down:
                self.was_down.set()
            raise Unavailable("The database does not answer.")

    async def lease(self, limit: int, holder: str, now: datetime, until: datetime) -> Sequence[Job]:
        self._fails("lease")
        return await super().lease(limit, holder, now, until)

    async def done(self, job: int, holder: str, now: datetime) -> None:
        self._fails("done")
        await super().done(job, holder, now)


async def test_it_outlives_a_database_that_is_down(database: Database, clock: FrozenClock) -> None:
    done: list[str] = []
    again = asyncio.Event()

    async def handler(job: Job) -> None:
        done.append(job.key)
        if done.count("a") == 2:
            again.set()

    await add(database, clock, "a")
    shaky = Shaky(database)
    running = asyncio.create_task(worker(database, clock, handler, shaky).run())
    await asyncio.wait_for(shaky.was_down.wait(), PATIENCE)
    # It was done, but that could not be noted: it comes again when its lease has ended.
    clock.pass_(seconds=LEASE.total_seconds() + 1)
    await asyncio.wait_for(again.wait(), PATIENCE)
    assert not running.done()
    running.cancel()


async def test_looking_for_jobs_takes_no_longer_where_many_wait(database: Database, clock: FrozenClock) -> None:
    """Each candidate asks an index whether an earlier one waits: PostgreSQL's join of all with all takes seconds."""
    said: list[tuple[str, Any]] = []

    def note(_c: Connection, _cursor: object, sql: str, parameters: Any, *_: object) -> None:
        said.append((sql, parameters))

    await add(database, clock, "a", topic="c1")
    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    assert await leased(database, clock) == ["a"]
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    (sql, parameters) = next(one for one in said if "earlier" in one[0])
    how = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    async with database.read() as connection:
        plan = "\n".join(str(row) for row in await connection.exec_driver_sql(f"{how} {sql}", parameters))
    assert "Join" not in plan
    if database.is_sqlite:
        assert "ix_outbox_due" in plan
        assert "ix_outbox_waiting (topic=? AND id<?)" in plan
