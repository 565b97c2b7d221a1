"""What goes to Firebase Cloud Messaging, and what its answers mean."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.media import media
from alerts.media.base import Send
from alerts.model import Gone, NotSent
from tests.media_stands.base import FACT
from tests.media_stands.fcm import FCM_ACCOUNT, Firebase, fcm_error, firebase
from tracking.errors import NotConfigured, Unavailable


def sender(provider: Firebase, **settings: str) -> Send:
    return media()["fcm"].sender({**provider.settings, **settings}.get)


async def test_a_message_is_written_as_documented() -> None:
    async with firebase() as provider:
        fact = replace(FACT, details={"url": "https://shop.example.com/track/x"})
        sent = await sender(provider)(replace(provider.outgoing("key-ü"), fact=fact))
    (message,) = provider.taken
    tag, ends = message["android"]["notification"]["tag"], int(message["apns"]["headers"]["apns-expiration"])
    assert message == {
        "token": Firebase.to,
        "notification": {"title": "On its way", "body": "Your order is on its way."},
        "data": {"url": "https://shop.example.com/track/x", "key": "key-ü"},
        "android": {"ttl": "86400s", "notification": {"tag": tag}},
        "apns": {"headers": {"apns-collapse-id": tag, "apns-expiration": str(ends)}},
    }
    assert len(tag) == 64
    assert timedelta(hours=23) < datetime.fromtimestamp(ends, UTC) - datetime.now(UTC) <= timedelta(hours=24)
    assert sent.provider_id == "projects/lantern-loom/messages/0:1"


async def test_a_message_without_a_subject_is_the_shop_s() -> None:
    async with firebase() as provider:
        await sender(provider)(replace(provider.outgoing(), subject=""))
        await sender(provider, shop_name="Cedar & Co")(replace(provider.outgoing(), subject="", fact=None))
    assert [one["notification"]["title"] for one in provider.taken] == ["Lantern & Loom", "Cedar & Co"]


async def test_one_replaces_another_only_by_its_key() -> None:
    async with firebase() as provider:
        for key in ("one", "one", "two"):
            await sender(provider)(provider.outgoing(key))
    first, again, other = (one["android"]["notification"]["tag"] for one in provider.taken)
    assert first == again != other


@pytest.mark.parametrize("to", ["", "two words", "tokén", "x" * 4097, "x\n"])
async def test_what_is_no_token_is_not_tried(to: str) -> None:
    async with firebase() as provider:
        with pytest.raises(NotSent) as refusal:
            await sender(provider)(replace(provider.outgoing(), to=to))
    assert (refusal.value.code, provider.tokens) == ("address", 0)


@pytest.mark.parametrize("status", [302, 400, 401, 500])
async def test_without_a_token_nothing_is_sent(status: int) -> None:
    async with firebase() as provider:
        provider.token_status = status
        with pytest.raises(Unavailable, match="no token"):
            await sender(provider)(provider.outgoing())
    assert provider.taken == []


@pytest.mark.parametrize("answer", [fcm_error(404, "NOT_FOUND", "UNREGISTERED"), fcm_error(404, "NOT_FOUND")])
async def test_an_app_that_is_no_longer_there_is_gone(answer: Any) -> None:
    async with firebase() as provider:
        provider.status, provider.answer = 404, answer
        with pytest.raises(Gone) as refusal:
            await sender(provider)(provider.outgoing())
    assert refusal.value.code in {"UNREGISTERED", "NOT_FOUND"}


@pytest.mark.parametrize(
    ("status", "answer", "code"),
    [
        (400, fcm_error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"), "INVALID_ARGUMENT"),
        (400, fcm_error(400, "INVALID_ARGUMENT"), "INVALID_ARGUMENT"),
        (403, fcm_error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"), "SENDER_ID_MISMATCH"),
        (404, "<html>", "404"),
        (404, {"error": "no"}, "404"),
        (400, {"error": {"status": "robin@example.com", "details": "x"}}, "400"),
        (400, {"error": {"details": [1, {}, {"errorCode": ["x"]}]}}, "400"),
        (403, ["x"], "403"),
    ],
)
async def test_what_is_refused_for_good(status: int, answer: Any, code: str) -> None:
    async with firebase() as provider:
        provider.status, provider.answer = status, answer
        with pytest.raises(NotSent) as refusal:
            await sender(provider)(provider.outgoing())
    assert refusal.value.code == code
    assert not isinstance(refusal.value, Gone)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (429, fcm_error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")),
        (503, fcm_error(503, "UNAVAILABLE", "UNAVAILABLE")),
        (500, fcm_error(500, "INTERNAL", "INTERNAL")),
        (429, "<html>"),
        (502, "<html>"),
        (302, {"name": "x"}),
        (200, {"else": 1}),
        (200, ["x"]),
        (200, {"name": "x" * 70_000}),
    ],
)
async def test_trouble_of_the_moment(status: int, answer: Any) -> None:
    async with firebase() as provider:
        provider.status, provider.answer = status, answer
        with pytest.raises(Unavailable):
            await sender(provider)(provider.outgoing())


@pytest.mark.parametrize(
    "change", [{}, {"private_key": "nothing"}, {"project_id": "a/../b"}, {"private_key": ["x"]}, {"client_email": None}]
)
async def test_an_account_that_is_none_is_named_but_not_repeated(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "account.json"
    async with firebase() as provider:
        whole = {**FCM_ACCOUNT, "private_key": provider.key.as_pem(private=True).decode()}
        account = {key: value for key, value in {**whole, **change}.items() if value is not None}
        path.write_text(json.dumps(account if change else FCM_ACCOUNT))
        with pytest.raises(NotConfigured, match="DOORSTEP_FCM_SERVICE_ACCOUNT") as refusal:
            sender(provider, fcm_service_account=str(path))
    assert "PRIVATE" not in str(refusal.value)


@pytest.mark.parametrize("written", [None, "", "[]", "{", "[" * 20_000])
def test_a_file_that_is_none_is_named(tmp_path: Path, written: str | None) -> None:
    path = tmp_path / "account.json"
    if written is not None:
        path.write_text(written)
    with pytest.raises(NotConfigured, match="DOORSTEP_FCM_SERVICE_ACCOUNT"):
        media()["fcm"].sender({"fcm_service_account": str(path)}.get)


async def test_a_pause_is_kept_as_asked() -> None:
    async with firebase() as provider:
        provider.refuse("later")
        provider.wait = "30"
        with pytest.raises(Unavailable) as refusal:
            await sender(provider)(provider.outgoing())
    assert getattr(refusal.value, "retry_after", None) == 30
