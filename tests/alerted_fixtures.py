"""A shop that tells its customers, on each database."""

from collections.abc import AsyncIterator

import pytest

from store.database import Database
from tests.alerted import Shop, shop


@pytest.fixture
async def told(database: Database) -> AsyncIterator[Shop]:
    async with shop(database) as running:
        yield running
