"""What goes to a browser's push service, that only the browser can read it, and what its answers mean."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from alerts.media import media
from alerts.media.base import Send
from alerts.media.web_push import Subscription, encrypt, new_key, public_key
from alerts.model import Gone, NotSent, Sent
from doorstep.secrets import kept_secret
from tests.media_stands.base import FACT
from tests.media_stands.web_push import PushService, push_service
from tests.push_browser import ENDPOINT, RFC_BROWSER, Browser, b64, private, raw, signed_claims
from tracking.errors import NotConfigured, Unavailable

# RFC 8291, section 5 and appendix A.
RFC_SENDER = private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
RFC_SALT = raw("DGv6ra1nlYgDCS1FRnbzlw")
RFC_PLAIN = b"When I grow up, I want to be a watermelon"
RFC_BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
WAITS = [("30", 30.0), ("99999", 3600.0), ("0", None), ("-1", None), ("Mon, 23 Nov 2026 12:00:00 GMT", None)]


def sender(provider: PushService, **settings: str) -> Send:
    return media()["web_push"].sender({**provider.settings, **settings}.get)


async def sent(provider: PushService, key: str = "key-1", **settings: str) -> Sent:
    return await sender(provider, **settings)(provider.outgoing(key))


def test_the_rfc_s_example_comes_out_to_the_letter() -> None:
    subscription = Subscription.read(RFC_BROWSER.subscription(ENDPOINT))
    assert b64(encrypt(RFC_PLAIN, subscription, RFC_SENDER, RFC_SALT)) == RFC_BODY


def test_a_browser_reads_the_rfc_s_example() -> None:
    assert RFC_BROWSER.read(raw(RFC_BODY)) == RFC_PLAIN


async def test_only_the_browser_reads_what_it_is_told() -> None:
    async with push_service() as provider:
        fact = replace(FACT, details={"url": "https://shop.example.com/track/x"})
        await sender(provider)(replace(provider.outgoing("key-ü"), fact=fact, text="Grüße 🚚"))
        assert provider.taken == [
            {"title": "On its way", "body": "Grüße 🚚", "url": "https://shop.example.com/track/x", "tag": "key-ü"}
        ]
        body = encrypt(
            b"Hello", Subscription.read(provider.to, provider.settings["web_push_stand_in"]), RFC_SENDER, RFC_SALT
        )
    assert provider.browser.read(body) == b"Hello"
    with pytest.raises(InvalidTag):
        Browser(provider.browser.key).read(body)
    with pytest.raises(InvalidTag):
        Browser(auth=provider.browser.auth).read(body)


async def test_the_same_words_never_look_the_same() -> None:
    bodies: list[bytes] = []

    def kept(body: bytes) -> bytes:
        bodies.append(body)
        return b"{}"

    async with push_service() as provider:
        plain, provider.browser.read = provider.browser.read, kept  # type: ignore[method-assign]
        await sent(provider)
        await sent(provider)
    first, second = bodies
    assert plain(first) == plain(second)
    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]


async def test_the_headers_are_as_documented() -> None:
    async with push_service() as provider:
        first = await sent(provider, "one")
        await sent(provider, "one")
        other = await sent(provider, "two")
    headers, again, third = provider.headers
    assert (headers["content-encoding"], headers["ttl"], headers["urgency"]) == ("aes128gcm", "86400", "normal")
    assert headers["topic"] == again["topic"] == first.provider_id
    assert third["topic"] == other.provider_id != first.provider_id
    assert len(headers["topic"]) == 32
    assert set(headers["topic"]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    ("event", "urgency"), [("out_for_delivery", "high"), ("delivered", "high"), ("shipped", "normal")]
)
async def test_news_of_the_hour_may_wake_a_device(event: str, urgency: str) -> None:
    async with push_service() as provider:
        await sender(provider)(replace(provider.outgoing(), fact=replace(FACT, event=event)))
    assert provider.headers[0]["urgency"] == urgency


async def test_it_says_who_sends() -> None:
    async with push_service() as provider:
        await sent(provider)
        await sent(provider, vapid_subject="", public_url="https://shop.example.com")
        await sent(provider, vapid_subject="", public_url="http://127.0.0.1:8000")
    (claims, key), (second, _), (third, _) = (signed_claims(one["authorization"]) for one in provider.headers)
    assert (claims["aud"], claims["sub"]) == (provider.settings["web_push_stand_in"], "mailto:shop@example.com")
    assert datetime.now(UTC) < datetime.fromtimestamp(claims["exp"], UTC) < datetime.now(UTC) + timedelta(hours=24)
    assert key == public_key(provider.settings["vapid_private_key"])
    assert second["sub"] == "https://shop.example.com"
    assert "sub" not in third


async def test_another_key_is_not_the_one_it_subscribed_with() -> None:
    async with push_service() as provider:
        provider.settings = {**provider.settings}
        with pytest.raises(NotSent) as refusal:
            await sent(provider, vapid_private_key=new_key())
    assert (refusal.value.code, provider.taken) == ("403", [])


@pytest.mark.parametrize("status", [404, 410])
async def test_who_has_unsubscribed_is_gone(status: int) -> None:
    async with push_service() as provider:
        provider.status = status
        with pytest.raises(Gone) as refusal:
            await sent(provider)
    assert refusal.value.code == str(status)


@pytest.mark.parametrize("status", [400, 401, 403, 413])
async def test_what_is_refused_for_good(status: int) -> None:
    async with push_service() as provider:
        provider.status = status
        with pytest.raises(NotSent) as refusal:
            await sent(provider)
    assert refusal.value.code == str(status)
    assert not isinstance(refusal.value, Gone)


@pytest.mark.parametrize("status", [302, 307, 408, 429, 500, 502, 503])
async def test_trouble_of_the_moment(status: int) -> None:
    async with push_service() as provider:
        provider.status, provider.answer = status, {"Location": "/push/other"}
        with pytest.raises(Unavailable):
            await sent(provider)
    assert len(provider.taken) == 1


@pytest.mark.parametrize(("wait", "seconds"), WAITS)
async def test_a_pause_is_kept_as_asked(wait: str, seconds: float | None) -> None:
    async with push_service() as provider:
        provider.status, provider.answer = 429, {"Retry-After": wait}
        with pytest.raises(Unavailable) as refusal:
            await sent(provider)
    assert getattr(refusal.value, "retry_after", None) == seconds


async def test_what_is_too_long_is_not_tried() -> None:
    async with push_service() as provider:
        room = 3993 - len(json.dumps({"title": "On its way", "body": "", "url": "", "tag": "k"}))
        await sender(provider)(replace(provider.outgoing("k"), text="x" * room))
        with pytest.raises(NotSent) as refusal:
            await sender(provider)(replace(provider.outgoing("k"), text="x" * (room + 1)))
    assert (refusal.value.code, len(provider.taken)) == ("too_long", 1)


def test_a_key_is_read_however_it_is_written() -> None:
    written = new_key()
    pem = private(written).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    assert public_key(written) == public_key(pem) == public_key(pem.replace("\n", "\\n"))
    assert len(raw(public_key(written))) == 65
    assert new_key() != written


@pytest.mark.parametrize("curve", [None, ec.SECP384R1()])
def test_what_is_no_key_is_named_but_not_repeated(curve: ec.EllipticCurve | None) -> None:
    key = ec.generate_private_key(curve) if curve else None
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode() if key else "-----BEGIN nothing"
    for written in (pem, "nothing!", "A" * 43, b64(b"\xff" * 32)):
        with pytest.raises(NotConfigured, match="DOORSTEP_VAPID_PRIVATE_KEY") as refusal:
            public_key(written)
        assert written not in str(refusal.value)


def test_a_contact_must_be_one() -> None:
    with pytest.raises(NotConfigured, match="DOORSTEP_VAPID_SUBJECT"):
        media()["web_push"].sender({"vapid_private_key": new_key(), "vapid_subject": "shop@example.com"}.get)


def test_the_key_of_an_installation_stays_the_same(tmp_path: Path) -> None:
    path = tmp_path / "var" / "vapid.secret"
    first = kept_secret(path, new_key)
    assert kept_secret(path, new_key) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert media()["web_push"].sender({"vapid_private_key": first}.get)
