"""Finds parcels silent for longer than is normal at their stage; our finding, never the carrier's status."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from tracking.model import Patience, Shipment, Status
from tracking.records import ShipmentRecord
from tracking.working_time import Works, every_day, work_until

Parcel = Shipment | ShipmentRecord


class FindingKind(StrEnum):
    """What a silence may be: longer than usual, so long that something is wrong, or a label nobody ever scanned."""

    SLOWER = "slower"
    STALLED = "stalled"
    NEVER_SCANNED = "never_scanned"


@dataclass(frozen=True, slots=True)
class Norm:
    """How long parcels of one kind are silent, in hours of working time: what is usual, and what is too long.

    Of `count` silences of our own parcels, the `share` ended within `slower_hours`; `count` 0 is a general rule.
    """

    slower_hours: float
    stalled_hours: float
    share: float = 0.0
    count: int = 0


GENERAL: Mapping[Status, Norm] = {
    Status.PENDING: Norm(48, 72),
    Status.LABEL_CREATED: Norm(48, 72),
    Status.PICKED_UP: Norm(48, 72),
    Status.IN_TRANSIT: Norm(72, 96),
    Status.DELAYED: Norm(72, 96),
    Status.EXCEPTION: Norm(48, 72),
    Status.OUT_FOR_DELIVERY: Norm(14, 24),
    Status.ATTEMPT_FAILED: Norm(36, 48),
    Status.AVAILABLE_FOR_PICKUP: Norm(7 * 24, 10 * 24),
    Status.RETURNING: Norm(7 * 24, 10 * 24),
}
"""How long a parcel may be silent at each stage where nothing has been learnt: a rule of thumb, on the patient side.

A stage that isn't here (delivered, returned, cancelled) is over and never quiet.
"""


class Silences(Protocol):
    """Knows how long silence is normal for a parcel."""

    async def fresh(self) -> None:
        """Look whether more has been learnt lately. Raises Unavailable."""

    def patience(self, record: ShipmentRecord) -> Patience | None:
        """Return until when the parcel's silence is normal; None where its way is over."""


class GeneralRule:
    """Knows nothing but the general rule, and no holiday."""

    async def fresh(self) -> None:
        """Do nothing: it never changes."""

    def patience(self, record: ShipmentRecord) -> Patience | None:
        """See `Silences.patience`."""
        return patience_of(record, GENERAL.get(record.state.status), every_day)


def patience_of(parcel: Parcel, norm: Norm | None, works: Works) -> Patience | None:
    """Return until when a parcel's silence is normal by this norm; None where there is no norm or no sign of it."""
    sign = last_sign(parcel)
    if norm is None or sign is None:
        return None
    slower, stalled = (work_until(sign, timedelta(hours=h), works) for h in (norm.slower_hours, norm.stalled_hours))
    return Patience(slower, stalled, norm.slower_hours, norm.share, norm.count)


def never_scanned(parcel: Parcel) -> bool:
    """Say whether no carrier has reported handling the parcel. An event we can't read counts as handling."""
    return parcel.state.last_scan is None and not any(e.status is Status.UNKNOWN for e in parcel.events)


def last_sign(parcel: Parcel) -> datetime | None:
    """Return when the parcel last gave a sign of life (aware): its newest event, or when it was first spoken of."""
    return max((event.occurred_at for event in parcel.events), default=parcel.known_since)


def silence(parcel: Parcel, now: datetime) -> FindingKind | None:
    """Return what the parcel's silence is at a moment (aware); None while it is normal."""
    patience = parcel.patience or patience_of(parcel, GENERAL.get(parcel.state.status), every_day)
    if patience is None or now <= patience.slower_at:
        return None
    if now <= patience.stalled_at:
        return FindingKind.SLOWER
    return FindingKind.NEVER_SCANNED if never_scanned(parcel) else FindingKind.STALLED


def quiet_since(parcel: Parcel, now: datetime) -> datetime | None:
    """Return the last sign of life (aware) of a parcel that is more than slow, else None."""
    return last_sign(parcel) if silence(parcel, now) not in {None, FindingKind.SLOWER} else None


def settled(old: ShipmentRecord | None, new: ShipmentRecord, silences: Silences) -> ShipmentRecord:
    """Return a parcel after a report with its patience, and free of a finding that is no longer true.

    What was found stands, with the norm it was found by, until the parcel gives another sign of life.
    """
    if old is not None and _same(old, new):
        return new
    patience = silences.patience(new)
    if new.found and patience is not None and not _moved(old, new):
        return new
    return replace(new, patience=patience, found="")


def look_again_at(record: ShipmentRecord) -> datetime | None:
    """Return when to look at a parcel's silence next; None where there is nothing more to find."""
    if record.patience is None or record.found not in {"", FindingKind.SLOWER}:
        return None
    return record.patience.stalled_at if record.found else record.patience.slower_at


def _same(old: ShipmentRecord, new: ShipmentRecord) -> bool:
    told, said = (old.carrier, old.service, old.country), (new.carrier, new.service, new.country)
    return old.events == new.events and told == said and old.known_since == new.known_since and old.patience is not None


def _moved(old: ShipmentRecord | None, new: ShipmentRecord) -> bool:
    before, now = last_sign(old) if old else None, last_sign(new)
    scanned = old is not None and never_scanned(old) and not never_scanned(new)
    return scanned or before is None or now is None or now > before
