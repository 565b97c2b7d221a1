"""How databases are opened, brought up to date, and told apart from broken ones."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, bindparam, event, insert, inspect, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from store import sqlite, support_tables  # noqa: F401 - its tables belong to the same metadata
from store.database import Conflict, Database
from store.tables import deliveries, metadata
from store.upgrade import config
from tests.reports import tracking_on
from tests.scans import NOON
from tracking.errors import InvalidInput, Unavailable


def migrations_of(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


async def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    async with database.read() as connection:
        assert await connection.run_sync(migrations_of) == []


async def test_the_migrations_can_be_undone_and_done_again(database: Database) -> None:
    def tables(connection: Connection) -> set[str]:
        return set(inspect(connection).get_table_names())

    async with database.write() as connection:
        await connection.run_sync(lambda c: command.downgrade(config(c), "base"))
        assert await connection.run_sync(tables) == {"alembic_version"}
    await database.migrate()
    async with database.read() as connection:
        assert await connection.run_sync(tables) >= set(metadata.tables)


async def test_many_processes_may_migrate_a_new_database_at_once(tmp_path: Path) -> None:
    databases = [Database(f"sqlite:///{tmp_path / 'new.db'}") for _ in range(5)]
    await asyncio.gather(*(database.migrate() for database in databases))
    assert await tracking_on(databases[0]).orders.find("1001") is None
    await asyncio.gather(*(database.close() for database in databases))


async def test_many_processes_may_migrate_at_once(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(5)]
    async with databases[0].write() as connection:
        await connection.run_sync(lambda c: command.downgrade(config(c), "base"))
    await asyncio.gather(*(database.migrate() for database in databases))
    assert await tracking_on(databases[0]).orders.find("1001") is None
    await asyncio.gather(*(database.close() for database in databases))


async def test_sqlite_is_opened_safely(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'doorstep.db'}")
    async with database.read() as connection:
        found = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous")
        }
    await database.close()
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1}


async def test_a_writer_waits_for_another_process_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    path = tmp_path / "doorstep.db"
    database = Database(f"sqlite:///{path}")
    await database.migrate()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(note_delivery(database))
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert not writing.done()
        other.execute("COMMIT")
        await writing
    async with database.read() as connection:
        assert (await connection.execute(deliveries.select())).first() is not None
    await database.close()


async def note_delivery(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(insert(deliveries).values(source="a", delivery_id="b", at=NOON))


async def test_a_writer_does_not_wait_forever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.2)
    database = Database(f"sqlite:///{tmp_path / 'doorstep.db'}")
    await database.migrate()
    with closing(sqlite3.connect(tmp_path / "doorstep.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            await note_delivery(database)
    await database.close()


async def test_a_failed_block_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as connection:
            await connection.execute(insert(deliveries).values(source="a", delivery_id="b", at=NOON))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        await fail()
    async with database.read() as connection:
        assert (await connection.execute(deliveries.select())).first() is None


async def test_work_that_meets_a_conflict_is_done_again(database: Database) -> None:
    tries = 0

    async def work(connection: object) -> int:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Conflict("in the way")
        return tries

    assert await database.run(work) == 3


async def test_a_time_without_a_zone_is_never_stored(database: Database) -> None:
    naive = insert(deliveries).values(source="a", delivery_id="b", at=datetime(2026, 1, 1))  # noqa: DTZ001

    async def store() -> None:
        async with database.write() as connection:
            await connection.execute(naive)

    with pytest.raises(StatementError):
        await store()


@pytest.mark.parametrize("url", ["mysql://host/name", "nonsense", "", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused_with_advice(url: str) -> None:
    with pytest.raises(InvalidInput, match="sqlite:///path"):
        Database(url)


@pytest.mark.parametrize(
    "url_of",
    [
        lambda path: f"sqlite:///{path}/no/such/folder/doorstep.db",
        lambda path: f"postgresql://someone@/nothing?host={path}",
        lambda path: "postgresql://someone:secret@127.0.0.1:1/nothing",
    ],
)
async def test_a_database_that_does_not_answer_is_unavailable(url_of: Callable[[Path], str], tmp_path: Path) -> None:
    database = Database(url_of(tmp_path))
    with pytest.raises(Unavailable):
        await tracking_on(database).orders.find("1001")
    with pytest.raises(Unavailable):
        await database.migrate()
    await database.close()


async def undone(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(deliveries.delete())
        raise ZeroDivisionError


async def isolation(connection: AsyncConnection) -> str:
    return str((await connection.execute(text("SHOW transaction_isolation"))).scalar())


async def test_single_statements_leave_a_connection_as_it_was(database_url: str) -> None:
    database = Database(database_url, pool_size=1)
    delivery = {"source": "a", "delivery_id": "b", "at": NOON}
    assert await database.look(deliveries.select().where(deliveries.c.source == bindparam("from")), {"from": "a"}) == []
    (row,) = await database.change(insert(deliveries).returning(deliveries.c.delivery_id), delivery)
    assert row.delivery_id == "b"
    assert await database.change(deliveries.update(), {"source": "c"}) == ()
    with pytest.raises(ZeroDivisionError):
        await undone(database)
    assert [row.source for row in await database.look(deliveries.select(), {})] == ["c"]
    if not database.is_sqlite:
        async with database.read() as connection:
            assert await isolation(connection) == "repeatable read"
    await database.close()


async def test_a_single_statement_keeps_no_other_process_waiting(tmp_path: Path) -> None:
    path = tmp_path / "doorstep.db"
    database = Database(f"sqlite:///{path}")
    await database.migrate()
    await database.look(deliveries.select(), {})
    await database.change(insert(deliveries), {"source": "a", "delivery_id": "b", "at": NOON})
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("DELETE FROM deliveries")
        other.execute("COMMIT")
    assert await database.look(deliveries.select(), {}) == []
    await database.close()


async def test_a_single_statement_that_meets_a_conflict_is_done_again(database: Database) -> None:
    first = {"source": "a", "delivery_id": "b", "at": NOON}
    await database.change(insert(deliveries), first)
    tried = 0

    def note(*_: object) -> None:
        nonlocal tried
        tried += 1

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    with pytest.raises(IntegrityError if database.is_sqlite else Conflict):
        await database.change(insert(deliveries), first)
    assert tried >= (1 if database.is_sqlite else 6)
