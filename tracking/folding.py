"""Adds the events of one shipment up to its state; pure, and deaf to their order and to repeats."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tracking.model import FINAL, ShipmentState, Status, TrackingEvent

PROGRESS = (
    Status.UNKNOWN,
    Status.PENDING,
    Status.LABEL_CREATED,
    Status.PICKED_UP,
    Status.IN_TRANSIT,
    Status.DELAYED,
    Status.EXCEPTION,
    Status.OUT_FOR_DELIVERY,
    Status.ATTEMPT_FAILED,
    Status.AVAILABLE_FOR_PICKUP,
    Status.RETURNING,
    Status.CANCELLED,
    Status.DELIVERED,
    Status.RETURNED,
)
"""How far along a status is. It decides between events of the same instant: some carriers give only the day."""

NOTICES = frozenset({Status.UNKNOWN, Status.PENDING, Status.LABEL_CREATED, Status.DELAYED})
"""News about a parcel that nobody need have touched: too weak to take back a delivery, a return or a cancellation."""

NOT_SCANS = frozenset({Status.UNKNOWN, Status.PENDING, Status.LABEL_CREATED, Status.CANCELLED})
"""Events that prove no scan. An unmapped one may have been a scan, but we don't claim what we don't know."""

_AFTER_DELIVERY = frozenset({Status.RETURNING, Status.RETURNED})
_RANK = {status: rank for rank, status in enumerate(PROGRESS)}


def identity(event: TrackingEvent) -> str:
    """What makes two reports the same event of a shipment: its event id, or else what, when, where and raw code.

    A reworded description is the same event. Reports of one scan by two sources are two events.
    """
    if event.event_id:
        parts = ["id", event.source, event.event_id]
    else:
        instant = event.occurred_at.astimezone(UTC).isoformat(timespec="microseconds")
        parts = ["scan", event.source, event.status.value, instant, _plain(event.location), _plain(event.raw_status)]
    return hashlib.blake2b("\x1f".join(parts).encode(errors="replace"), digest_size=16).hexdigest()


def distinct(events: Iterable[TrackingEvent]) -> tuple[TrackingEvent, ...]:
    """Return each event once, oldest first. Of several wordings the one recorded first stays."""
    first: dict[str, TrackingEvent] = {}
    for event in events:
        key = identity(event)
        if key not in first or _wording(event) < _wording(first[key]):
            first[key] = event
    return tuple(event for _, event in sorted(first.items(), key=lambda pair: _place(pair[0], pair[1])))


def fold(events: Iterable[TrackingEvent]) -> ShipmentState:
    """Return the state the events add up to.

    Events count by `occurred_at`, then by how far along their status is, then by their identity, so a late-arriving
    older event never undoes a newer one. UNKNOWN changes nothing. A final status is left only by a newer event that is
    more than a notice. `status_at` and `delivered_at` are when that status was first reported without a break.
    """
    state = ShipmentState()
    for event in distinct(events):
        state = _step(state, event)
    return state


def _step(state: ShipmentState, event: TrackingEvent) -> ShipmentState:
    if event.status not in NOT_SCANS:
        state = replace(state, last_scan=event)
    if event.status is Status.UNKNOWN or (state.status in FINAL and event.status in NOTICES):
        return state
    if event.status is Status.DELIVERED:
        return _deliver(state, event)
    if event.status not in _AFTER_DELIVERY:
        state = replace(state, delivered_at=None, signed_by="")
    return _enter(state, event)


def _deliver(state: ShipmentState, event: TrackingEvent) -> ShipmentState:
    again = state.status is Status.DELIVERED
    return replace(
        _enter(state, event),
        delivered_at=state.delivered_at if again else event.occurred_at,
        signed_by=event.signed_by or (state.signed_by if again else ""),
    )


def _enter(state: ShipmentState, event: TrackingEvent) -> ShipmentState:
    if state.status is event.status and state.status_at is not None:
        return state
    return replace(state, status=event.status, status_at=event.occurred_at)


def _place(key: str, event: TrackingEvent) -> tuple[datetime, int, str]:
    # UTC, because Python compares times of one zone by their wall clock, which repeats an hour every autumn.
    return event.occurred_at.astimezone(UTC), _RANK[event.status], key


def _wording(event: TrackingEvent) -> tuple[datetime, datetime, int, tuple[str, ...], timedelta, timedelta]:
    return (
        event.recorded_at.astimezone(UTC),
        event.occurred_at.astimezone(UTC),
        _RANK[event.status],
        (event.description, event.location, event.raw_status, event.signed_by, event.zone_source),
        event.occurred_at.utcoffset() or timedelta(),
        event.recorded_at.utcoffset() or timedelta(),
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
