"""A house with each helpdesk in turn, and a shopper in it who has asked for a person."""

from collections.abc import AsyncIterator

import pytest

from store.database import Database
from support.helpdesks import helpdesks
from tests.helpdesk_house import House, house
from tests.helpdesk_stands import STANDS
from tests.helpdesk_stands.base import Stand


@pytest.fixture(params=sorted(helpdesks()))
async def stand(request: pytest.FixtureRequest) -> AsyncIterator[Stand]:
    """A stand-in for each helpdesk in turn; a helpdesk without one fails here."""
    made = STANDS[request.param]()
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


@pytest.fixture
async def home(database: Database, stand: Stand) -> AsyncIterator[House]:
    async with house(database, stand) as opened:
        yield opened


@pytest.fixture
async def called(home: House) -> House:
    """A shopper who has asked for a person, followed into the helpdesk."""
    await home.shopper("where is my parcel")
    await home.call()
    await home.work()
    return home
