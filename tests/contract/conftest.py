"""A stand-in of every carrier in turn, with what asks it."""

from collections.abc import AsyncIterator

import pytest

from tests.carrier_place import Place, standing
from tracking.carriers.apis import apis


@pytest.fixture(params=sorted(apis()))
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    async with standing(request.param) as place:
        yield place
