"""What the aggregators' parsers share: keeping the good scans of a payload when one of them is broken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from tracking.errors import InvalidInput
from tracking.model import Status, TrackingEvent

TOO_FAR_AHEAD = timedelta(days=2)
"""A scan dated later than this isn't one: no time zone explains it."""

MOST_SCANS = 1000
"""Of a parcel in one message. The longest journeys have about a hundred."""


@dataclass(frozen=True, slots=True)
class Scans:
    """The scans of a payload in its order, and why any were left out."""

    events: tuple[TrackingEvent, ...]
    rejected: tuple[str, ...]

    def unmapped(self, is_mapped: Callable[[TrackingEvent], bool]) -> tuple[str, ...]:
        """Return the raw codes that the source's map doesn't know, each once."""
        return tuple(dict.fromkeys(event.raw_status for event in self.events if not is_mapped(event)))


def collect(entries: object, where: str, read: Callable[[dict[str, Any]], TrackingEvent]) -> Scans:
    """Return the scans that can be read, the newest `MOST_SCANS` of them.

    Raises InvalidInput if `entries` is neither a list nor left out.
    """
    if entries is not None and not isinstance(entries, list):
        raise InvalidInput(f"{where} must be a list.")
    read_all = [_attempt(entry, f"{where}[{place}]", read) for place, entry in enumerate(entries or [])]
    scans = tuple(scan for scan in read_all if isinstance(scan, TrackingEvent))
    reasons = tuple(reason for reason in read_all if isinstance(reason, str))
    if len(scans) <= MOST_SCANS:
        return Scans(scans, reasons)
    return Scans(_newest(scans), (f"{where}: {len(scans) - MOST_SCANS} more scans than we take, the oldest", *reasons))


def _newest(scans: Sequence[TrackingEvent]) -> tuple[TrackingEvent, ...]:
    kept = sorted(range(len(scans)), key=lambda place: scans[place].occurred_at)[-MOST_SCANS:]
    return tuple(scans[place] for place in sorted(kept))


def _attempt(entry: object, where: str, read: Callable[[dict[str, Any]], TrackingEvent]) -> TrackingEvent | str:
    try:
        return read(entry) if isinstance(entry, dict) else f"{where}: not an object"
    except InvalidInput as error:
        return f"{where}: {error}"


def with_signature(events: Sequence[TrackingEvent], signed_by: str) -> tuple[TrackingEvent, ...]:
    """Return the scans with the receiver's name on the newest delivery."""
    delivered = [event for event in events if event.status is Status.DELIVERED]
    if not signed_by or not delivered:
        return tuple(events)
    newest = max(delivered, key=lambda event: event.occurred_at)
    return tuple(replace(event, signed_by=signed_by) if event is newest else event for event in events)
