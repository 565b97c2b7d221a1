"""Speaks to SQLite from the event loop's own thread; knows no table.

A statement on a local file takes tens of microseconds, handing it to a thread and back several times that, and a turn
of a conversation makes some dozens of them: see docs/adr/0007-sqlite-without-threads.md.
"""

import asyncio
import random
import sqlite3
from time import monotonic
from typing import Any

from sqlalchemy import URL, AsyncAdaptedQueuePool, Pool, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_

DRIVER = "sqlite+inline"
BARE = {"doorstep_bare": True}
"""Of a connection that opens no transaction around a statement."""
_STANDSTILL_MS = 50
"""How long SQLite itself may wait for another process, while nothing else runs in this one."""
_BUSY_SECONDS = 10.0
_PRAGMAS = (
    # Only the very first process to open a file changes its journal; the others wait for that.
    f"busy_timeout={int(_BUSY_SECONDS * 1000)}",
    "journal_mode=WAL",
    f"busy_timeout={_STANDSTILL_MS}",
    "foreign_keys=ON",
    "synchronous=NORMAL",
)


async def _at_once() -> None:
    """Finish without waiting."""


class _Cursor(sqlite3.Cursor):
    """A cursor whose rows are there at once, so that SQLAlchemy has nothing to fetch ahead."""

    def execute(self, *arguments: Any) -> "_Cursor":
        """Run one statement, after the wait by which SQLAlchemy tells asyncio drivers from others."""
        await_(_at_once())
        return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> "_Cursor":
        """Run one statement for many rows, likewise."""
        await_(_at_once())
        return super().executemany(*arguments)

    async def _async_soft_close(self) -> None:
        """Leave the rows where they are."""


class _Connection(sqlite3.Connection):
    """A connection that makes such cursors."""

    def cursor(self, factory: Any = _Cursor) -> Any:
        """Open a cursor."""
        return super().cursor(factory)


class InlineDialect(SQLiteDialect_pysqlite):
    """Python's own sqlite3 behind SQLAlchemy's asyncio face."""

    driver = "inline"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:  # noqa: ARG003 - SQLAlchemy's signature
        """Return the pool whose waiting for a free connection lets other tasks run."""
        return AsyncAdaptedQueuePool

    def create_connect_args(self, url: URL) -> Any:
        """Return what to call `sqlite3.connect` with."""
        arguments, options = super().create_connect_args(url)
        return arguments, {**options, "factory": _Connection}


registry.register("sqlite.inline", __name__, InlineDialect.__name__)


def prepare(engine: AsyncEngine) -> None:
    """Let the engine's connections write ahead, check references, and begin their transactions as we need them."""
    event.listen(engine.sync_engine, "connect", _on_connect)
    event.listen(engine.sync_engine, "begin", _on_begin)


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not open transactions itself: it would do so too late for BEGIN IMMEDIATE.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("doorstep_writes", False):
        if not options.keys() >= BARE.keys():
            connection.exec_driver_sql("BEGIN")
        return
    # A writer takes the write lock before it reads, or what it read could be stale by the time it writes.
    given_up_at = monotonic() + _BUSY_SECONDS
    while not _has_lock(connection, monotonic() > given_up_at):
        await_(asyncio.sleep(random.uniform(0.002, 0.02)))  # noqa: S311 - jitter, not a secret


def _has_lock(connection: Connection, last_try: bool) -> bool:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        if last_try or "database is locked" not in str(error.orig):
            raise
        return False
    return True
