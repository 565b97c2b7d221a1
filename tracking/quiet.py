"""Finds parcels silent for longer than is normal at their stage; our finding, never the carrier's status."""

from datetime import datetime, timedelta

from tracking.model import Shipment, Status

NORMAL_SILENCE = {
    Status.PENDING: timedelta(days=3),
    Status.LABEL_CREATED: timedelta(days=3),
    Status.PICKED_UP: timedelta(days=3),
    Status.IN_TRANSIT: timedelta(days=4),
    Status.DELAYED: timedelta(days=4),
    Status.EXCEPTION: timedelta(days=3),
    Status.OUT_FOR_DELIVERY: timedelta(hours=24),
    Status.ATTEMPT_FAILED: timedelta(days=2),
    Status.AVAILABLE_FOR_PICKUP: timedelta(days=10),
    Status.RETURNING: timedelta(days=10),
}
"""How long a parcel may be silent at each stage: fixed, and wide enough for a weekend on the road.

A stage that isn't here (delivered, returned, cancelled) is over and never quiet.
"""


def never_scanned(shipment: Shipment) -> bool:
    """Say whether no carrier has reported handling the parcel. An event we can't read counts as handling."""
    return shipment.state.last_scan is None and not any(e.status is Status.UNKNOWN for e in shipment.events)


def last_sign(shipment: Shipment) -> datetime | None:
    """Return when the parcel last gave a sign of life (aware): its newest event, or when it was first spoken of."""
    return max((event.occurred_at for event in shipment.events), default=shipment.known_since)


def quiet_since(shipment: Shipment, now: datetime) -> datetime | None:
    """Return the last sign of life (aware) if it is longer ago than is normal at the parcel's stage, else None."""
    allowed = NORMAL_SILENCE.get(shipment.status)
    sign = last_sign(shipment)
    if allowed is None or sign is None or now - sign <= allowed:
        return None
    return sign
