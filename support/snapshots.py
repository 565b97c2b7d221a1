"""Writes down how an order stands at a moment, for a ticket; reads nothing."""

from datetime import datetime, time, timedelta
from typing import Any

from tracking.model import DeliveryWindow, Order, Shipment, Status
from tracking.order_status import order_status
from tracking.quiet import quiet_since

_ARRIVED = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED})


def snapshot(order: Order, now: datetime) -> dict[str, Any]:
    """Return an order as JSON values; times ISO 8601 with zone, None where nothing is known."""
    return {
        "number": order.number,
        "taken_at": now.isoformat(),
        "placed_at": order.placed_at.isoformat(),
        "status": order_status(order).status.value,
        "summary": order_status(order).summary,
        "items": [{"sku": item.sku, "title": item.title, "quantity": item.quantity} for item in order.items],
        "promised": _window(order.promised),
        "total": {"amount": str(order.total.amount), "currency": order.total.currency} if order.total else None,
        "days_late": days_late(order, now),
        "parcels": [_parcel(shipment, now) for shipment in order.shipments],
    }


def days_late(order: Order, now: datetime) -> int:
    """Return how many whole days have passed since what hasn't arrived should have; 0 where no day was named."""
    if order.cancelled or order_status(order).status in _ARRIVED:
        return 0
    windows = [s.estimate for s in order.shipments if s.estimate and s.status not in _ARRIVED] + [order.promised]
    ends = [_end(window) for window in windows if window]
    return max(0, (now - min(ends)).days) if ends else 0


def _end(window: DeliveryWindow) -> datetime:
    """A day given as its midnight lasts until its end."""
    return window.latest + timedelta(days=1) if window.latest.time() == time(0, 0) else window.latest


def _parcel(shipment: Shipment, now: datetime) -> dict[str, Any]:
    scan = shipment.state.last_scan
    return {
        "tracking_number": shipment.tracking_number,
        "carrier": shipment.carrier,
        "status": shipment.status.value,
        "items": list(shipment.skus),
        "last_scan": scan
        and {"at": scan.occurred_at.isoformat(), "location": scan.location, "description": scan.description},
        "last_checked_at": _iso(shipment.last_checked_at),
        "quiet_since": _iso(quiet_since(shipment, now)),
        "estimate": _window(shipment.estimate),
    }


def _window(window: DeliveryWindow | None) -> dict[str, str] | None:
    if window is None:
        return None
    return {"earliest": window.earliest.isoformat(), "latest": window.latest.isoformat(), "basis": window.basis}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
