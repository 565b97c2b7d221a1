"""Goes through our newest parcels and keeps what they teach about silence; the teaching itself is in `norms`."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from tracking.findings import working_days
from tracking.model import TrackingEvent
from tracking.norms import Group, Sample, gaps_of, learn
from tracking.ports import Clock
from tracking.quiet import Norm

EVERY = timedelta(hours=6)
AT_ONCE = 50
MOST_PARCELS = 50_000
"""How many of the newest parcels are gone through: all there is for a small shop, the last days for a huge one."""
_BREATH_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Told:
    """A parcel as it teaches: its place in the order in which parcels became known, and its scans, oldest first."""

    place: int
    carrier: str
    service: str
    country: str
    events: Sequence[TrackingEvent]


class NormStore(Protocol):
    """Parcels to learn from, and what was learnt. Every method is one transaction and raises Unavailable."""

    async def before(self, place: int | None, limit: int) -> Sequence[Told]:
        """Return parcels of known carriers that became known before the one at `place`, newest first."""
        ...

    async def computed_at(self) -> datetime | None:
        """Return when norms were last kept; None if never."""
        ...

    async def keep(self, norms: Mapping[Group, Norm], now: datetime) -> None:
        """Keep norms instead of those of the same groups; others stay."""
        ...


class Learning:
    """Learns every six hours, whoever comes first. Holds a bounded number of gaps and never a whole table in memory."""

    def __init__(
        self, store: NormStore, clock: Clock, most: int = MOST_PARCELS, breath: float = _BREATH_SECONDS
    ) -> None:
        self._store, self._clock, self._most, self._breath = store, clock, most, breath
        self._tried_at: datetime | None = None

    async def if_due(self) -> bool:
        """Learn if nobody has for so long; say whether. Raises Unavailable."""
        now = self._clock.now()
        last = max(filter(None, (await self._store.computed_at(), self._tried_at)), default=None)
        if last is not None and now - last < EVERY:
            return False
        await self.once()
        self._tried_at = now
        return True

    async def once(self) -> Mapping[Group, Norm]:
        """Learn now and return what was learnt. Raises Unavailable."""
        now, sample, place, seen = self._clock.now(), Sample(), None, 0
        while seen < self._most and (told := await self._store.before(place, AT_ONCE)):
            for one in told:
                works = working_days(one.carrier, one.country, one.events)
                sample.add(one.carrier, one.service, gaps_of(one.events, works, now))
            place, seen = told[-1].place, seen + len(told)
            # Whoever shares this process goes first.
            await asyncio.sleep(self._breath)
        norms = learn(sample.gaps)
        await self._store.keep(norms, now)
        return norms
