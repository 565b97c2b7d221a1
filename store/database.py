"""Opens the database and runs transactions in it; knows no table."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, TypeVar

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import URL, Executable, Row, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from store import sqlite
from store.upgrade import upgrade
from tracking.errors import InvalidInput, Unavailable

T = TypeVar("T")

_DRIVERS = {"sqlite": sqlite.DRIVER, "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_POOL_SECONDS = 10.0
_TRIES = 6
_IN_THE_WAY = frozenset({"40001", "40P01", "55P03", "23505"})
"""PostgreSQL's codes for: serialization failure, deadlock, lock not available, and a key somebody else took first."""
_BARE = {"isolation_level": "AUTOCOMMIT"}
"""Of a connection that opens no transaction around a statement: that saves two of three ways to the server."""


class Conflict(Unavailable):
    """Another transaction got in the way."""


class Database:
    """A SQLite file (`sqlite:///path`) or a PostgreSQL database (`postgresql://…`); nothing is opened before first use.

    Use it within one event loop and `close` it there. Raises InvalidInput if the URL names another kind.
    """

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = _with_driver(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = _engine(self.url, pool_size)
        if self.is_sqlite:
            sqlite.prepare(self._engine)
        self._bare = self._engine.execution_options(**(sqlite.BARE if self.is_sqlite else _BARE))
        # SQLite lets one write at a time and makes the others poll; within this process they queue instead.
        self._writers = asyncio.Semaphore(1 if self.is_sqlite else pool_size)

    @property
    def engine(self) -> AsyncEngine:
        """SQLAlchemy's engine."""
        return self._engine

    async def migrate(self) -> None:
        """Bring the tables up to date; several processes may do so at once. Raises Unavailable."""
        async with self.write() as connection:
            await connection.run_sync(upgrade)

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that sees one moment of the database throughout. Raises Unavailable."""
        with _told_plainly():
            async with self._engine.connect() as connection:
                if not self.is_sqlite:
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that is kept if the block ends well, and undone otherwise. Raises Unavailable."""
        with _told_plainly():
            async with self._writers, self._engine.connect() as connection:
                await connection.execution_options(doorstep_writes=True)
                async with connection.begin():
                    yield connection

    async def look(self, query: Executable, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """Return the rows of a single query, which sees one moment of the database anyhow. Raises Unavailable."""
        async with self._alone() as connection:
            return (await connection.execute(query, values)).all()

    async def change(self, statement: Executable, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """Run a single statement that writes, as `run` does; return the rows that it gives back."""

        async def work(connection: AsyncConnection) -> Sequence[Row[Any]]:
            result = await connection.execute(statement, values)
            return result.all() if result.returns_rows else ()

        return await self._until_done(self.write if self.is_sqlite else self._alone, work)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[AsyncConnection]:
        with _told_plainly():
            async with self._bare.connect() as connection:
                yield connection

    async def run(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run `work` in a write transaction, again from its start while another transaction gets in its way."""
        return await self._until_done(self.write, work)

    async def _until_done(
        self,
        opened: Callable[[], AbstractAsyncContextManager[AsyncConnection]],
        work: Callable[[AsyncConnection], Awaitable[T]],
    ) -> T:
        for tries_left in reversed(range(_TRIES)):
            try:
                async with opened() as connection:
                    return await work(connection)
            except Conflict:
                if not tries_left:
                    raise
            await asyncio.sleep(random.uniform(0.005, 0.05))  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable")


def _with_driver(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InvalidInput("The database URL can't be read; it looks like sqlite:///path or postgresql://…") from error
    driver = _DRIVERS.get(parsed.get_backend_name())
    if driver is None or (driver.startswith("sqlite") and parsed.database in {None, "", ":memory:"}):
        raise InvalidInput("The database URL must be sqlite:///path (a file) or postgresql://user:password@host/name.")
    return parsed.set(drivername=driver)


def _engine(url: URL, pool_size: int) -> AsyncEngine:
    return create_async_engine(
        url, hide_parameters=True, pool_size=pool_size, max_overflow=0, pool_timeout=_POOL_SECONDS
    )


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if _is_conflict(error):
            raise Conflict("Another change to the same data got in the way.") from error
        if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
            raise Unavailable("The database does not answer.") from error
        raise
    except (OSError, PoolTimeout, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unavailable("The database does not answer.") from error


def _is_conflict(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in _IN_THE_WAY or "database is locked" in str(error.orig)
