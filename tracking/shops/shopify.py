"""Shopify: verifies and reads its webhooks about orders, fulfilments and privacy; asks Shopify nothing."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from tracking.carriers import carrier_code
from tracking.errors import InvalidInput
from tracking.model import (
    Address,
    Contact,
    EventUpdate,
    Item,
    Money,
    OrderUpdate,
    Refund,
    ShipmentUpdate,
    Status,
    TrackingEvent,
)
from tracking.reading import amount, count, decode, joined, obj, objects, required, text, utc_moment
from tracking.shops.phones import normal_email, normal_phone
from tracking.webhooks import Headers, Message, PrivacyRequest, Webhook, header, signed_base64

SOURCE = "shopify"

SHIPMENT_STATUSES: Mapping[str, Status] = {
    "label_printed": Status.LABEL_CREATED,
    "label_purchased": Status.LABEL_CREATED,
    "ready_for_pickup": Status.AVAILABLE_FOR_PICKUP,
    # The carrier has been told about the parcel, and hasn't got it yet.
    "confirmed": Status.LABEL_CREATED,
    "carrier_picked_up": Status.PICKED_UP,
    "picked_up": Status.DELIVERED,
    "in_transit": Status.IN_TRANSIT,
    "out_for_delivery": Status.OUT_FOR_DELIVERY,
    "attempted_delivery": Status.ATTEMPT_FAILED,
    "delayed": Status.DELAYED,
    "delivered": Status.DELIVERED,
    "failure": Status.EXCEPTION,
}

ORDER_TOPICS = frozenset(
    f"orders/{what}" for what in ("create", "updated", "cancelled", "fulfilled", "partially_fulfilled", "paid")
)
REFUND_TOPIC = "refunds/create"
FULFILMENT_TOPICS = frozenset({"fulfillments/create", "fulfillments/update"})
PRIVACY_TOPICS: Mapping[str, Literal["export", "erase_customer", "erase_shop"]] = {
    "customers/data_request": "export",
    "customers/redact": "erase_customer",
    "shop/redact": "erase_shop",
}

_PARCEL_SUFFIX = re.compile(r"(?:\.|-F)\d{1,4}$")


def verify(body: bytes, headers: Headers, secret: str) -> bool:
    """Whether Shopify signed the body."""
    return signed_base64(body, secret, header(headers, "X-Shopify-Hmac-SHA256"))


def parse(body: bytes, headers: Headers, recorded_at: datetime) -> Message:
    """Return what a webhook says, by its topic header; topics about something else say nothing to us."""
    topic, delivery_id = header(headers, "X-Shopify-Topic").lower(), text(header(headers, "X-Shopify-Webhook-Id"))
    payload = decode(body)
    said_at = utc_moment(header(headers, "X-Shopify-Triggered-At")) or utc_moment(payload.get("updated_at"))
    if topic in ORDER_TOPICS:
        payload = payload | ({"cancelled_at": recorded_at} if topic == "orders/cancelled" else {})
        return _order(payload, delivery_id, said_at or recorded_at, recorded_at)
    if topic in FULFILMENT_TOPICS:
        return _fulfilment(payload, delivery_id, said_at or recorded_at, recorded_at)
    if topic == REFUND_TOPIC:
        return Message(delivery_id=delivery_id, orders=(_refunded(payload, said_at or recorded_at),))
    if topic in PRIVACY_TOPICS:
        return Message(delivery_id=delivery_id, privacy=_privacy(topic, payload, headers))
    return Message(delivery_id=delivery_id, rejected=(f"not a topic we read: {topic[:60]}",))


def _order(payload: dict[str, Any], delivery_id: str, said_at: datetime, recorded_at: datetime) -> Message:
    number, external_id = _names(payload, "id")
    fulfilments = objects(payload.get("fulfillments"))
    address = obj(payload.get("shipping_address"))
    order = OrderUpdate(
        number=number,
        updated_at=said_at,
        source=SOURCE,
        placed_at=utc_moment(payload.get("created_at")),
        customer=_customer(payload, address),
        ship_to=_address(address) if address else None,
        items=_items(payload.get("line_items")),
        shipments=tuple(parcel for fulfilment in fulfilments for parcel in _parcels(fulfilment)),
        cancelled=bool(payload.get("cancelled_at")),
        total=_total(payload),
        refunds=_refunds(objects(payload.get("refunds")), said_at),
        external_id=external_id,
    )
    events = tuple(event for fulfilment in fulfilments for event in _events(fulfilment, said_at, recorded_at))
    return Message(delivery_id=delivery_id, orders=(order,), events=events, unmapped=_unmapped(fulfilments))


def _total(payload: dict[str, Any]) -> Money | None:
    # What is left of it after changes and refunds; older API versions give only the first sum.
    paid = amount(payload.get("current_total_price"))
    paid = amount(payload.get("total_price")) if paid is None else paid
    return None if paid is None else Money(paid, text(payload.get("currency"), 3))


def _refunded(payload: dict[str, Any], said_at: datetime) -> OrderUpdate:
    external_id = required(payload.get("order_id"), "order_id")
    refunds = _refunds([payload], said_at)
    return OrderUpdate(number="", updated_at=said_at, source=SOURCE, external_id=external_id, refunds=refunds)


def _refunds(given: list[dict[str, Any]], said_at: datetime) -> tuple[Refund, ...]:
    """Return what was paid back; one that only restocks goods, or that the bank has not taken yet, is none."""
    found = []
    for refund in given:
        paid = [t for t in objects(refund.get("transactions")) if t.get("kind") == "refund"]
        sums = [amount(t.get("amount")) or Decimal() for t in paid if t.get("status") == "success"]
        if text(refund.get("id")) and sum(sums):
            at = utc_moment(refund.get("processed_at")) or utc_moment(refund.get("created_at")) or said_at
            found.append(Refund(text(refund["id"]), Money(sum(sums, Decimal()), text(paid[0].get("currency"), 3)), at))
    return tuple(found)


def _fulfilment(payload: dict[str, Any], delivery_id: str, said_at: datetime, recorded_at: datetime) -> Message:
    name, external_id = _names(payload, "order_id")
    order = OrderUpdate(
        # "#1001.1" (or "#1001-F1") is the first parcel of "#1001".
        number=_PARCEL_SUFFIX.sub("", name),
        updated_at=said_at,
        source=SOURCE,
        shipments=_parcels(payload),
        external_id=external_id,
    )
    events = _events(payload, said_at, recorded_at)
    return Message(delivery_id=delivery_id, orders=(order,), events=events, unmapped=_unmapped([payload]))


def _names(payload: dict[str, Any], id_field: str) -> tuple[str, str]:
    number, external_id = text(payload.get("name")), text(payload.get(id_field))
    if not number and not external_id:
        raise InvalidInput(f"The payload has neither name nor {id_field}.")
    return number, external_id


def _parcels(fulfilment: dict[str, Any]) -> tuple[ShipmentUpdate, ...]:
    if text(fulfilment.get("status")) in {"cancelled", "error", "failure"}:
        return ()
    carrier = carrier_code(text(fulfilment.get("tracking_company")))
    items = [text(item.get("sku")) for item in objects(fulfilment.get("line_items"))]
    skus = tuple(dict.fromkeys(sku for sku in items if sku))
    return tuple(ShipmentUpdate(number, carrier, skus) for number in _tracking_numbers(fulfilment))


def _tracking_numbers(fulfilment: dict[str, Any]) -> list[str]:
    listed = fulfilment.get("tracking_numbers")
    numbers = [*(listed if isinstance(listed, list) else ()), fulfilment.get("tracking_number")]
    return [number for number in dict.fromkeys(map(text, numbers)) if number]


def _events(fulfilment: dict[str, Any], said_at: datetime, recorded_at: datetime) -> tuple[EventUpdate, ...]:
    cancelled = text(fulfilment.get("status")) == "cancelled"
    raw = "cancelled" if cancelled else text(fulfilment.get("shipment_status"), 60)
    if not raw:
        return ()
    event = TrackingEvent(
        status=Status.CANCELLED if cancelled else SHIPMENT_STATUSES.get(raw, Status.UNKNOWN),
        occurred_at=utc_moment(fulfilment.get("updated_at")) or said_at,
        recorded_at=recorded_at,
        source=SOURCE,
        raw_status=raw,
        # Shopify repeats the status whenever anything about the parcel changes; that is no new scan.
        event_id=f"{text(fulfilment.get('id'))}:{raw}",
    )
    carrier = carrier_code(text(fulfilment.get("tracking_company")))
    numbers = _tracking_numbers(fulfilment)
    return tuple(EventUpdate(number, event, carrier, checked_at=event.occurred_at) for number in numbers)


def _unmapped(fulfilments: list[dict[str, Any]]) -> tuple[str, ...]:
    codes = (text(fulfilment.get("shipment_status"), 60) for fulfilment in fulfilments)
    return tuple(dict.fromkeys(code for code in codes if code and code not in SHIPMENT_STATUSES))


def _customer(payload: dict[str, Any], address: dict[str, Any]) -> Contact:
    person, billing = obj(payload.get("customer")), obj(payload.get("billing_address"))
    country = text(address.get("country_code")) or text(billing.get("country_code"))
    emails = (payload.get("email"), payload.get("contact_email"), person.get("email"))
    phones = (payload.get("phone"), address.get("phone"), person.get("phone"), billing.get("phone"))
    names = (_name(address), _name(person), _name(billing))
    return Contact(
        name=next(filter(None, names), ""),
        email=next(filter(None, (normal_email(text(email)) for email in emails)), ""),
        phone=next(filter(None, (normal_phone(text(phone), country) for phone in phones)), ""),
    )


def _name(person: dict[str, Any]) -> str:
    return text(person.get("name")) or f"{text(person.get('first_name'))} {text(person.get('last_name'))}".strip()


def _address(address: dict[str, Any]) -> Address:
    return Address(
        postcode=text(address.get("zip")),
        city=text(address.get("city")),
        region=text(address.get("province_code")) or text(address.get("province")),
        country=text(address.get("country_code")) or text(address.get("country")),
    )


def _items(lines: object) -> tuple[Item, ...] | None:
    if not isinstance(lines, list):
        return None
    return tuple(_item(line) for line in objects(lines) if _quantity(line) > 0)


def _item(line: dict[str, Any]) -> Item:
    variant = "" if line.get("variant_title") == "Default Title" else line.get("variant_title")
    title = joined(line.get("title"), variant) or text(line.get("name"))
    return Item(sku=text(line.get("sku")), title=title, quantity=_quantity(line))


def _quantity(line: dict[str, Any]) -> int:
    # What was taken out of the order later stays in the list with nothing left of it.
    left, ordered = count(line.get("current_quantity")), count(line.get("quantity"))
    return left if left is not None else 1 if ordered is None else ordered


def _privacy(topic: str, payload: dict[str, Any], headers: Headers) -> PrivacyRequest:
    customer = obj(payload.get("customer"))
    shop = text(payload.get("shop_domain")) or text(header(headers, "X-Shopify-Shop-Domain"))
    if PRIVACY_TOPICS[topic] != "erase_shop" and not any(text(customer.get(key)) for key in ("id", "email", "phone")):
        raise InvalidInput("customer names nobody: it has neither id, email nor phone.")
    orders = payload.get("orders_to_redact") or payload.get("orders_requested")
    return PrivacyRequest(
        kind=PRIVACY_TOPICS[topic],
        source=SOURCE,
        shop=shop,
        customer_id=text(customer.get("id")),
        email=normal_email(text(customer.get("email"))),
        phone=normal_phone(text(customer.get("phone"))),
        order_ids=tuple(filter(None, map(text, orders))) if isinstance(orders, list) else (),
    )


SHOP = Webhook(SOURCE, "Shopify", "shopify_secret", verify, parse)
