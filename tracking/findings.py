"""What is found about a parcel's silence, and how to say why; looks nothing up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor
from typing import Literal

from tracking.calendars import calendar, country_of_place
from tracking.model import Status, TrackingEvent
from tracking.quiet import GENERAL, FindingKind, Parcel, last_sign, patience_of, silence
from tracking.working_time import Works, every_day, worked

_SHOWN_AS_HOURS = 72


@dataclass(frozen=True, slots=True)
class Finding:
    """A silence that isn't normal, since the last sign of life (aware), and why we say so.

    Of `count` silences of our own parcels, the `share` ended within `normal_hours` of working time; `count` 0 means
    that `normal_hours` is a general rule. This one has lasted `silent_hours` of working time, `lasted` by the clock.
    """

    kind: FindingKind
    stage: Status
    since: datetime
    share: float
    normal_hours: float
    silent_hours: float
    lasted: timedelta
    count: int = 0

    @property
    def basis(self) -> Literal["own_history", "general_rule"]:
        """Where the norm comes from."""
        return "own_history" if self.count else "general_rule"


def working_days(carrier: str | None, country: str, events: Sequence[TrackingEvent]) -> Works:
    """Return the days that a carrier works where a parcel goes or, if nobody said where, was scanned last."""
    place = events[-1].location if events and not country else ""
    return calendar(carrier, country or country_of_place(place))


def finding(parcel: Parcel, now: datetime) -> Finding | None:
    """Return what there is to say about a parcel's silence at a moment (aware), by the one rule of `tracking.quiet`."""
    kind, since = silence(parcel, now), last_sign(parcel)
    if kind is None or since is None:
        return None
    stage, patience = parcel.state.status, parcel.patience
    works = working_days(parcel.carrier, parcel.country, parcel.events) if patience else every_day
    known = patience or patience_of(parcel, GENERAL[stage], every_day)
    assert known is not None
    rule = GENERAL[stage]
    general = rule.slower_hours if kind is FindingKind.SLOWER else rule.stalled_hours
    return Finding(
        kind=kind,
        stage=stage,
        since=since,
        share=known.share,
        normal_hours=known.hours if known.count else general,
        silent_hours=worked(since, now, works) / timedelta(hours=1),
        lasted=now - since,
        count=known.count,
    )


def explained(found: Finding) -> str:
    """Say in plain English what was found and why, for people of the shop."""
    return f"{_norm(found)}; this one has been silent for {_at_least(found.silent_hours)}{_uncounted(found)}."


def usual(found: Finding) -> str:
    """Say in a few words what is usual, for shoppers; nothing of the parcel itself."""
    again = "scanned for the first time" if found.kind is FindingKind.NEVER_SCANNED else "scanned again"
    if found.count:
        return f"{_percent(found)} of parcels are {again} within {_at_most(found.normal_hours)} at this stage"
    return f"parcels are usually {again} within {_at_most(found.normal_hours)} at this stage"


def _norm(found: Finding) -> str:
    label = found.kind is FindingKind.NEVER_SCANNED
    again = "scanned for the first time" if label else "scanned again"
    if found.count:
        whose = "parcels with this carrier at this stage"
        return f"{_percent(found)} of {whose} are {again} within {_at_most(found.normal_hours)}"
    rule = "a general rule: we have too little history with this carrier"
    return f"Parcels at this stage are usually {again} within {_at_most(found.normal_hours)} ({rule})"


def _percent(found: Finding) -> str:
    """Rounded down, and never all: what was so until now need not stay so."""
    return f"{min(floor(found.share * 100 + 1e-9), 99)} %"


def _uncounted(found: Finding) -> str:
    idle = found.lasted / timedelta(hours=1) - found.silent_hours
    return ", not counting days on which the carrier doesn't work" if idle >= 1 else ""


def _at_most(hours: float) -> str:
    return _span(ceil(hours - 1e-9), ceil(hours / 24))


def _at_least(hours: float) -> str:
    return _span(floor(hours + 1e-9), floor(hours / 24))


def _span(hours: int, days: int) -> str:
    return f"{hours} hour{'' if hours == 1 else 's'}" if hours < _SHOWN_AS_HOURS else f"{days} days"
