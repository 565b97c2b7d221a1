"""WooCommerce's webhooks: orders with tracking numbers, their statuses, deletion, and the first ping."""

import copy
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tracking.errors import InvalidInput
from tracking.model import Address, Contact, Item, Money, OrderUpdate, Refund, ShipmentUpdate
from tracking.shops.woocommerce import is_ping, parse
from tracking.webhooks import Message

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ORDER = json.loads(Path("tests/data/woocommerce_order.json").read_text(encoding="utf-8"))


def read(topic: str, payload: object) -> Message:
    headers = {"X-WC-Webhook-Topic": topic, "X-WC-Webhook-Delivery-ID": "d-1"}
    return parse(json.dumps(payload).encode(), headers, NOW)


def order_with(**fields: Any) -> OrderUpdate:
    return read("order.updated", copy.deepcopy(ORDER) | fields).orders[0]


def test_an_order_in_full() -> None:
    message = read("order.created", ORDER)
    (order,) = message.orders
    assert (order.number, order.external_id, order.source) == ("WC-727", "727", "woocommerce")
    assert order.placed_at == datetime(2026, 11, 12, 11, 22, 31, tzinfo=UTC)
    assert order.updated_at == datetime(2026, 11, 14, 17, 5, tzinfo=UTC)
    assert order.customer == Contact("Sam Sample", "sam@example.com", "+442079460958")
    assert order.ship_to == Address("EX4 1PL", "Exampleton", "", "GB")
    assert order.items == (Item("TEA-POT", "Teapot", 1), Item("TEA-CUP", "Cup", 4))
    assert order.shipments == (ShipmentUpdate("RB123456785GB", "royal_mail"), ShipmentUpdate("P-0001", None))
    assert order.cancelled is False
    assert message.delivery_id == "d-1"


STATUSES = dict.fromkeys(("pending", "processing", "on-hold", "completed", "wc-custom"), False)


@pytest.mark.parametrize(
    ("status", "cancelled"), [*STATUSES.items(), ("cancelled", True), ("failed", True), ("trash", True), ("", None)]
)
def test_statuses(status: str, cancelled: bool | None) -> None:
    assert order_with(status=status).cancelled is cancelled


def test_a_refund_cancels_only_what_was_not_sent() -> None:
    assert order_with(status="refunded").cancelled is None
    assert order_with(status="refunded", meta_data=[]).cancelled is True


def test_a_cart_is_no_order() -> None:
    assert read("order.created", ORDER | {"status": "checkout-draft"}).orders == ()


def test_a_deleted_order_is_named_by_its_id_alone() -> None:
    (order,) = read("order.deleted", {"id": 727}).orders
    assert (order.number, order.external_id, order.cancelled, order.updated_at) == ("", "727", True, NOW)


def test_without_a_shipping_address_the_buyers_is_used() -> None:
    order = order_with(shipping={"first_name": "", "country": "", "postcode": ""})
    assert order.ship_to == Address("EX4 1PL", "Exampleton", "", "GB")
    assert order.customer is not None
    assert order.customer.name == "Sam Sample"


@pytest.mark.parametrize(
    "value", [None, "a:1:{}", {"0": {"tracking_number": "X"}}, [None, "X", {"tracking_number": ""}]]
)
def test_tracking_meta_that_can_not_be_read_is_no_parcel(value: object) -> None:
    assert order_with(meta_data=[{"key": "_wc_shipment_tracking_items", "value": value}]).shipments == ()


def test_an_order_without_id_is_refused() -> None:
    with pytest.raises(InvalidInput, match="id is missing"):
        read("order.created", {"number": "5"})


def test_the_ping_is_known_and_nothing_else_is_one() -> None:
    assert is_ping(b"webhook_id=5", {"Content-Type": "application/x-www-form-urlencoded"})
    assert not is_ping(b"webhook_id=5&order=1", {})
    assert not is_ping(b"webhook_id=", {})
    assert not is_ping(json.dumps(ORDER).encode(), {})
    assert not is_ping(b"webhook_id=5", {"X-WC-Webhook-Signature": "x"})


def test_other_topics_say_nothing() -> None:
    assert read("coupon.created", {"id": 1}).rejected == ("not a topic we read: coupon.created",)


def test_refunds() -> None:
    listed = [{"id": 730, "reason": "", "total": "-8.00"}, {"id": 731, "total": "-0.00"}, {"id": "", "total": "-1.00"}]
    at = datetime(2026, 11, 14, 17, 5, tzinfo=UTC)
    assert order_with(refunds=listed).refunds == (Refund("730", Money(Decimal("8.00"), "GBP"), at),)
    assert order_with(refunds=None).refunds == ()
