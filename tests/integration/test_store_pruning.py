"""What is kept only for a while is forgotten in time, and not before."""

from datetime import timedelta

from sqlalchemy import func, select

from doorstep.settings import Settings
from store.database import Database
from store.desk import ProofTable
from store.outbox import Outbox, add_job
from store.pruning import ALERTS_KEPT, JOBS_KEPT, prune
from store.support_tables import outbox, proof_try_scopes
from store.unit import SqlStore
from tests.alerted import HOLD, P1, Shop
from tests.scans import NOON
from tracking.model import Status
from tracking.ports import UnitOfWork

pytest_plugins = ["tests.alerted_fixtures"]


async def test_old_deliveries_and_tries_go_and_new_ones_stay(database: Database) -> None:
    proofs = ProofTable(database)
    ages = {"new": timedelta(), "hours": timedelta(hours=20), "days": timedelta(days=3), "old": timedelta(days=31)}
    for name, age in ages.items():

        async def note(unit: UnitOfWork, name: str = name, age: timedelta = age) -> bool:
            return await unit.first_delivery("shopify", name, NOON - age)

        assert await SqlStore(database).run(note)
        await proofs.add_try(["order:1", f"conversation:{name}"], NOON - age)
    assert await prune(database, NOON) == 1 + 2
    assert len(await proofs.newest_tries("order:1", 10, None)) == 2
    async with database.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(proof_try_scopes))).scalar() == 4
    assert await prune(database, NOON) == 0


async def test_what_was_told_goes_when_nobody_asks_any_more(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    start = told.clock.now()
    assert await prune(told.database, start + ALERTS_KEPT - timedelta(hours=1)) == 2
    assert len(await told.states()) == 1
    assert await prune(told.database, start + ALERTS_KEPT + timedelta(hours=1)) == 1
    assert await told.states() == []


def test_a_fact_is_remembered_for_as_long_as_it_may_come_again() -> None:
    longest = Settings.model_fields["alerts_stale_hours"].metadata
    assert timedelta(hours=next(bound.le for bound in longest if hasattr(bound, "le"))) <= min(JOBS_KEPT, ALERTS_KEPT)


async def test_jobs_go_when_they_were_done_long_ago(database: Database) -> None:
    jobs = Outbox(database)
    for key, age in {"old": timedelta(days=31), "new": timedelta(days=2), "dead": timedelta(days=90)}.items():
        async with database.write() as connection:
            await add_job(connection, "letter", key, "", {}, NOON - age)
        (job,) = await jobs.lease(1, "me", NOON - age, NOON)
        await (jobs.dead(job.id, "me", NOON - age, "no") if key == "dead" else jobs.done(job.id, "me", NOON - age))
    assert await prune(database, NOON) == 1
    async with database.read() as connection:
        assert set((await connection.execute(select(outbox.c.key))).scalars()) == {"new", "dead"}
