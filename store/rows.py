"""Turns tracking's values into table rows and back; runs no query."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import RowMapping

from tracking.folding import identity
from tracking.model import (
    Address,
    CarrierSwitch,
    Contact,
    DeliveryWindow,
    Item,
    Money,
    Order,
    Patience,
    Refund,
    Shipment,
    ShipmentState,
    Status,
    TrackingEvent,
)
from tracking.quiet import look_again_at
from tracking.records import OrderRecord, Parcel, Plan, ShipmentRecord

Row = RowMapping
_EVENT_FIELDS = (
    "recorded_at",
    "source",
    "raw_status",
    "location",
    "description",
    "event_id",
    "zone_source",
    "signed_by",
)


def order_row(record: OrderRecord) -> dict[str, Any]:
    """Return the columns of `orders`, without the id."""
    return {
        "key": record.key or None,
        "number": record.number,
        "known_since": record.known_since,
        "said_at": {field: at.astimezone(UTC).isoformat() for field, at in record.said_at.items()},
        "placed_at": record.placed_at,
        "customer_name": record.customer.name,
        "customer_email": record.customer.email,
        "customer_phone": record.customer.phone,
        "postcode": record.ship_to.postcode,
        "city": record.ship_to.city,
        "region": record.ship_to.region,
        "country": record.ship_to.country,
        "cancelled": record.cancelled,
        "total_amount": str(record.total.amount) if record.total else None,
        "total_currency": record.total.currency if record.total else "",
        "refunds": [_refund_row(refund) for refund in record.refunds],
        **_window_row("promised", record.promised),
    }


def order_record(row: Row, items: Iterable[Row], parcels: Iterable[Row], sources: Iterable[Row]) -> OrderRecord:
    """Return the stored order."""
    return OrderRecord(
        number=row["number"],
        known_since=row["known_since"],
        id=row["id"],
        placed_at=row["placed_at"],
        customer=_contact(row),
        ship_to=_address(row),
        items=_items(items),
        promised=_window("promised", row),
        cancelled=row["cancelled"],
        total=_total(row),
        refunds=_refunds(row),
        parcels=tuple(Parcel(p["key"], tuple(p["skus"])) for p in parcels),
        sources=tuple((s["source"], s["external_id"] or "") for s in sources),
        said_at={field: datetime.fromisoformat(at) for field, at in row["said_at"].items()},
    )


def order(row: Row, items: Iterable[Row], parcels: Iterable[Shipment]) -> Order:
    """Return the order as tracking's readers see it. One nobody dated counts from when we first heard of it."""
    return Order(
        number=row["number"],
        placed_at=row["placed_at"] or row["known_since"],
        customer=_contact(row),
        ship_to=_address(row),
        items=_items(items),
        shipments=tuple(parcels),
        promised=_window("promised", row),
        cancelled=bool(row["cancelled"]),
        total=_total(row),
        refunds=_refunds(row),
    )


def _total(row: Row) -> Money | None:
    return Money(Decimal(row["total_amount"]), row["total_currency"]) if row["total_amount"] else None


def _refund_row(refund: Refund) -> dict[str, str]:
    paid, at = refund.paid, refund.at.astimezone(UTC).isoformat()
    return {"id": refund.id, "amount": str(paid.amount), "currency": paid.currency, "at": at}


def _refunds(row: Row) -> tuple[Refund, ...]:
    return tuple(
        Refund(r["id"], Money(Decimal(r["amount"]), r["currency"]), datetime.fromisoformat(r["at"]))
        for r in row["refunds"]
    )


def shipment_row(record: ShipmentRecord) -> dict[str, Any]:
    """Return the columns of `shipments`, without the id."""
    state = record.state
    return {
        "key": record.key,
        "tracking_number": record.tracking_number,
        "known_since": record.known_since,
        "carrier": record.carrier,
        "carrier_said_at": record.carrier_said_at,
        "last_checked_at": record.last_checked_at,
        "status": state.status.value,
        "status_at": state.status_at,
        "last_scan": identity(state.last_scan) if state.last_scan else None,
        "delivered_at": state.delivered_at,
        "signed_by": state.signed_by,
        **_window_row("estimate", record.estimate),
        "service": record.service,
        "country": record.country,
        **silence_row(record),
        "remind_at": record.remind_at,
        **_plan_row(record),
    }


def silence_row(record: ShipmentRecord) -> dict[str, Any]:
    """Return the columns of `shipments` that are about the parcel's silence."""
    patience = record.patience
    return {
        "slower_at": patience and patience.slower_at,
        "stalled_at": patience and patience.stalled_at,
        "norm_hours": patience and patience.hours,
        "norm_share": patience and patience.share,
        "norm_count": patience and patience.count,
        "found": record.found,
        "quiet_at": look_again_at(record),
    }


def shipment_record(row: Row, events: tuple[TrackingEvent, ...]) -> ShipmentRecord:
    """Return the stored parcel; `events` in folding's order."""
    return ShipmentRecord(
        key=row["key"],
        tracking_number=row["tracking_number"],
        known_since=row["known_since"],
        id=row["id"],
        carrier=row["carrier"],
        carrier_said_at=row["carrier_said_at"],
        events=events,
        state=_state(row, events),
        last_checked_at=row["last_checked_at"],
        estimate=_window("estimate", row),
        service=row["service"],
        country=row["country"],
        patience=_patience(row),
        found=row["found"],
        remind_at=row["remind_at"],
        plan=Plan(row["next_check_at"], row["ask_as"], row["checks_failed"], row["not_found_since"]),
        switched=_switched(row),
    )


def _plan_row(record: ShipmentRecord) -> dict[str, Any]:
    plan, switched = record.plan, record.switched
    return {
        "next_check_at": plan.next_at,
        "ask_as": plan.ask_as,
        "checks_failed": plan.failures,
        "not_found_since": plan.not_found_since,
        "carrier_was": switched and switched.was,
        "carrier_switched_at": switched and switched.at,
    }


def _switched(row: Row) -> CarrierSwitch | None:
    return CarrierSwitch(row["carrier_was"], row["carrier_switched_at"]) if row["carrier_switched_at"] else None


def shipment(row: Row, events: tuple[TrackingEvent, ...]) -> Shipment:
    """Return the parcel as part of an order; the row also has the `skus` of that order in it."""
    return Shipment(
        tracking_number=row["tracking_number"],
        carrier=row["carrier"],
        skus=tuple(row["skus"]),
        events=events,
        state=_state(row, events),
        last_checked_at=row["last_checked_at"],
        estimate=_window("estimate", row),
        known_since=row["known_since"],
        service=row["service"],
        country=row["country"],
        patience=_patience(row),
        switched=_switched(row),
    )


def event_row(event: TrackingEvent) -> dict[str, Any]:
    """Return the columns of `tracking_events`, without the ids."""
    offset = event.occurred_at.utcoffset() or timedelta()
    return {
        "identity": identity(event),
        "status": event.status.value,
        "occurred_at": event.occurred_at,
        "occurred_offset": int(offset.total_seconds()),
        **{name: getattr(event, name) for name in _EVENT_FIELDS},
    }


def tracking_event(row: Row) -> TrackingEvent:
    """Return the scan, its time on the clock of the place where it happened."""
    zone = timezone(timedelta(seconds=row["occurred_offset"]))
    return TrackingEvent(
        status=Status(row["status"]),
        occurred_at=row["occurred_at"].astimezone(zone),
        **{name: row[name] for name in _EVENT_FIELDS},
    )


def _state(row: Row, events: tuple[TrackingEvent, ...]) -> ShipmentState:
    last_scan = row["last_scan"]
    return ShipmentState(
        status=Status(row["status"]),
        status_at=row["status_at"],
        last_scan=next((e for e in reversed(events) if identity(e) == last_scan), None) if last_scan else None,
        delivered_at=row["delivered_at"],
        signed_by=row["signed_by"],
    )


def _patience(row: Row) -> Patience | None:
    if row["stalled_at"] is None:
        return None
    return Patience(row["slower_at"], row["stalled_at"], row["norm_hours"], row["norm_share"], row["norm_count"])


def _contact(row: Row) -> Contact:
    return Contact(row["customer_name"], row["customer_email"], row["customer_phone"])


def _address(row: Row) -> Address:
    return Address(row["postcode"], row["city"], row["region"], row["country"])


def _items(rows: Iterable[Row]) -> tuple[Item, ...]:
    return tuple(Item(row["sku"], row["title"], row["quantity"]) for row in rows)


def _window_row(prefix: str, window: DeliveryWindow | None) -> dict[str, Any]:
    names = ("earliest", "latest", "made_at", "basis", "coverage")
    return {f"{prefix}_{name}": getattr(window, name) if window else None for name in names}


def _window(prefix: str, row: Row) -> DeliveryWindow | None:
    if row[f"{prefix}_earliest"] is None:
        return None
    return DeliveryWindow(
        earliest=row[f"{prefix}_earliest"],
        latest=row[f"{prefix}_latest"],
        made_at=row[f"{prefix}_made_at"],
        basis=row[f"{prefix}_basis"],
        coverage=row[f"{prefix}_coverage"],
    )
