"""What a merchant's own system is told, how it knows that we said it, and what its answers mean."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.media import media
from alerts.media.webhook import signature
from alerts.model import Gone, NotSent
from tests.media_stands.base import FACT
from tests.media_stands.webhook import Merchant, merchant
from tracking.errors import NotConfigured, Unavailable


async def sent(provider: Merchant, change: dict[str, Any] | None = None, **settings: str) -> str:
    send = media()["webhook"].sender({**provider.settings, **settings}.get)
    return (await send(replace(provider.outgoing("order-1004 shipped"), **(change or {})))).provider_id


async def test_an_event_is_written_as_documented() -> None:
    async with merchant() as provider:
        assert await sent(provider, {"fact": replace(FACT, details={"url": "x"})}) == "order-1004 shipped"
    assert provider.taken == [
        {
            "id": "order-1004 shipped",
            "type": "order.shipped",
            "created_at": "2026-11-23T12:00:00+00:00",
            "data": {
                "order_number": "1004",
                "shop": "Lantern & Loom",
                "arrival": "2026-11-23T12:00:00+00:00",
                "details": {"url": "x"},
                "subject": "On its way",
                "text": "Your order is on its way.",
            },
        }
    ]


async def test_a_message_about_no_order_is_told_too() -> None:
    async with merchant() as provider:
        await sent(provider, {"fact": None})
    (event,) = provider.taken
    assert (event["type"], set(event["data"])) == ("message", {"subject", "text"})
    assert abs(datetime.now(UTC) - datetime.fromisoformat(event["created_at"])) < timedelta(minutes=1)


async def test_the_same_event_again_says_the_same() -> None:
    async with merchant() as provider:
        await sent(provider)
        await sent(provider)
    first, again = provider.taken
    assert first == again
    assert [one["x-doorstep-event-id"] for one in provider.headers] == ["order-1004_shipped"] * 2
    assert provider.headers[0]["content-type"] == "application/json"


def test_a_signature_is_as_documented() -> None:
    # Made by: printf '1700000000.{"id":"1"}' | openssl dgst -sha256 -hmac test-merchant
    expected = "487c4f447f55687cf033aeeaa3d53a4cc024daf335648e02d85995b1f1dcfbdd"
    assert signature("test-merchant", 1_700_000_000, b'{"id":"1"}') == f"t=1700000000,v1={expected}"


async def test_the_time_it_is_signed_with_is_now() -> None:
    async with merchant() as provider:
        await sent(provider)
    at = int(provider.headers[0]["x-doorstep-signature"].split(",")[0][2:])
    assert abs(datetime.now(UTC) - datetime.fromtimestamp(at, UTC)) < timedelta(minutes=1)


async def test_another_secret_is_a_refusal() -> None:
    async with merchant() as provider:
        with pytest.raises(NotSent) as refusal:
            await sent(provider, merchant_webhook_secret="wrong")
    assert (refusal.value.code, provider.taken) == ("401", [])


@pytest.mark.parametrize("key", ["key\r\nX-Other: 1", "clé", "k" * 5000])
async def test_no_key_breaks_out_of_its_header(key: str) -> None:
    async with merchant() as provider:
        await sent(provider, {"key": key})
    assert provider.taken[0]["id"] == key
    assert "x-other" not in provider.headers[0]
    assert len(provider.headers[0]["x-doorstep-event-id"]) <= 200


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_yes_is_one(status: int) -> None:
    async with merchant() as provider:
        provider.status = status
        assert await sent(provider)


async def test_an_endpoint_that_is_gone_says_so() -> None:
    async with merchant() as provider:
        provider.status = 410
        with pytest.raises(Gone) as refusal:
            await sent(provider)
    assert refusal.value.code == "410"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
async def test_what_is_refused_for_good(status: int) -> None:
    async with merchant() as provider:
        provider.status = status
        with pytest.raises(NotSent) as refusal:
            await sent(provider)
    assert refusal.value.code == str(status)
    assert not isinstance(refusal.value, Gone)


@pytest.mark.parametrize("status", [301, 302, 307, 408, 425, 429, 500, 502, 503, 504])
async def test_trouble_of_the_moment(status: int) -> None:
    async with merchant() as provider:
        provider.status, provider.answer = status, {"Location": "/doorstep"}
        with pytest.raises(Unavailable):
            await sent(provider)
    assert len(provider.taken) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example.com/x",
        "ftp://shop.example.com",
        "https://",
        "https://me:pw@shop.example.com/",
        "//x",
        "x",
        "http://localhost.example.com/",
        "http://127.0.0.1@shop.example.com/",
        "https://shop.example.com/a b",
    ],
)
def test_nobody_listens_in_on_the_way(url: str) -> None:
    settings = {"merchant_webhook_url": url, "merchant_webhook_secret": "test-merchant"}
    with pytest.raises(NotConfigured, match="DOORSTEP_MERCHANT_WEBHOOK_URL"):
        media()["webhook"].sender(settings.get)


@pytest.mark.parametrize(
    "url", ["https://shop.example.com", "https://shop.example.com:8443/x?y=1", "http://[::1]:80/x"]
)
def test_an_address_of_the_merchant_s(url: str) -> None:
    settings = {"merchant_webhook_url": url, "merchant_webhook_secret": "test-merchant"}
    assert media()["webhook"].sender(settings.get)


async def test_a_pause_is_kept_as_asked() -> None:
    async with merchant() as provider:
        provider.status, provider.answer = 503, {"Retry-After": "30"}
        with pytest.raises(Unavailable) as refusal:
            await sent(provider)
    assert getattr(refusal.value, "retry_after", None) == 30
