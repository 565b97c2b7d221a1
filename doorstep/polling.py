"""Puts polling together: a poller for each configured source, and somebody to ask for parcels of no known carrier."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import structlog
from prometheus_client import Gauge

from doorstep.asking import configured, open_source
from doorstep.bootstrap import TrackingRoom
from doorstep.poller import Around, Poller
from doorstep.routes import Routes
from doorstep.settings import Settings
from store.polling import PollTable
from tracking.errors import Unavailable
from tracking.polling import NOBODY_TO_ASK
from tracking.polls import Polls
from tracking.ports import Clock

_PLACED_AT_ONCE = 100
_MINUTE = 60.0
OVERDUE = Gauge("doorstep_poll_overdue_seconds", "How late the parcel is that is due the longest", ["source"])
log = structlog.get_logger()


@asynccontextmanager
async def polling(settings: Settings, tracking: TrackingRoom) -> AsyncIterator[None]:
    """Ask all configured sources about the parcels that are due, until the block ends; none means nothing to do."""
    sources = _sources(settings) if settings.polling else []
    around = Around(PollTable(tracking.database), tracking.ingest, Routes(settings.value), tracking.clock)
    async with AsyncExitStack() as stack:
        lives = [await stack.enter_async_context(open_source(code, settings)) for code in sources]
        tasks = [asyncio.create_task(Poller(live, around).run()) for live in lives]
        if sources and not around.routes.for_all:
            tasks.append(asyncio.create_task(_placing(around)))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def poll_gauges(settings: Settings, tracking: TrackingRoom) -> Callable[[], Awaitable[None]]:
    """What brings the gauge of each source's backlog up to date before it is read."""
    polls, routes = PollTable(tracking.database), Routes(settings.value)
    sources = _sources(settings) if settings.polling else []

    async def measure() -> None:
        codes = await polls.codes() if sources else []
        now = tracking.clock.now()
        for source in sources:
            oldest = await polls.oldest([code for code in codes if routes.source(code) == source])
            OVERDUE.labels(source).set(max((now - oldest).total_seconds(), 0) if oldest else 0)

    return measure


async def place(polls: Polls, routes: Routes, clock: Clock) -> int:
    """Decide as whose to ask about parcels of no known carrier, and return how many were looked at.

    Where nobody can be asked about them, that is looked at again in half a day: settings may have changed by then.
    """
    now = clock.now()
    found = await polls.due([""], now, _PLACED_AT_ONCE)
    for due in found:
        turns = routes.turns(due.carrier, due.tracking_number)
        await polls.put_off(due, now if turns else now + NOBODY_TO_ASK, due.failures, turns[0] if turns else "")
    return len(found)


async def _placing(around: Around) -> None:
    while True:
        try:
            with suppress(Unavailable):
                while await place(around.polls, around.routes, around.clock) == _PLACED_AT_ONCE:
                    pass
        except Exception:
            log.exception("placing_failed")
        await asyncio.sleep(_MINUTE)


def _sources(settings: Settings) -> list[str]:
    return [code for code, ready in configured(settings).items() if ready]
