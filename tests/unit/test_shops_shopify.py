"""Shopify's webhooks: orders, fulfilments before and after their order, cancellations and privacy."""

import copy
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tracking.errors import InvalidInput
from tracking.model import Address, Contact, Item, Money, Refund, ShipmentUpdate, Status
from tracking.shops.shopify import SHIPMENT_STATUSES, parse
from tracking.webhooks import Message, PrivacyRequest

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ORDER = json.loads(Path("tests/data/shopify_order.json").read_text(encoding="utf-8"))
FULFILMENT = json.loads(Path("tests/data/shopify_fulfillment.json").read_text(encoding="utf-8"))


def read(topic: str, payload: object, **headers: str) -> Message:
    named = {f"X-Shopify-{name.replace('_', '-')}": value for name, value in headers.items()}
    return parse(json.dumps(payload).encode(), {"X-Shopify-Topic": topic, **named}, NOW)


def changed(payload: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return copy.deepcopy(payload) | fields


def test_an_order_in_full() -> None:
    message = read("orders/create", ORDER, Webhook_Id="b-1", Triggered_At="2026-11-16T14:30:01.123456789Z")
    (order,) = message.orders
    assert (order.number, order.external_id, order.source) == ("#1001", "5000000001001", "shopify")
    assert order.updated_at == datetime(2026, 11, 16, 14, 30, 1, 123456, tzinfo=UTC)
    assert order.placed_at == datetime(2026, 11, 15, 15, 2, tzinfo=UTC)
    assert order.customer == Contact("Robin Example", "robin@example.com", "+12025550123")
    assert order.ship_to == Address("01101", "Springfield", "MA", "US")
    assert order.items == (
        Item("SHOE-BLUE-42", "Running shoes, Blue / 42", 1),
        Item("SOCK-3", "Socks, three pairs", 2),
    )
    assert order.shipments == (ShipmentUpdate("1Z5R89390357567127", "ups", ("SHOE-BLUE-42",)),)
    assert order.cancelled is False
    assert (message.delivery_id, message.events) == ("b-1", ())


@pytest.mark.parametrize(
    ("said", "total"),
    [
        ({"total_price": "129.90", "currency": "USD"}, Money(Decimal("129.90"), "USD")),
        ({"total_price": "129.90", "current_total_price": "0.00", "currency": "EUR"}, Money(Decimal("0.00"), "EUR")),
        ({"total_price": "free"}, None),
        ({"total_price": None}, None),
        ({}, None),
    ],
)
def test_what_it_cost(said: dict[str, Any], total: Money | None) -> None:
    payload = {name: value for name, value in ORDER.items() if "total" not in name} | said
    assert read("orders/create", payload).orders[0].total == total


def test_disorder_is_told_by_the_triggered_at_header() -> None:
    assert read("orders/updated", ORDER).orders[0].updated_at == datetime(2026, 11, 16, 14, 30, tzinfo=UTC)
    assert read("orders/updated", changed(ORDER, updated_at=None)).orders[0].updated_at == NOW
    assert read("orders/updated", ORDER, Triggered_At="nonsense").orders[0].updated_at.day == 16


def test_a_cancelled_order() -> None:
    cancelled = changed(ORDER, cancelled_at="2026-11-16T10:00:00-05:00")
    assert read("orders/updated", cancelled).orders[0].cancelled is True
    assert read("orders/cancelled", ORDER).orders[0].cancelled is True


def test_a_fulfilment_names_its_order_twice() -> None:
    message = read("fulfillments/create", FULFILMENT)
    (order,) = message.orders
    assert (order.number, order.external_id) == ("#1001", "5000000001001")
    assert order.shipments == (
        ShipmentUpdate("986578788855", "fedex", ("SOCK-3",)),
        ShipmentUpdate("477179081230", "fedex", ("SOCK-3",)),
    )
    assert (order.cancelled, order.customer, order.items, order.placed_at) == (None, None, None, None)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("#1001.1", "#1001"),
        ("#1001-F2", "#1001"),
        ("SHOP-1001.12", "SHOP-1001"),
        ("EU-2026.1.3", "EU-2026.1"),
        (None, ""),
    ],
)
def test_the_orders_number_from_the_fulfilments_name(name: str | None, number: str) -> None:
    assert read("fulfillments/create", changed(FULFILMENT, name=name)).orders[0].number == number


def test_the_shops_word_on_a_parcel_is_an_event() -> None:
    message = read("fulfillments/update", FULFILMENT)
    assert [update.tracking_number for update in message.events] == ["986578788855", "477179081230"]
    event = message.events[0].event
    assert (event.status, event.raw_status, event.source) == (Status.IN_TRANSIT, "in_transit", "shopify")
    assert event.occurred_at == datetime(2026, 11, 18, 17, tzinfo=UTC)
    assert event.event_id == "4000000000002:in_transit"


@pytest.mark.parametrize(("raw", "ours"), SHIPMENT_STATUSES.items())
def test_every_shipment_status(raw: str, ours: Status) -> None:
    message = read("fulfillments/update", changed(FULFILMENT, shipment_status=raw))
    assert message.events[0].event.status is ours
    assert message.unmapped == ()


def test_a_status_we_do_not_know_is_kept_and_named() -> None:
    message = read("fulfillments/update", changed(FULFILMENT, shipment_status="teleported"))
    assert message.events[0].event.status is Status.UNKNOWN
    assert message.unmapped == ("teleported",)


def test_a_cancelled_fulfilment_takes_its_parcels_off_the_road() -> None:
    message = read("fulfillments/update", changed(FULFILMENT, status="cancelled"))
    assert message.orders[0].shipments == ()
    assert {update.event.status for update in message.events} == {Status.CANCELLED}


def test_a_parcel_without_number_or_known_carrier() -> None:
    bare = changed(FULFILMENT, tracking_numbers=[], tracking_number=None)
    assert read("fulfillments/create", bare).orders[0].shipments == ()
    other = changed(FULFILMENT, tracking_company="Other", tracking_numbers=[" 986578788855 ", "", None, 477179081230])
    parcels = read("fulfillments/create", other).orders[0].shipments
    assert [(parcel.tracking_number, parcel.carrier) for parcel in parcels] == [
        ("986578788855", None),
        ("477179081230", None),
    ]


def test_a_digital_order_has_no_address() -> None:
    order = read("orders/create", changed(ORDER, shipping_address=None, fulfillments=[])).orders[0]
    assert order.ship_to is None
    assert order.customer == Contact("Robin Example", "robin@example.com", "+12025550123")


def test_an_order_without_name_or_id_is_refused() -> None:
    with pytest.raises(InvalidInput, match="neither name nor id"):
        read("orders/create", {"email": "robin@example.com"})
    with pytest.raises(InvalidInput, match="neither name nor order_id"):
        read("fulfillments/create", {"id": 4})


CUSTOMER = {"id": 191167, "email": "Robin@Example.com", "phone": "+1 202 555 0123"}
SHOP = {"shop_id": 954889, "shop_domain": "example.myshopify.com"}


@pytest.mark.parametrize(
    ("topic", "payload", "expected"),
    [
        (
            "customers/data_request",
            {**SHOP, "customer": CUSTOMER, "orders_requested": [299938, 280263], "data_request": {"id": 9999}},
            PrivacyRequest(
                "export",
                "shopify",
                "example.myshopify.com",
                "191167",
                "robin@example.com",
                "+12025550123",
                ("299938", "280263"),
            ),
        ),
        (
            "customers/redact",
            {**SHOP, "customer": {"id": 191167, "email": None}, "orders_to_redact": [299938, None, "280263"]},
            PrivacyRequest(
                "erase_customer", "shopify", "example.myshopify.com", "191167", order_ids=("299938", "280263")
            ),
        ),
        ("shop/redact", SHOP, PrivacyRequest("erase_shop", "shopify", "example.myshopify.com")),
    ],
)
def test_privacy_requests(topic: str, payload: dict[str, Any], expected: PrivacyRequest) -> None:
    message = read(topic, payload, Webhook_Id="b-2")
    assert message == Message(delivery_id="b-2", privacy=expected)


def test_erasing_nobody_is_refused() -> None:
    with pytest.raises(InvalidInput, match="customer names nobody"):
        read("customers/redact", {**SHOP, "customer": {}})


def test_other_topics_say_nothing() -> None:
    message = read("products/update", {"id": 1}, Webhook_Id="b-3")
    assert message == Message(delivery_id="b-3", rejected=("not a topic we read: products/update",))


REFUND = {
    "id": 509562969,
    "order_id": 5000000001001,
    "created_at": "2026-11-19T10:00:00-05:00",
    "processed_at": "2026-11-19T10:05:00-05:00",
    "note": "broken",
    "transactions": [
        {"id": 1, "kind": "refund", "status": "success", "amount": "12.50", "currency": "USD"},
        {"id": 2, "kind": "refund", "status": "success", "amount": "7.50", "currency": "USD"},
        {"id": 3, "kind": "refund", "status": "failure", "amount": "99.00", "currency": "USD"},
    ],
    "refund_line_items": [],
}
PAID_BACK = Refund("509562969", Money(Decimal("20.00"), "USD"), datetime(2026, 11, 19, 15, 5, tzinfo=UTC))


def test_a_refund_by_itself_and_with_its_order() -> None:
    (alone,) = read("refunds/create", REFUND).orders
    assert (alone.number, alone.external_id, alone.refunds) == ("", "5000000001001", (PAID_BACK,))
    (order,) = read("orders/updated", changed(ORDER, refunds=[REFUND])).orders
    assert order.refunds == (PAID_BACK,)
    assert order.external_id == alone.external_id


@pytest.mark.parametrize(
    "transactions", [[], None, [{"kind": "refund", "status": "pending", "amount": "5.00"}], [{"kind": "void"}], "x"]
)
def test_no_money_no_refund(transactions: Any) -> None:
    assert read("refunds/create", changed(REFUND, transactions=transactions)).orders[0].refunds == ()


def test_a_refund_without_its_order_is_refused() -> None:
    with pytest.raises(InvalidInput, match="order_id"):
        read("refunds/create", changed(REFUND, order_id=None))
