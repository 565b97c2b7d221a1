"""Shows an order as the tools give it back, with how old each thing is; unknown stays unknown, nothing is guessed."""

import re
from datetime import datetime, time, timedelta

from skills.mcp_server.shapes import Choice, OrderShown, Parcel, Window
from skills.mcp_server.words import headline
from tracking.carriers import carrier_name
from tracking.model import FINAL, DeliveryWindow, Order, Shipment, Status
from tracking.order_status import order_status
from tracking.quiet import quiet_since

_OVER = FINAL | {Status.RETURNING}
"""Nothing will arrive any more, or it has."""

_HERE = _OVER | {Status.AVAILABLE_FOR_PICKUP}
_MOST_CHARS = 200


def is_open(order: Order) -> bool:
    """Whether there is still something to come of it, or may be."""
    return order_status(order).status not in FINAL


def shown(order: Order, now: datetime) -> OrderShown:
    """Return all that is known of the order."""
    status = order_status(order).status
    quiet = [since for shipment in order.shipments if (since := quiet_since(shipment, now))]
    scans = [s.state.last_scan.occurred_at for s in order.shipments if s.state.last_scan]
    checks = [s.last_checked_at for s in order.shipments if s.last_checked_at]
    return OrderShown(
        order_number=order.number,
        placed_at=order.placed_at,
        items=_items(order),
        status=status,
        headline=headline(order),
        parcels=[_parcel(order, shipment, now) for shipment in order.shipments],
        arrival=None if status in _HERE else _arrival(order),
        promised=_promise(order),
        is_late=False if status in _OVER else _is_late(order, now),
        quiet_since=min(quiet, default=None),
        last_scan_at=max(scans, default=None),
        last_checked_at=max(checks, default=None),
    )


def choice(order: Order) -> Choice:
    """Return what tells the order apart from others."""
    return Choice(
        order_number=order.number,
        placed_at=order.placed_at,
        items=_items(order),
        status=order_status(order).status,
        headline=headline(order),
    )


def _parcel(order: Order, shipment: Shipment, now: datetime) -> Parcel:
    scan, code = shipment.state.last_scan, shipment.carrier
    known = _estimate(shipment.estimate) if shipment.estimate else _promise(order)
    return Parcel(
        carrier=carrier_name(code, shipment.tracking_number) if code else None,
        tracking_number=shipment.tracking_number,
        status=shipment.status,
        location=(_plain(scan.location) or None) if scan else None,
        last_scan_at=scan.occurred_at if scan else None,
        last_checked_at=shipment.last_checked_at,
        quiet_since=quiet_since(shipment, now),
        arrival=None if shipment.status in _HERE else known,
    )


def _arrival(order: Order) -> Window | None:
    """When the next parcel should come, by its carrier's word, else the shop's."""
    estimates = _estimates(order)
    return _estimate(min(estimates, key=lambda window: window.earliest)) if estimates else _promise(order)


def _estimates(order: Order) -> list[DeliveryWindow]:
    return [s.estimate for s in order.shipments if s.estimate and s.status not in _OVER]


def _is_late(order: Order, now: datetime) -> bool | None:
    """Compare with the shop's promise, else with the carriers' own words; None when there is neither."""
    windows = [order.promised] if order.promised else _estimates(order)
    return any(now > _end(window) for window in windows) if windows else None


def _end(window: DeliveryWindow) -> datetime:
    """A day given as its midnight lasts until its end."""
    return window.latest + timedelta(days=1) if window.latest.time() == time(0, 0) else window.latest


def _estimate(window: DeliveryWindow) -> Window:
    return Window(earliest=window.earliest, latest=window.latest, basis=window.basis or "carrier")


def _promise(order: Order) -> Window | None:
    promised = order.promised
    return Window(earliest=promised.earliest, latest=promised.latest, basis="shop") if promised else None


def _items(order: Order) -> list[str]:
    return [_plain(item.title) for item in order.items if item.title.strip()]


def _plain(text: str) -> str:
    """Outside text on one line, without the brackets that markup is made of."""
    return " ".join(re.sub(r"[\[\]{}<>]", " ", text).split())[:_MOST_CHARS]
