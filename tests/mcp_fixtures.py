"""The MCP server with its few orders on each database, and Robin's session with it."""

from collections.abc import AsyncIterator

import pytest
from mcp import ClientSession

from store.database import Database
from tests.mcp_place import Place, apart, mcp_place, seed


@pytest.fixture
async def place(database: Database) -> AsyncIterator[Place]:
    async with mcp_place(database) as opened:
        await seed(opened.app)
        yield opened


@pytest.fixture
async def session(place: Place) -> AsyncIterator[ClientSession]:
    async with apart(place.session()) as opened:
        yield opened
