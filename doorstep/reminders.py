"""Keeps looking for what is to be told only because time passes, for as long as alerts are on; decides nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from actions import times
from actions.zones import zone_of
from alerts.reminders import AT_ONCE, Reminders
from doorstep.alert_rules import load_alert_rules
from doorstep.bootstrap import TrackingRoom
from doorstep.desk_rules import load_rules
from doorstep.settings import ROOT, Settings
from store.reminders import ReminderTable
from tracking.errors import Unavailable

_MINUTE = 60.0
log = structlog.get_logger()


@asynccontextmanager
async def reminding(settings: Settings, tracking: TrackingRoom) -> AsyncIterator[None]:
    """Look every minute until the block ends; with alerts off, there is nobody to remind."""
    task = asyncio.create_task(_looking(reminders(settings, tracking))) if settings.alerts else None
    try:
        yield
    finally:
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def reminders(settings: Settings, tracking: TrackingRoom) -> Reminders:
    """What looks at parcels whose time has come."""
    return Reminders(
        store=ReminderTable(tracking.database),
        rules=load_alert_rules(ROOT / settings.alerts_rules),
        words=times,
        zone_of=zone_of,
        shop_zone=load_rules(ROOT / settings.desk_rules).hours.zone,
        clock=tracking.clock,
    )


async def _looking(found: Reminders) -> None:
    while True:
        try:
            with suppress(Unavailable):
                while await found.once() == AT_ONCE:
                    pass
        except Exception:
            log.exception("reminding_failed")
        await asyncio.sleep(_MINUTE)
