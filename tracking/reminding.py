"""Says when to look at a parcel again only because time passes: on the day it arrives, or while it is waited for."""

from dataclasses import replace
from datetime import datetime, timedelta

from tracking.model import Status
from tracking.records import ShipmentRecord

ARRIVING = frozenset({Status.PICKED_UP, Status.IN_TRANSIT})
_BEFORE_ARRIVAL = timedelta(hours=24 + 14)
"""So long before an estimate's end its day may begin: the clock that it is meant by may be 14 hours ahead."""
_AFTER_READY = timedelta(days=1)
"""Nobody is reminded sooner."""


def look_ahead_at(record: ShipmentRecord) -> datetime | None:
    """Return when (aware) to look at a parcel first; None where there is nothing to look for."""
    state, estimate = record.state, record.estimate
    if state.status in ARRIVING and estimate:
        return estimate.latest - _BEFORE_ARRIVAL
    if state.status is Status.AVAILABLE_FOR_PICKUP and state.status_at:
        return state.status_at + _AFTER_READY
    return None


def ahead(old: ShipmentRecord | None, new: ShipmentRecord) -> ShipmentRecord:
    """Return a changed parcel with the time to look at it; a change that makes no difference leaves that as it was."""
    when = look_ahead_at(new)
    unchanged = when == (look_ahead_at(old) if old else new.remind_at)
    return new if unchanged else replace(new, remind_at=when)
