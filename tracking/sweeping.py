"""Looks for parcels whose silence is no longer normal, and notes what it finds; tells nobody."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from tracking.facts import Fact, Occasion
from tracking.findings import Finding, finding
from tracking.ports import Clock, Store, UnitOfWork
from tracking.quiet import FindingKind, Silences
from tracking.records import ShipmentRecord

AT_ONCE = 100
TOLD = frozenset({FindingKind.STALLED, FindingKind.NEVER_SCANNED})
TOLD_FOR = timedelta(days=30)
"""A silence that is older when it is found is no news: nobody is told of it."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a parcel's silence found: the parcel as it is to be kept, and the finding if it is a new one."""

    record: ShipmentRecord
    finding: Finding | None = None


class Due(Protocol):
    """Knows whether there is anything to look at."""

    async def any(self, now: datetime) -> bool:
        """Say whether any parcel is due. Raises Unavailable."""
        ...


class Sweep:
    """Looks at the parcels that are due, some at a time. Several may, at once: each parcel is looked at by one.

    What is found of the kinds in `tells` is noted as a fact along.
    """

    def __init__(
        self,
        store: Store,
        due: Due,
        silences: Silences,
        clock: Clock,
        tells: Collection[FindingKind] = TOLD,
    ) -> None:
        self._store, self._due, self._silences = store, due, silences
        self._clock, self._tells = clock, tells

    async def once(self) -> int:
        """Look at what is due now and return how many parcels that were. Raises Unavailable."""
        now = self._clock.now()
        # Mostly there is nothing, and then nobody else has to wait for this to write.
        if not await self._due.any(now):
            return 0
        await self._silences.fresh()

        async def work(unit: UnitOfWork) -> int:
            looks = [look(record, self._silences, now) for record in await unit.quiet_shipments(now, AT_ONCE)]
            await unit.save_silences([one.record for one in looks])
            await unit.add_findings({one.record.key: one.finding for one in looks if one.finding}, now)
            facts = self._facts(looks, now)
            if facts:
                await unit.note_facts(facts, now)
            return len(looks)

        return await self._store.run(work)

    def _facts(self, looks: Sequence[Look], now: datetime) -> list[Fact]:
        told = [(one.record, one.finding) for one in looks if one.finding and one.finding.kind in self._tells]
        return [_fact(record, found, now) for record, found in told if _is_news(record, found, now)]


def look(record: ShipmentRecord, silences: Silences, now: datetime) -> Look:
    """Look at a parcel. What was found before stands with the norm it was found by."""
    known = record if record.found else replace(record, patience=silences.patience(record))
    found = finding(known, now) if known.patience else None
    if found is None or found.kind == record.found:
        return Look(known if known.patience else replace(known, found=""))
    return Look(replace(known, found=found.kind.value), found)


def _is_news(record: ShipmentRecord, found: Finding, now: datetime) -> bool:
    """Whether to tell. A parcel that no source has ever told us of may be anywhere: we weren't looking."""
    return record.last_checked_at is not None and now - found.since <= TOLD_FOR


def _fact(record: ShipmentRecord, found: Finding, now: datetime) -> Fact:
    return Fact(Occasion.QUIET, now, parcel=record.key, mark=f"{found.kind} {found.since.astimezone(UTC).date()}")
