"""Prunes the database once an hour for as long as the app runs; decides nothing about what is old."""

import asyncio

import structlog

from doorstep.bootstrap import TrackingRoom
from store.pruning import prune
from tracking.errors import Unavailable

_PAUSE_SECONDS = 60 * 60

log = structlog.get_logger()


async def keep_house(tracking: TrackingRoom) -> None:
    """Prune now and every hour, until cancelled; a database that is down is tried again next time."""
    while True:
        try:
            log.info("pruned", rows=await prune(tracking.database, tracking.clock.now()))
        except Unavailable as error:
            log.warning("not_pruned", error=str(error))
        await asyncio.sleep(_PAUSE_SECONDS)
