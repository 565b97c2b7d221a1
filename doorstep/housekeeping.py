"""Tidies up for as long as the program runs: prunes once an hour, gives idle conversations back every minute."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from doorstep.bootstrap import SupportRoom, TrackingRoom
from doorstep.pictures import masked_later
from store.pruning import prune
from tracking.errors import Unavailable

_HOUR, _MINUTE = 60 * 60.0, 60.0
log = structlog.get_logger()


async def keep_house(tracking: TrackingRoom, support: SupportRoom) -> None:
    """Do so until cancelled; a database that is down is tried again next time."""

    async def pruned() -> None:
        log.info("pruned", rows=await prune(tracking.database, tracking.clock.now()))

    async def returned() -> None:
        await support.handover.return_idle()

    async def swept() -> None:
        log.info("swept", files=await support.pictures.files.sweep())

    async with asyncio.TaskGroup() as group:
        group.create_task(_every(_HOUR, pruned))
        group.create_task(_every(_HOUR, swept))
        if support.mask_more:
            group.create_task(_every(_HOUR, masked_later(support.mask_more, tracking.database, tracking.clock)))
        group.create_task(_every(_MINUTE, returned))


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Unavailable as error:
            log.warning("house_not_kept", work=work.__name__, error=str(error))
        await asyncio.sleep(seconds)
