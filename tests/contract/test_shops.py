"""Walks all shops and aggregators: none takes an unsigned, tampered or unreadable message, and none ever crashes."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.payloads import paths, replaced
from tracking.carriers.aggregators import aggregators
from tracking.errors import InvalidInput
from tracking.shops import shops
from tracking.webhooks import Message, Webhook

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SECRET = "whsec-example"
SENDERS = {**shops(), **aggregators()}

EXAMPLES: dict[str, list[tuple[str, dict[str, str]]]] = {
    "easypost": [("easypost_tracker_updated", {})],
    "aftership": [("aftership_tracking_update", {})],
    "fedex": [("fedex_push", {})],
    "karrio": [("karrio_tracker_updated", {})],
    "seventeentrack": [("seventeentrack_updated", {})],
    "shipengine": [("shipengine_track", {})],
    "shippo": [("shippo_track_updated", {})],
    "ups": [("ups_track_alert", {})],
    "shopify": [
        ("shopify_order", {"X-Shopify-Topic": "orders/create"}),
        ("shopify_order", {"X-Shopify-Topic": "orders/updated"}),
        ("shopify_order", {"X-Shopify-Topic": "orders/cancelled"}),
        ("shopify_fulfillment", {"X-Shopify-Topic": "fulfillments/create"}),
        ("shopify_fulfillment", {"X-Shopify-Topic": "fulfillments/update"}),
    ],
    "woocommerce": [
        ("woocommerce_order", {"X-WC-Webhook-Topic": "order.created"}),
        ("woocommerce_order", {"X-WC-Webhook-Topic": "order.updated"}),
        ("woocommerce_order", {"X-WC-Webhook-Topic": "order.deleted"}),
    ],
}
TOPICS = [headers for examples in EXAMPLES.values() for _, headers in examples]
TOPICS += [
    {"X-Shopify-Topic": t} for t in ("customers/data_request", "customers/redact", "shop/redact", "carts/update")
]
TOPICS += [{"X-WC-Webhook-Topic": "coupon.created"}, {}]

CASES = [
    pytest.param(SENDERS[code], name, headers, id=f"{code}-{name}-{'-'.join(headers.values())}")
    for code, examples in EXAMPLES.items()
    for name, headers in examples
]
HEADER_ONLY = {"karrio", "shipengine", "ups"}
"""Senders that prove themselves by a secret in a header, and sign no body."""
every_sender = pytest.mark.parametrize("sender", SENDERS.values(), ids=lambda sender: sender.code)
every_example = pytest.mark.parametrize(("sender", "name", "headers"), CASES)


def sign(code: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    timed = hmac.new(secret.encode(), b"1795000000." + body, hashlib.sha256).digest()
    return {
        "easypost": {"X-Hmac-Signature": f"hmac-sha256-hex={digest.hex()}"},
        "aftership": {"aftership-hmac-sha256": base64.b64encode(digest).decode()},
        "fedex": {"fdx-signature": base64.b64encode(digest).decode()},
        "karrio": {"X-Event-Id": secret},
        "seventeentrack": {"sign": hashlib.sha256(body + f"/{secret}".encode()).hexdigest()},
        "shipengine": {"X-Doorstep-Secret": secret},
        "shippo": {"Shippo-Auth-Signature": f"t=1795000000,v1={timed.hex()}"},
        "ups": {"credential": secret},
        "shopify": {"X-Shopify-Hmac-SHA256": base64.b64encode(digest).decode()},
        "woocommerce": {"X-WC-Webhook-Signature": base64.b64encode(digest).decode()},
    }[code]


def body_of(name: str) -> bytes:
    return Path(f"tests/data/{name}.json").read_bytes()


def test_every_sender_has_an_example() -> None:
    assert set(EXAMPLES) == set(SENDERS)
    assert len(SENDERS) == len(shops()) + len(aggregators())


@every_sender
def test_settings_and_names(sender: Webhook) -> None:
    assert sender.secret_setting == f"{sender.code}_secret"
    assert sender.name


@every_sender
def test_it_is_documented(sender: Webhook) -> None:
    page = Path("docs/shops.md" if sender.code in shops() else "docs/carriers.md").read_text(encoding="utf-8")
    assert f"| {sender.name} | `POST /webhooks/{sender.code}` | `DOORSTEP_{sender.secret_setting.upper()}` |" in page


@every_sender
def test_only_what_was_signed_is_believed(sender: Webhook) -> None:
    body = '{"é": 1}'.encode()
    signed = sign(sender.code, body)
    assert sender.verify(body, signed, SECRET)
    assert sender.verify(body, {name.lower(): value for name, value in signed.items()}, SECRET)
    assert sender.verify(body, {name.upper(): f" {value} " for name, value in signed.items()}, SECRET)
    for tampered in (body + b" ", b""):
        assert sender.verify(tampered, signed, SECRET) is (sender.code in HEADER_ONLY)
    assert not sender.verify(body, signed, "another")
    assert not sender.verify(body, signed, "")
    assert not sender.verify(body, {}, SECRET)


@every_sender
def test_an_empty_secret_verifies_nothing(sender: Webhook) -> None:
    assert not sender.verify(b"{}", sign(sender.code, b"{}", ""), "")


@every_sender
@pytest.mark.parametrize(
    "given", ["", "=", "é", "\ud800", "hmac-sha256-hex=", "hmac-sha256-hex=é", "AAAA", "a" * 10_000]
)
def test_a_strange_signature_is_refused(sender: Webhook, given: str) -> None:
    names = sign(sender.code, b"{}")
    assert not sender.verify(b"{}", dict.fromkeys(names, given), SECRET)


@every_example
def test_examples_say_something(sender: Webhook, name: str, headers: dict[str, str]) -> None:
    message = sender.parse(body_of(name), headers, NOW)
    assert message.orders or message.events
    assert message.rejected == ()
    assert message.unmapped == ()
    assert message == sender.parse(body_of(name), headers, NOW)


@every_example
def test_orders_can_be_found_again(sender: Webhook, name: str, headers: dict[str, str]) -> None:
    for order in sender.parse(body_of(name), headers, NOW).orders:
        assert order.source == sender.code
        assert order.external_id
        assert order.updated_at.tzinfo


@every_sender
@pytest.mark.parametrize("body", [b"", b"[", b"[]", b'"x"', b"null", b"\xff", b"[" * 100_000, b"9" * 5000, b"{}" * 2])
@pytest.mark.parametrize("headers", TOPICS, ids=lambda headers: "-".join(headers.values()) or "none")
def test_what_is_no_object_is_refused_or_ignored(sender: Webhook, body: bytes, headers: dict[str, str]) -> None:
    survive(sender, body, headers)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([10**30, -1, "2026-11-20"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


HOSTILE = [
    None,
    True,
    -1,
    1.5,
    10**30,
    float("nan"),
    "",
    "x",
    "a\x00b\ud800c",
    "9" * 3000,
    "2026-02-30",
    [],
    [None, [], "x"],
]
HOSTILE += ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", {}, {"a": {}}, [{}], [{"key": 1, "value": "x"}]]


@every_example
def test_each_part_may_be_anything(sender: Webhook, name: str, headers: dict[str, str]) -> None:
    payload = json.loads(body_of(name))
    for path in paths(payload):
        for value in HOSTILE:
            survive(sender, json.dumps(replaced(payload, path, value)).encode(), headers)


@every_example
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_several_parts_may_be_anything(
    sender: Webhook, name: str, headers: dict[str, str], data: st.DataObject
) -> None:
    payload = json.loads(body_of(name))
    for _ in range(3):
        path = data.draw(st.sampled_from(list(paths(payload)) or [()]))
        payload = replaced(payload, path, data.draw(json_values))
    survive(sender, json.dumps(payload).encode(), headers)


@every_sender
@given(value=json_values, headers=st.sampled_from(TOPICS))
@settings(max_examples=60, deadline=None)
def test_any_json_is_survived(sender: Webhook, value: object, headers: dict[str, str]) -> None:
    survive(sender, json.dumps(value).encode(), headers)


@every_sender
@given(body=st.binary(max_size=60), headers=st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=3))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_survived(sender: Webhook, body: bytes, headers: dict[str, str]) -> None:
    survive(sender, body, headers)
    sender.is_ping(body, headers)
    assert not sender.verify(body, headers, SECRET)


def survive(sender: Webhook, body: bytes, headers: dict[str, str]) -> None:
    try:
        message = sender.parse(body, headers, NOW)
    except InvalidInput:
        return
    assert_storable(message)


def assert_storable(message: Message) -> None:
    """A database can hold it: no lone surrogates, no NUL, only aware times."""
    repr(message).encode()
    assert "\\x00" not in repr(message)
    for update in message.events:
        assert update.tracking_number
        assert update.event.occurred_at.tzinfo
        update.event.occurred_at.astimezone(UTC)
    for order in message.orders:
        assert order.number or order.external_id
        order.updated_at.astimezone(UTC)
        assert order.placed_at is None or order.placed_at.astimezone(UTC)
