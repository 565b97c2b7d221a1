"""Draws the order card of the chat protocol from an order; shows it to nobody."""

from datetime import datetime
from typing import Any

from actions.parcels import plain
from tracking.carriers.detection import carrier_name, tracking_url
from tracking.model import Order, Shipment, Status
from tracking.order_status import order_status

WORDS = {
    Status.PENDING: "not shipped yet",
    Status.LABEL_CREATED: "packed, waiting for the carrier",
    Status.PICKED_UP: "with the carrier",
    Status.IN_TRANSIT: "on its way",
    Status.OUT_FOR_DELIVERY: "out for delivery",
    Status.AVAILABLE_FOR_PICKUP: "ready to collect",
    Status.ATTEMPT_FAILED: "delivery was tried",
    Status.DELAYED: "delayed",
    Status.EXCEPTION: "held up",
    Status.DELIVERED: "delivered",
    Status.RETURNING: "on its way back",
    Status.RETURNED: "returned to the sender",
    Status.CANCELLED: "cancelled",
    Status.UNKNOWN: "unknown",
}
"""Short words for lists and cards; answers take theirs from the domain."""

_PROGRESS = {
    Status.PENDING: 0,
    Status.LABEL_CREATED: 1,
    Status.PICKED_UP: 2,
    Status.IN_TRANSIT: 2,
    Status.DELAYED: 2,
    Status.OUT_FOR_DELIVERY: 3,
    Status.ATTEMPT_FAILED: 3,
    Status.AVAILABLE_FOR_PICKUP: 3,
    Status.DELIVERED: 4,
}


def headline(order: Order) -> str:
    """Return how the order stands in a few words, such as "1 of 2 parcels delivered"."""
    overall = order_status(order)
    if overall.total > 1 and 0 < overall.delivered < overall.total:
        return overall.summary
    return WORDS[overall.status]


def card(order: Order) -> dict[str, Any]:
    """Return the card; times as ISO 8601 with zone. `progress` is 0 to 4, -1 off the road."""
    status = order_status(order).status
    words = headline(order)
    checked = [s.last_checked_at for s in order.shipments if s.last_checked_at]
    return {
        "type": "order",
        "number": order.number,
        "status": status.value,
        "headline": words[:1].upper() + words[1:],
        "progress": _PROGRESS.get(status, -1),
        "parcels": [_parcel(shipment) for shipment in order.shipments],
        "arrival": _arrival(order),
        "last_checked_at": _iso(max(checked)) if checked else None,
    }


def _parcel(shipment: Shipment) -> dict[str, Any]:
    scan, code = shipment.state.last_scan, shipment.carrier
    return {
        "tracking_number": shipment.tracking_number,
        "carrier_name": carrier_name(code, shipment.tracking_number) if code else None,
        "status": shipment.status.value,
        "status_text": WORDS[shipment.status],
        "last_scan": scan
        and {"at": _iso(scan.occurred_at), "location": plain(scan.location), "description": plain(scan.description)},
        "url": tracking_url(code, shipment.tracking_number) if code else None,
    }


def _arrival(order: Order) -> dict[str, str] | None:
    if order_status(order).status not in _PROGRESS or order_status(order).status is Status.DELIVERED:
        return None
    waiting = [s for s in order.shipments if s.status is not Status.DELIVERED]
    window = next((s.estimate for s in waiting if s.estimate), None) or order.promised
    return {"earliest": _iso(window.earliest), "latest": _iso(window.latest)} if window else None


def _iso(at: datetime) -> str:
    return at.isoformat()
