"""WooCommerce: verifies and reads its webhooks about orders; asks the shop nothing."""

import re
from datetime import datetime
from typing import Any

from tracking.carriers import carrier_code
from tracking.model import Address, Contact, Item, Money, OrderUpdate, Refund, ShipmentUpdate
from tracking.reading import amount, count, decode, obj, objects, required, text, utc_moment
from tracking.shops.phones import normal_email, normal_phone
from tracking.webhooks import Headers, Message, Webhook, header, signed_base64

SOURCE = "woocommerce"

ORDER_TOPICS = frozenset({"order.created", "order.updated", "order.restored"})
CANCELLED_STATUSES = frozenset({"cancelled", "trash", "failed"})
DRAFT_STATUSES = frozenset({"auto-draft", "checkout-draft", "draft"})
"""Carts, not orders yet."""
TRACKING_KEYS = frozenset({"_wc_shipment_tracking_items"})

_PING = re.compile(rb"webhook_id=\d{1,20}")


def verify(body: bytes, headers: Headers, secret: str) -> bool:
    """Whether the shop signed the body."""
    return signed_base64(body, secret, header(headers, "X-WC-Webhook-Signature"))


def is_ping(body: bytes, headers: Headers) -> bool:
    """Whether this is the unsigned form post with which WooCommerce tries a new webhook; it carries no data."""
    return not header(headers, "X-WC-Webhook-Signature") and _PING.fullmatch(body.strip()) is not None


def parse(body: bytes, headers: Headers, recorded_at: datetime) -> Message:
    """Return what a webhook says, by its topic header; topics about something else say nothing to us."""
    topic, delivery_id = (
        header(headers, "X-WC-Webhook-Topic").lower(),
        text(header(headers, "X-WC-Webhook-Delivery-ID")),
    )
    if topic in ORDER_TOPICS:
        payload = decode(body)
        if text(payload.get("status")) in DRAFT_STATUSES:
            return Message(delivery_id=delivery_id, rejected=("a draft is no order yet",))
        return Message(delivery_id=delivery_id, orders=(_order(payload, recorded_at),))
    if topic == "order.deleted":
        return Message(delivery_id=delivery_id, orders=(_deleted(decode(body), recorded_at),))
    return Message(delivery_id=delivery_id, rejected=(f"not a topic we read: {topic[:60]}",))


def _order(payload: dict[str, Any], recorded_at: datetime) -> OrderUpdate:
    external_id = required(payload.get("id"), "id")
    shipping, billing = obj(payload.get("shipping")), obj(payload.get("billing"))
    # Goods that need no delivery leave the shipping address empty; then the buyer's is the order's.
    address = shipping if text(shipping.get("country")) or text(shipping.get("postcode")) else billing
    shipments, paid = _shipments(payload), amount(payload.get("total"))
    return OrderUpdate(
        number=text(payload.get("number")) or external_id,
        updated_at=utc_moment(payload.get("date_modified_gmt")) or recorded_at,
        source=SOURCE,
        placed_at=utc_moment(payload.get("date_created_gmt")),
        customer=_customer(shipping, billing),
        ship_to=_address(address),
        items=_items(payload.get("line_items")),
        shipments=shipments,
        cancelled=_cancelled(text(payload.get("status")), shipped=bool(shipments)),
        total=None if paid is None else Money(paid, text(payload.get("currency"), 3)),
        external_id=external_id,
        refunds=_refunds(payload, recorded_at),
    )


def _refunds(payload: dict[str, Any], recorded_at: datetime) -> tuple[Refund, ...]:
    """Return what was paid back. The list gives no times, but the order is sent again as soon as one is added."""
    at, currency = utc_moment(payload.get("date_modified_gmt")) or recorded_at, text(payload.get("currency"), 3)
    listed = [(text(r.get("id")), text(r.get("total")).removeprefix("-")) for r in objects(payload.get("refunds"))]
    return tuple(Refund(id_, Money(paid, currency), at) for id_, sum_ in listed if id_ and (paid := amount(sum_)))


def _deleted(payload: dict[str, Any], recorded_at: datetime) -> OrderUpdate:
    external_id = required(payload.get("id"), "id")
    return OrderUpdate(number="", updated_at=recorded_at, source=SOURCE, cancelled=True, external_id=external_id)


def _cancelled(status: str, shipped: bool) -> bool | None:
    if not status:
        return None
    # A refund before anything was sent means that nothing will come; after that it says nothing about the parcel.
    if status == "refunded":
        return None if shipped else True
    return status in CANCELLED_STATUSES


def _shipments(payload: dict[str, Any]) -> tuple[ShipmentUpdate, ...]:
    metas = [meta for meta in objects(payload.get("meta_data")) if text(meta.get("key")) in TRACKING_KEYS]
    entries = [entry for meta in metas for entry in objects(meta.get("value"))]
    found: dict[str, ShipmentUpdate] = {}
    for entry in entries:
        number = text(entry.get("tracking_number"))
        provider = text(entry.get("tracking_provider")) or text(entry.get("custom_tracking_provider"))
        if number:
            found.setdefault(number, ShipmentUpdate(number, carrier_code(provider)))
    return tuple(found.values())


def _customer(shipping: dict[str, Any], billing: dict[str, Any]) -> Contact:
    country = text(shipping.get("country")) or text(billing.get("country"))
    phones = (normal_phone(text(person.get("phone")), country) for person in (billing, shipping))
    return Contact(
        name=_name(shipping) or _name(billing),
        email=normal_email(text(billing.get("email"))),
        phone=next(filter(None, phones), ""),
    )


def _name(person: dict[str, Any]) -> str:
    return f"{text(person.get('first_name'))} {text(person.get('last_name'))}".strip()


def _address(address: dict[str, Any]) -> Address:
    return Address(
        postcode=text(address.get("postcode")),
        city=text(address.get("city")),
        region=text(address.get("state")),
        country=text(address.get("country")),
    )


def _items(lines: object) -> tuple[Item, ...] | None:
    if not isinstance(lines, list):
        return None
    return tuple(_item(line) for line in objects(lines))


def _item(line: dict[str, Any]) -> Item:
    return Item(text(line.get("sku")), text(line.get("name")), count(line.get("quantity")) or 1)


SHOP = Webhook(SOURCE, "WooCommerce", "woocommerce_secret", verify, parse, is_ping)
