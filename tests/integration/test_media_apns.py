"""Apple's push service by its documented HTTP/2 API: headers, tokens, refusals by their reason."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from alerts.media import media
from alerts.media.apns import MEDIUM
from alerts.media.base import Send
from alerts.model import Gone, NotSent, OrderFact, Outgoing
from doorstep.settings import Settings
from tests.media_stands.apns import TOPIC, Apple, apple
from tests.media_stands.base import NOW
from tracking.errors import NotConfigured, Unavailable


@pytest.fixture
async def provider() -> AsyncIterator[Apple]:
    async with apple() as stand_in:
        yield stand_in


@pytest.fixture
def send(provider: Apple) -> Send:
    return media()["apns"].sender(provider.settings.get)


def about(provider: Apple, event: str = "delivered", **more: Any) -> Outgoing:
    fact = OrderFact("1004", event, NOW, "Lantern & Loom", None, {"url": "https://shop.example.com/track/x"})
    return replace(provider.outgoing(), fact=fact, **more)


async def test_a_message_is_written_as_documented(provider: Apple, send: Send) -> None:
    sent = await send(about(provider))
    (told,), (headers,) = provider.taken, provider.headers
    assert told == {
        "aps": {"alert": {"title": "On its way", "body": "Your order is on its way."}, "sound": "default"},
        "url": "https://shop.example.com/track/x",
        "key": "key-1",
        "device": provider.to,
    }
    assert (headers["apns-topic"], headers["apns-push-type"], headers["apns-priority"]) == (TOPIC, "alert", "10")
    assert sent.provider_id == headers["apns-id"] == str(uuid.UUID(headers["apns-id"]))
    assert len(headers["apns-collapse-id"]) <= 64


async def test_what_can_wait_waits_for_the_battery(provider: Apple, send: Send) -> None:
    await send(about(provider, "shipped"))
    assert provider.headers[0]["apns-priority"] == "5"


async def test_the_same_message_has_the_same_id_and_another_another(provider: Apple, send: Send) -> None:
    for key in ("key-1", "key-1", "key-2"):
        await send(provider.outgoing(key))
    ids = [(headers["apns-id"], headers["apns-collapse-id"]) for headers in provider.headers]
    assert ids[0] == ids[1] != ids[2]


async def test_many_share_a_token(provider: Apple, send: Send) -> None:
    await asyncio.gather(*(send(provider.outgoing(f"key-{place}")) for place in range(20)))
    assert len(provider.taken) == 20
    assert len(set(provider.tokens)) == 1


async def test_a_token_that_ended_early_is_made_anew_once(provider: Apple, send: Send) -> None:
    await send(provider.outgoing())
    provider.ended |= set(provider.tokens)
    await send(provider.outgoing("key-2"))
    assert len(provider.taken) == 2
    assert len(set(provider.tokens)) == 2


async def test_a_key_that_is_refused_again_is_a_trouble_of_the_moment(provider: Apple, send: Send) -> None:
    provider.status, provider.reason = 403, "InvalidProviderToken"
    with pytest.raises(Unavailable):
        await send(provider.outgoing())
    assert len(provider.taken) == 2


@pytest.mark.parametrize(
    ("status", "reason"),
    [(410, "Unregistered"), (410, "ExpiredToken"), (410, ""), (400, "BadDeviceToken"), (400, "DeviceTokenNotForTopic")],
)
async def test_an_app_that_is_no_longer_there_is_gone(provider: Apple, send: Send, status: int, reason: str) -> None:
    provider.status, provider.reason = status, reason
    with pytest.raises(Gone) as gone:
        await send(provider.outgoing())
    assert gone.value.code == (reason or "410")


@pytest.mark.parametrize(("status", "reason"), [(400, "BadTopic"), (403, "Forbidden"), (404, "BadPath"), (413, "")])
async def test_what_is_refused_for_good(provider: Apple, send: Send, status: int, reason: str) -> None:
    provider.status, provider.reason = status, reason
    with pytest.raises(NotSent) as refusal:
        await send(provider.outgoing())
    assert not isinstance(refusal.value, Gone)
    assert refusal.value.code == (reason or str(status))


@pytest.mark.parametrize(
    ("status", "reason"), [(429, "TooManyRequests"), (429, "TooManyProviderTokenUpdates"), (500, ""), (503, "Shutdown")]
)
async def test_trouble_of_the_moment(provider: Apple, send: Send, status: int, reason: str) -> None:
    provider.status, provider.reason = status, reason
    with pytest.raises(Unavailable):
        await send(provider.outgoing())


async def test_an_answer_that_breaks_off_is_none(provider: Apple, send: Send) -> None:
    provider.breaks = True
    with pytest.raises(Unavailable):
        await send(provider.outgoing())
    provider.breaks = False
    await send(provider.outgoing())
    assert len(provider.taken) == 2


async def test_what_is_too_long_is_not_tried(provider: Apple, send: Send) -> None:
    with pytest.raises(NotSent) as refusal:
        await send(replace(provider.outgoing(), text="x" * 4096))
    assert refusal.value.code == "too_long"
    assert provider.taken == []


@pytest.mark.parametrize("address", ["", "12ab", "../3/device/x", "g" * 64, "a" * 201])
async def test_what_is_no_token_is_not_tried(provider: Apple, send: Send, address: str) -> None:
    with pytest.raises(NotSent):
        await send(replace(provider.outgoing(), to=address))
    assert provider.taken == []


def test_upper_and_lower_case_are_one_device() -> None:
    assert MEDIUM.named
    assert MEDIUM.named("AB" * 32, {}.get) == MEDIUM.named("ab" * 32, {}.get)


@pytest.mark.parametrize("written", [b"", b"no key", RSAKey.generate_key(2048).as_pem(private=True), None])
def test_a_key_that_is_none_is_named_but_not_repeated(tmp_path: Path, written: bytes | None) -> None:
    path = tmp_path / "AuthKey_X.p8"
    if written is not None:
        path.write_bytes(written)
    settings = dict.fromkeys(MEDIUM.settings, "x") | {"apns_key": str(path)}
    with pytest.raises(NotConfigured, match="DOORSTEP_APNS_KEY") as refusal:
        MEDIUM.sender(settings.get)
    assert "no key" not in str(refusal.value)


def test_a_public_key_is_not_enough(tmp_path: Path) -> None:
    path = tmp_path / "AuthKey_X.p8"
    path.write_bytes(ECKey.generate_key("P-256").as_pem(private=False))
    with pytest.raises(NotConfigured):
        MEDIUM.sender((dict.fromkeys(MEDIUM.settings, "x") | {"apns_key": str(path)}).get)


def test_the_stages_are_apples_own() -> None:
    assert set(Settings.model_fields) >= set(MEDIUM.settings)
    assert Settings(_env_file=None).apns_stage == "production"  # type: ignore[call-arg]
