"""Every sender's webhook over HTTP on real databases: verified, stored once, and never run without its secret."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

import httpx
import pytest

from store.database import Database
from tests.fakes import SECRETS, World, world

DATA = Path(__file__).parents[1] / "data"
SENDERS = ("shopify", "woocommerce", "easypost", "aftership")


def digest(sender: str, body: bytes) -> "hmac.HMAC":
    return hmac.new(SECRETS[f"{sender}_secret"].encode(), body, hashlib.sha256)


def shopify(body: bytes, topic: str, delivery: str = "d-1") -> dict[str, str]:
    return {
        "X-Shopify-Hmac-SHA256": base64.b64encode(digest("shopify", body).digest()).decode(),
        "X-Shopify-Topic": topic,
        "X-Shopify-Webhook-Id": delivery,
        "X-Shopify-Triggered-At": "2026-11-18T12:00:00Z",
        "X-Shopify-Shop-Domain": "example.myshopify.com",
    }


def recorded(name: str) -> bytes:
    return (DATA / f"{name}.json").read_bytes()


@pytest.fixture
def app(database: Database) -> World:
    return world(database)


async def send_order(client: httpx.AsyncClient, delivery: str = "d-1") -> httpx.Response:
    body = recorded("shopify_order")
    return await client.post("/webhooks/shopify", content=body, headers=shopify(body, "orders/create", delivery))


async def test_a_signed_order_is_stored_once(app: World) -> None:
    number = json.loads(recorded("shopify_order"))["name"]
    async with app.client() as client:
        first, again = await send_order(client), await send_order(client)
        order = await client.get(f"/api/v1/orders/{number.lstrip('#')}")
    assert (first.status_code, first.json()["status"]) == (200, "stored")
    assert (again.status_code, again.json()["status"]) == (200, "duplicate")
    assert order.status_code == 200, order.text
    assert order.json()["number"] == number


async def test_a_customer_is_really_erased(app: World) -> None:
    order = json.loads(recorded("shopify_order"))
    request = {
        "shop_domain": "example.myshopify.com",
        "customer": {"id": 1, "email": order["email"]},
        "orders_to_redact": [order["id"]],
    }
    body = json.dumps(request).encode()
    async with app.client() as client:
        await send_order(client)
        answer = await client.post("/webhooks/shopify", content=body, headers=shopify(body, "customers/redact", "d-2"))
        gone = await client.get(f"/api/v1/orders/{order['name'].lstrip('#')}")
    assert (answer.status_code, answer.json()["erased_orders"]) == (200, 1), answer.text
    assert gone.status_code == 404


async def test_a_signed_scan_is_stored_with_all_events(app: World) -> None:
    body = recorded("easypost_tracker_updated")
    tracker = json.loads(body)["result"]
    headers = {"X-Hmac-Signature": f"hmac-sha256-hex={digest('easypost', body).hexdigest()}"}
    placed = {
        "number": "1001",
        "placed_at": "2026-11-10T10:00:00Z",
        "shipments": [{"tracking_number": tracker["tracking_code"]}],
    }
    async with app.client() as client:
        await client.post("/api/v1/orders", json=placed)
        for _ in range(2):
            answer = await client.post("/webhooks/easypost", content=body, headers=headers)
            assert answer.status_code == 200, answer.text
        order = (await client.get("/api/v1/orders/1001")).json()
    assert len(order["shipments"][0]["events"]) == len(tracker["tracking_details"])


@pytest.mark.parametrize("sender", SENDERS)
async def test_an_unsigned_message_is_refused(app: World, sender: str) -> None:
    async with app.client(None) as client:
        for headers in ({}, {"X-Shopify-Hmac-SHA256": "x", "X-Hmac-Signature": "é", "x-wc-webhook-signature": "x"}):
            raw = {name: value.encode() for name, value in headers.items()}
            answer = await client.post(f"/webhooks/{sender}", content=b'{"id": 1}', headers=raw)
            assert answer.status_code == 401, answer.text
            assert answer.json()["error"]["code"] == "bad_signature"


@pytest.mark.parametrize("sender", SENDERS)
async def test_without_its_secret_it_is_closed(database: Database, sender: str) -> None:
    async with world(database, secrets={}).client(None) as client:
        answer = await client.post(f"/webhooks/{sender}", content=b'{"id": 1}')
    assert answer.status_code == 503
    assert f"DOORSTEP_{sender.upper()}_SECRET" in answer.json()["error"]["message"]


async def test_the_shops_first_ping_is_accepted_unsigned(database: Database) -> None:
    async with world(database, secrets={}).client(None) as client:
        answer = await client.post("/webhooks/woocommerce", data={"webhook_id": "15"})
    assert answer.status_code == 200


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"\xff", b"[" * 100_000])
async def test_a_signed_but_broken_message_is_refused_with_its_reason(app: World, body: bytes) -> None:
    async with app.client(None) as client:
        answer = await client.post("/webhooks/shopify", content=body, headers=shopify(body, "orders/create"))
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["message"]


async def test_nobody_else_has_a_webhook(app: World) -> None:
    async with app.client(None) as client:
        answer = await client.post("/webhooks/nobody", content=b"{}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
