"""Learns from our own parcels how long silence is normal; pure.

How a norm is made, for each carrier, service and stage:

1. A *gap* is the working time from one sign of life to the next. The one that lasts now is not ended (right-censored):
   it says "at least so long". So does one that ends in trouble (exception, return, cancelled), for such a parcel did
   not simply go on. Gaps under half an hour are one handling told twice and are left out.
2. Gaps past three times the general rule are not what normal looks like: those that ended count as just that long,
   those that still last are parcels given up for lost and are left out. So lost parcels can't teach that weeks are
   normal.
3. The share of gaps that end within a time is the Kaplan-Meier estimate (Kaplan and Meier 1958), which uses both
   kinds. What is *usual* is the time within which 97 % end. A young history that doesn't reach 97 % teaches nothing.
4. A small count is drawn to what is known above it, by Bühlmann's credibility (1967): with n gaps ended and
   Z = n / (n + 100), log(norm) = Z log(own) + (1 - Z) log(parent). The parent of a service is its carrier, that of a
   carrier the general rule. Under 30 gaps the parent stands alone.
5. A parcel is *slower than usual* past the norm and *stalled* past one and a half times its own: it is scanned many
   times on its way, so at 97 % alone one in five would be called stalled somewhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp, log

from tracking.model import Status, TrackingEvent
from tracking.quiet import GENERAL, Norm
from tracking.working_time import Works, worked

USUAL = 0.97
STALLED_BY = 1.5
CREDIBLE = 100.0
FEWEST = 30
SHORTEST_HOURS = 6.0
FARTHEST = 3.0
MOST_GAPS = 2000
"""How many of the newest gaps a group learns from."""
_ONE_HANDLING = 0.5
_TROUBLE = frozenset({Status.EXCEPTION, Status.RETURNING, Status.RETURNED, Status.CANCELLED})
Group = tuple[str, str, Status]
"""Carrier code, service (empty for all of them together), stage."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A silence of so many hours of working time, and whether a scan ended it."""

    hours: float
    ended: bool = True


class Norms:
    """What has been learnt, to be looked up."""

    def __init__(self, learnt: Mapping[Group, Norm] | None = None) -> None:
        self._learnt = learnt or {}

    def of(self, carrier: str | None, service: str, stage: Status) -> Norm | None:
        """Return the norm of a parcel's own service, else of its carrier, else the general rule; None if it is over."""
        general = GENERAL.get(stage)
        if general is None or not carrier or not self._learnt:
            return general
        own = self._learnt.get((carrier, plain(service), stage))
        return own or self._learnt.get((carrier, "", stage)) or general


@dataclass(slots=True)
class Sample:
    """Gaps of each group, gathered parcel by parcel, newest first; a full group takes no more."""

    gaps: dict[Group, list[Gap]] = field(default_factory=dict)

    def add(self, carrier: str, service: str, found: Iterable[tuple[Status, Gap]]) -> None:
        """Add the gaps of one parcel, to its service and to its carrier."""
        for stage, gap in found:
            for name in {plain(service), ""}:
                group = self.gaps.setdefault((carrier, name, stage), [])
                if len(group) < MOST_GAPS:
                    group.append(gap)


def plain(service: str) -> str:
    """Return a service's name as groups have it."""
    return " ".join(service.casefold().split())


def gaps_of(events: Sequence[TrackingEvent], works: Works, now: datetime) -> list[tuple[Status, Gap]]:
    """Return a parcel's gaps with the stage each was in; `events` in folding's order."""
    found, stage = [], Status.PENDING
    for place, event in enumerate(events):
        stage = stage if event.status is Status.UNKNOWN else event.status
        if stage not in GENERAL:
            break
        after = events[place + 1] if place + 1 < len(events) else None
        hours = worked(event.occurred_at, after.occurred_at if after else now, works) / timedelta(hours=1)
        if hours >= _ONE_HANDLING:
            found.append((stage, Gap(hours, after is not None and after.status not in _TROUBLE)))
    return found


def learn(sample: Mapping[Group, Sequence[Gap]]) -> dict[Group, Norm]:
    """Return the norm of every group that has enough to teach."""
    learnt: dict[Group, Norm] = {}
    for group in sorted(sample, key=lambda one: one[1] != ""):  # carriers before their services
        carrier, service, stage = group
        parent = (learnt.get((carrier, "", stage)) if service else None) or GENERAL[stage]
        norm = _norm(sample[group], parent, GENERAL[stage])
        if norm:
            learnt[group] = norm
    return learnt


def ended_within(gaps: Sequence[Gap], hours: float) -> float:
    """Return the share of gaps that end within so many hours."""
    return next((share for at, share in reversed(_curve(gaps)) if at <= hours), 0.0)


def _norm(gaps: Sequence[Gap], parent: Norm, general: Norm) -> Norm | None:
    known = _within_reason(gaps, general.stalled_hours * FARTHEST)
    count, own = sum(gap.ended for gap in known), _usual(known)
    if count < FEWEST or own is None:
        return None
    own, weight = max(own, SHORTEST_HOURS), count / (count + CREDIBLE)
    slower = _between(own, parent.slower_hours, weight)
    stalled = max(_between(own * STALLED_BY, parent.stalled_hours, weight), slower)
    return Norm(slower, stalled, ended_within(known, slower), count)


def _within_reason(gaps: Sequence[Gap], farthest: float) -> list[Gap]:
    return [Gap(min(gap.hours, farthest), gap.ended) for gap in gaps if gap.ended or gap.hours <= farthest]


def _usual(gaps: Sequence[Gap]) -> float | None:
    return next((at for at, share in _curve(gaps) if share >= USUAL), None)


def _curve(gaps: Sequence[Gap]) -> list[tuple[float, float]]:
    """The Kaplan-Meier estimate: after each gap that ended, the share that has ended by then."""
    lasting, points = 1.0, []
    # Of equal gaps, those that ended come first: the others lasted at least as long.
    for place, gap in enumerate(sorted(gaps, key=lambda one: (one.hours, not one.ended))):
        if gap.ended:
            lasting *= 1 - 1 / (len(gaps) - place)
            points.append((gap.hours, 1 - lasting))
    return points


def _between(own: float, parent: float, weight: float) -> float:
    return exp(weight * log(own) + (1 - weight) * log(parent))
