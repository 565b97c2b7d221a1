"""Jobs of the outbox: done in order, again after a failure, never by two at once, and by another after a crash."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from doorstep.worker import LEASE, MOST_TRIES, Handler, Worker
from store.database import Database
from store.outbox import Outbox, add_job
from store.support_tables import outbox
from support.jobs import Job
from tests.desks import FrozenClock
from tracking.errors import DoorstepError, Unavailable


class Later(Unavailable):
    """A provider that names a time."""

    retry_after = 90.0


class Doing:
    """Notes what is done; fails as told, per key."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.failures: dict[str, list[Exception]] = {}

    async def __call__(self, job: Job) -> None:
        if self.failures.get(job.key):
            raise self.failures[job.key].pop(0)
        self.done.append(job.key)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def doing() -> Doing:
    return Doing()


def worker(database: Database, clock: FrozenClock, handler: Handler) -> Worker:
    return Worker(Outbox(database), {"letter": handler}, clock, lambda: 0.5)


async def add(database: Database, clock: FrozenClock, *keys: str, topic: str = "", kind: str = "letter") -> None:
    async with database.write() as connection:
        for key in keys:
            await add_job(connection, kind, key, topic, {"key": key}, clock.now())


async def states(database: Database) -> dict[str, str]:
    async with database.read() as connection:
        rows = list(await connection.execute(select(outbox)))
    return {row.key: "done" if row.done_at else "dead" if row.failed_at else f"tries {row.tries}" for row in rows}


async def finish(worker: Worker) -> None:
    while await worker.once():
        pass


async def test_a_job_is_done_once(database: Database, clock: FrozenClock, doing: Doing) -> None:
    await add(database, clock, "a", "b", "a")
    await finish(worker(database, clock, doing))
    assert sorted(doing.done) == ["a", "b"]
    assert await states(database) == {"a": "done", "b": "done"}


async def test_jobs_of_one_topic_keep_their_order(database: Database, clock: FrozenClock, doing: Doing) -> None:
    await add(database, clock, "1", "2", "3", topic="c1")
    doing.failures["1"] = [Unavailable("busy")]
    first = worker(database, clock, doing)
    await finish(first)
    assert doing.done == []
    clock.pass_(seconds=10)
    await finish(first)
    assert doing.done == ["1", "2", "3"]


async def test_one_topic_does_not_hold_up_another(database: Database, clock: FrozenClock, doing: Doing) -> None:
    await add(database, clock, "slow", topic="c1")
    await add(database, clock, "quick", topic="c2")
    doing.failures["slow"] = [Unavailable("busy")]
    await finish(worker(database, clock, doing))
    assert doing.done == ["quick"]


async def test_a_job_that_can_never_be_done_is_given_up(database: Database, clock: FrozenClock, doing: Doing) -> None:
    await add(database, clock, "bad", "good", topic="c1")
    doing.failures["bad"] = [DoorstepError("no such number")]
    await finish(worker(database, clock, doing))
    assert (doing.done, await states(database)) == (["good"], {"bad": "dead", "good": "done"})


async def test_a_job_nobody_knows_is_given_up(database: Database, clock: FrozenClock, doing: Doing) -> None:
    await add(database, clock, "x", kind="parcel")
    await finish(worker(database, clock, doing))
    assert await states(database) == {"x": "dead"}


async def test_pauses_grow_until_it_is_given_up(database: Database, clock: FrozenClock, doing: Doing) -> None:
    await add(database, clock, "a")
    doing.failures["a"] = [Unavailable("down")] * MOST_TRIES
    one, began, tries = worker(database, clock, doing), clock.at, []
    while (await states(database))["a"] != "dead":
        if await one.once():
            tries.append(clock.at - began)
        clock.pass_(minutes=1)
    assert len(tries) == MOST_TRIES
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses == sorted(pauses)
    assert pauses[0] <= timedelta(minutes=1)
    assert tries[-1] > timedelta(hours=8)


async def test_a_provider_that_names_a_time_is_not_asked_before(
    database: Database, clock: FrozenClock, doing: Doing
) -> None:
    await add(database, clock, "a")
    doing.failures["a"] = [Later("slow down")]
    one = worker(database, clock, doing)
    await finish(one)
    clock.pass_(seconds=89)
    await finish(one)
    assert doing.done == []
    clock.pass_(seconds=2)
    await finish(one)
    assert doing.done == ["a"]


async def test_an_unexpected_error_is_tried_again(database: Database, clock: FrozenClock, doing: Doing) -> None:
    await add(database, clock, "a")
    doing.failures["a"] = [RuntimeError("a bug")]
    one = worker(database, clock, doing)
    await finish(one)
    assert await states(database) == {"a": "tries 1"}
    clock.pass_(seconds=10)
    await finish(one)
    assert doing.done == ["a"]


async def test_many_workers_share_the_jobs(database: Database, clock: FrozenClock, doing: Doing) -> None:
    await add(database, clock, *(f"j{n}" for n in range(60)))
    await asyncio.gather(*(finish(worker(database, clock, doing)) for _ in range(6)))
    assert sorted(doing.done) == sorted(f"j{n}" for n in range(60))


async def test_the_jobs_of_a_dead_worker_are_done_by_another(
    database: Database, clock: FrozenClock, doing: Doing
) -> None:
    await add(database, clock, "a")

    async def dies(job: Job) -> None:
        raise asyncio.CancelledError

    await worker(database, clock, dies).once()
    other = worker(database, clock, doing)
    await finish(other)
    assert doing.done == []
    clock.pass_(seconds=LEASE.total_seconds() + 1)
    await finish(other)
    assert doing.done == ["a"]


async def test_a_worker_whose_lease_ran_out_changes_nothing(database: Database, clock: FrozenClock) -> None:
    await add(database, clock, "a")
    jobs = Outbox(database)
    (job,) = await jobs.lease(1, "slow", clock.now(), clock.now() + LEASE)
    clock.pass_(minutes=5)
    (again,) = await jobs.lease(1, "quick", clock.now(), clock.now() + LEASE)
    await jobs.dead(job.id, "slow", clock.now(), "too late")
    assert await states(database) == {"a": "tries 0"}
    await jobs.done(again.id, "quick", clock.now())
    assert await states(database) == {"a": "done"}
