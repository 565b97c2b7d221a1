"""Polling as `doorstep serve` runs it: with the settings, beside the rest, and told of by `doorstep carriers`."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from prometheus_client import REGISTRY

from doorstep.bootstrap import TrackingRoom, tracking_room
from doorstep.commands.carriers import _notes
from doorstep.polling import poll_gauges, polling
from doorstep.settings import Settings
from store.database import Database
from store.polling import PollTable
from tests.carrier_stands.base import CarrierStand, Known
from tests.carrier_stands.usps import UspsStand
from tracking.model import OrderUpdate, ShipmentUpdate, Status

_SECONDS = 30


@pytest.fixture
async def stand() -> AsyncIterator[CarrierStand]:
    stand = UspsStand()
    await stand.start()
    yield stand
    await stand.stop()


def settings_for(stand: CarrierStand, database_url: str, **more: object) -> Settings:
    return Settings(**{**stand.settings(), "database_url": database_url, "carrier_rates": "usps=50", **more})  # type: ignore[arg-type]


async def parcel(room: TrackingRoom, number: str) -> None:
    now = room.clock.now()
    await room.ingest.save_orders([OrderUpdate("1", now, "shop", now, shipments=(ShipmentUpdate(number, "usps"),))])


async def test_it_asks_beside_the_rest_and_gives_its_source_back(
    database: Database, database_url: str, stand: CarrierStand
) -> None:
    settings, polls = settings_for(stand, database_url), PollTable(database)
    stand.parcels[stand.number] = Known(("transit",))
    async with tracking_room(settings) as room:
        await parcel(room, stand.number)
        measure = poll_gauges(settings, room)
        await measure()
        assert overdue() >= 0
        async with asyncio.timeout(_SECONDS), polling(settings, room):
            await answered(room)
        found = await room.orders.find("1")
        assert found is not None
        assert found.shipments[0].status is Status.IN_TRANSIT
        note = (await polls.notes())["usps"]
        assert note.last_answered_at == found.shipments[0].last_checked_at
        now = room.clock.now()
        assert await polls.lease("usps", "another", now, now, note) is not None
        assert (await _notes(settings))["usps"] == note
        await measure()
        assert overdue() == 0


async def answered(room: TrackingRoom) -> None:
    """Wait until what a carrier said of the order's parcel is stored."""
    while (order := await room.orders.find("1")) and not order.shipments[0].events:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.02)


def overdue() -> float:
    found = REGISTRY.get_sample_value("doorstep_poll_overdue_seconds", {"source": "usps"})
    assert found is not None
    return found


async def test_turned_off_it_asks_nobody(database: Database, database_url: str, stand: CarrierStand) -> None:
    settings = settings_for(stand, database_url, polling=False)
    async with tracking_room(settings) as room:
        await parcel(room, stand.number)
        async with polling(settings, room):
            await asyncio.sleep(0.1)
    assert stand.asked == []
    assert await PollTable(database).notes() == {}


async def test_without_sources_there_is_nothing_to_do(database: Database, database_url: str) -> None:
    settings = Settings(database_url=database_url)
    async with tracking_room(settings) as room, polling(settings, room):
        await asyncio.sleep(0)
    assert await PollTable(database).notes() == {}


async def test_without_a_database_the_sources_are_still_listed(tmp_path: object) -> None:
    assert await _notes(Settings(database_url=f"sqlite:///{tmp_path}/doorstep.db", log_level="info")) == {}
    assert await _notes(Settings(database_url="postgresql://someone@127.0.0.1:1/nothing")) == {}
