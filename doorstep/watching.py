"""Puts together who watches over parcels: silences are learnt and found, tickets opened and closed; decides nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import structlog

from doorstep.bootstrap import SupportRoom, TrackingRoom
from doorstep.desk_rules import load_rules
from doorstep.helpdesks import followers
from doorstep.settings import ROOT, Settings
from doorstep.worker import Handler
from store.findings import QuietParcels
from store.norms import NormTable
from store.unit import SqlStore
from store.watching import WatchTable
from support.jobs import Job
from support.rules import Cause
from support.watching import CLOSED_AT_ONCE, Watcher
from tracking.errors import DoorstepError, Unavailable
from tracking.learning import Learning
from tracking.quiet import FindingKind
from tracking.sweeping import AT_ONCE, TOLD, Sweep

SWEEP_SECONDS = 5.0
"""Between looks at what is due while there is little; each is a look into an index."""
_LEARN_SECONDS = 600.0
log = structlog.get_logger()


@asynccontextmanager
async def watching(settings: Settings, tracking: TrackingRoom, support: SupportRoom) -> AsyncIterator[None]:
    """Do so until the block ends. Findings are made in any case; tickets only with DOORSTEP_WATCH."""
    sweep, learning, watcher = (
        sweep_of(settings, tracking),
        _learning(tracking),
        watcher_of(settings, tracking, support),
    )

    async def learn() -> int:
        if await learning.if_due():
            tracking.silences.forget()
        return 0

    loops = [_again(SWEEP_SECONDS, sweep.once, AT_ONCE), _again(_LEARN_SECONDS, learn, 1)]
    if settings.watch:
        loops.append(_again(SWEEP_SECONDS, watcher.close_moved_on, CLOSED_AT_ONCE))
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def sweep_of(settings: Settings, tracking: TrackingRoom) -> Sweep:
    """What finds silent parcels, and notes what somebody wants to hear of."""
    slower = settings.watch and Cause.SLOWER in load_rules(ROOT / settings.desk_rules).before_they_ask
    told = TOLD | {FindingKind.SLOWER} if slower else TOLD
    heard = told if settings.alerts or settings.watch else frozenset()
    database = tracking.database
    return Sweep(SqlStore(database), QuietParcels(database), tracking.silences, tracking.clock, heard)


def watcher_of(settings: Settings, tracking: TrackingRoom, support: SupportRoom) -> Watcher:
    """Who opens tickets and closes them."""
    store = WatchTable(tracking.database, followers(settings.value))
    return Watcher(store, tracking.orders, load_rules(ROOT / settings.desk_rules), support.desk.live, tracking.clock)


def each(consumers: Sequence[Handler]) -> Handler:
    """A handler that gives a job to all, each of whom may fail without keeping it from the others.

    Raises Unavailable if any of them is to be called again, else what one of them raised.
    """

    async def handle(job: Job) -> None:
        failed: list[DoorstepError] = []
        for consumer in consumers:
            try:
                await consumer(job)
            except DoorstepError as error:
                failed.append(error)
        for failure in sorted(failed, key=lambda one: not isinstance(one, Unavailable)):
            raise failure

    return handle


def _learning(tracking: TrackingRoom) -> Learning:
    return Learning(NormTable(tracking.database), tracking.clock)


async def _again(seconds: float, work: Callable[[], Awaitable[int]], full: int) -> None:
    """Work until cancelled: at once while there was as much as is done at a time, else after a pause."""
    while True:
        done = 0
        try:
            done = await work()
        except Unavailable as error:
            log.warning("watch_waits", error=str(error))
        except Exception:
            log.exception("watch_failed")
        await asyncio.sleep(seconds if done < full else 0.05)
