"""Shows an order as the API gives it out: everything we know, and how old it is."""

from datetime import datetime
from typing import Any

from tracking.carriers import carrier_name, tracking_url
from tracking.findings import explained, finding
from tracking.model import DeliveryWindow, Order, Shipment, TrackingEvent
from tracking.order_status import order_status
from tracking.quiet import quiet_since


def order_view(order: Order, now: datetime) -> dict[str, Any]:
    """The JSON of one order; times ISO 8601 with zone, None where nothing is known."""
    status = order_status(order)
    return {
        "number": order.number,
        "placed_at": order.placed_at,
        "status": status.status,
        "summary": status.summary,
        "cancelled": order.cancelled,
        "customer": {"name": order.customer.name, "email": order.customer.email, "phone": order.customer.phone},
        "ship_to": {
            "postcode": order.ship_to.postcode,
            "city": order.ship_to.city,
            "region": order.ship_to.region,
            "country": order.ship_to.country,
        },
        "promised": _window(order.promised),
        "total": {"amount": str(order.total.amount), "currency": order.total.currency} if order.total else None,
        "refunds": [
            {"id": r.id, "amount": str(r.paid.amount), "currency": r.paid.currency, "at": r.at} for r in order.refunds
        ],
        "items": [{"sku": i.sku, "title": i.title, "quantity": i.quantity} for i in order.items],
        "shipments": [_shipment(shipment, now) for shipment in order.shipments],
    }


def _shipment(shipment: Shipment, now: datetime) -> dict[str, Any]:
    carrier, scan = shipment.carrier, shipment.state.last_scan
    return {
        "tracking_number": shipment.tracking_number,
        "carrier": carrier,
        "carrier_name": carrier_name(carrier, shipment.tracking_number) if carrier else None,
        "tracking_url": tracking_url(carrier, shipment.tracking_number) if carrier else None,
        "carrier_switched": {"from": shipment.switched.was, "at": shipment.switched.at} if shipment.switched else None,
        "status": shipment.status,
        "items": list(shipment.skus),
        "delivery_window": _window(shipment.estimate),
        "last_scan_at": scan.occurred_at if scan else None,
        "last_checked_at": shipment.last_checked_at,
        "quiet_since": quiet_since(shipment, now),
        "finding": _finding(shipment, now),
        "service": shipment.service,
        "events": [_event(event) for event in shipment.events],
    }


def _finding(shipment: Shipment, now: datetime) -> dict[str, Any] | None:
    """What we find about its silence, and why in words; None while it is normal."""
    found = finding(shipment, now)
    if found is None:
        return None
    return {
        "kind": found.kind,
        "since": found.since,
        "basis": found.basis,
        "share": found.share if found.count else None,
        "count": found.count,
        "normal_hours": round(found.normal_hours, 1),
        "silent_hours": round(found.silent_hours, 1),
        "text": explained(found),
    }


def _event(event: TrackingEvent) -> dict[str, Any]:
    return {
        "status": event.status,
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "zone_source": event.zone_source,
        "location": event.location,
        "description": event.description,
        "raw_status": event.raw_status,
        "source": event.source,
    }


def _window(window: DeliveryWindow | None) -> dict[str, Any] | None:
    if window is None:
        return None
    return {
        "earliest": window.earliest,
        "latest": window.latest,
        "made_at": window.made_at,
        "basis": window.basis,
        "coverage": window.coverage,
    }
