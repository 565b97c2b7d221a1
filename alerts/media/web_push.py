"""Notifications in a shopper's browser (Web Push: RFC 8030, 8188, 8291, 8292); keeps no subscription."""

import base64
import hashlib
import json
import os
import re
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from joserfc import jwt
from joserfc.jwk import ECKey
from yarl import URL

from alerts.media._waiting import not_now
from alerts.media.base import Medium, Send, Values, patience
from alerts.model import Gone, NotSent, Outgoing, Sent
from tracking.errors import NotConfigured, Unavailable

MOST_BYTES = 4096
"""Of a subscription's JSON, and of an encrypted message: push services need not take more."""
_MOST_PLAIN = MOST_BYTES - 86 - 16 - 1
_KEPT = timedelta(days=1)
"""How long a push service keeps a message for a browser that is off; older news of an order is none."""
_URGENT = frozenset({"out_for_delivery", "available_for_pickup", "attempt_failed", "delivered"})
"""Events that may wake a device which saves its battery."""
_SIGNED_FOR = timedelta(hours=12)
# One pattern for the whole address: no second parser can make another host of it. A name of letters, no number.
_ENDPOINT = re.compile(
    r"(?P<origin>https://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z][a-z0-9-]{1,62})(?::443)?/[!-~]{0,2000}"
)
_STAND_IN = re.compile(r"https?://(?:127\.0\.0\.1|\[::1\]):[0-9]{1,5}")
_CONTACT = re.compile(r"(?:mailto:|https://)[!-~]{3,200}")
_BASE64 = re.compile(r"[A-Za-z0-9_-]{1,200}={0,2}")
_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One browser's address: where its push service takes messages, and what they are encrypted for."""

    endpoint: str
    origin: str
    key: ec.EllipticCurvePublicKey
    auth: bytes

    @classmethod
    def read(cls, written: str, stand_in: str = "") -> "Subscription":
        """Read what a browser's `PushSubscription.toJSON()` gives.

        Raises NotSent unless its endpoint is https on a public host name, or on `stand_in`, a stand-in's origin.
        """
        try:
            told = json.loads(written) if len(written) <= MOST_BYTES else {}
            endpoint, keys = str(told["endpoint"]), told["keys"]
            key, auth = _bytes(keys["p256dh"]), _bytes(keys["auth"])
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise NotSent("This is no browser's subscription.", "address") from error
        origin = _origin(endpoint, stand_in)
        if not origin or len(key) != 65 or len(auth) != 16:
            raise NotSent("This is no browser's subscription.", "address")
        return cls(endpoint, origin, point, auth)


def _origin(endpoint: str, stand_in: str) -> str:
    if stand_in and endpoint.startswith(f"{stand_in}/"):
        return stand_in
    found = _ENDPOINT.fullmatch(endpoint)
    return found["origin"] if found else ""


def _bytes(written: str) -> bytes:
    """Read base64url, padded or not. Raises ValueError."""
    if not _BASE64.fullmatch(written):
        raise ValueError("no base64url")
    return base64.urlsafe_b64decode(written.rstrip("=") + "=" * (-len(written.rstrip("=")) % 4))


def _written(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def named(address: str, values: Values) -> str:
    """Read a browser's subscription; its endpoint is what names it."""
    return Subscription.read(address, _stand_in(values("web_push_stand_in") or "")).endpoint


def encrypt(plain: bytes, reader: Subscription, key: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """The body of a push message (RFC 8291), in one record; `key` and `salt` (16 bytes) are for this message only."""
    ours, theirs = _point(key.public_key()), _point(reader.key)
    shared = key.exchange(ec.ECDH(), reader.key)
    secret = _derived(reader.auth, shared, b"WebPush: info\0" + theirs + ours, 32)
    content = _derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, secret, b"Content-Encoding: nonce\0", 12)
    head = salt + struct.pack("!IB", MOST_BYTES, len(ours)) + ours
    return head + AESGCM(content).encrypt(nonce, plain + b"\2", None)  # 2: the last record


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def new_key() -> str:
    """A new VAPID private key as base64url, for `kept_secret`. With another key, browsers must subscribe anew."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return _written(number.to_bytes(32))


def public_key(private_key: str) -> str:
    """The `applicationServerKey` that browsers subscribe with. Raises NotConfigured for what is no private key."""
    return _written(_point(_private(private_key).public_key()))


def _private(written: str) -> ec.EllipticCurvePrivateKey:
    try:
        if "-----BEGIN" in written:
            # In an environment variable the lines are often one.
            key = load_pem_private_key(written.replace("\\n", "\n").encode(), None)
        else:
            key = ec.derive_private_key(int.from_bytes(_bytes(written.strip())), ec.SECP256R1())
    except (ValueError, TypeError) as error:
        raise _no_key() from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise _no_key()
    return key


def _no_key() -> NotConfigured:
    return NotConfigured("DOORSTEP_VAPID_PRIVATE_KEY must be a P-256 private key, as PEM or as base64url.")


class PublicNames(AbstractResolver):
    """Finds places on the internet only: no subscription makes us call inside our own network."""

    def __init__(self, names: AbstractResolver) -> None:
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses to connect to. Raises NotSent where any is not public, OSError where there is none."""
        found = await self._names.resolve(host, port, family)
        addresses = [ip_address(one["host"]) for one in found]
        if not all(one.is_global and not one.is_multicast for one in addresses):
            raise NotSent("The push service is not on the internet.", "address")
        return found

    async def close(self) -> None:
        """Let go of the resolver beneath."""
        await self._names.close()


class _WebPush:
    """Signs with one key, by which a push service knows us again (VAPID)."""

    def __init__(self, values: Values) -> None:
        key = _private(values("vapid_private_key") or "")
        self._signer, self._public = ECKey.import_key(key), _written(_point(key.public_key()))
        self._contact = _contact(values)
        self._stand_in = _stand_in(values("web_push_stand_in") or "")
        self._shop, self._seconds = values("shop_name") or "Your order", patience(values)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send to one browser; `to` is its subscription as JSON. Its topic is the message's id for the push service.

        A second one with the same key replaces the first. Raises Gone when the browser has unsubscribed, NotSent or
        Unavailable.
        """
        reader = Subscription.read(outgoing.to, self._stand_in)
        plain = json.dumps(_payload(outgoing, self._shop), ensure_ascii=False).encode()
        if len(plain) > _MOST_PLAIN:
            raise NotSent("The message is too long for a notification.", "too_long")
        body = encrypt(plain, reader, ec.generate_private_key(ec.SECP256R1()), os.urandom(16))
        topic = _written(hashlib.sha256(outgoing.key.encode()).digest()[:24])
        headers = {**_headers(outgoing), "Topic": topic, "Authorization": self._signature(reader.origin)}
        _check(*await self._post(reader, body, headers))
        return Sent(topic)

    def _signature(self, origin: str) -> str:
        ends = int((datetime.now(UTC) + _SIGNED_FOR).timestamp())
        claims = {"aud": origin, "exp": ends, **self._contact}
        return f"vapid t={jwt.encode({'alg': 'ES256'}, claims, self._signer)}, k={self._public}"

    async def _post(self, reader: Subscription, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """The answer's status and how long to wait; its body is never read."""
        try:
            async with (
                self._session() as session,
                session.post(
                    URL(reader.endpoint, encoded=True), data=body, headers=headers, allow_redirects=False
                ) as response,
            ):
                return response.status, response.headers.get("Retry-After", "")
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Unavailable(f"The push service did not take the message ({type(error).__name__}).") from error

    def _session(self) -> aiohttp.ClientSession:
        # A stand-in has a number for a name, so it needs no resolving.
        names = PublicNames(aiohttp.ThreadedResolver())
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=names), timeout=aiohttp.ClientTimeout(total=self._seconds)
        )


def _payload(outgoing: Outgoing, shop: str) -> dict[str, Any]:
    """What the page's service worker shows."""
    fact = outgoing.fact
    title = outgoing.subject or (fact.shop if fact else "") or shop
    url = fact.details.get("url", "") if fact else ""
    return {"title": title, "body": outgoing.text, "url": url, "tag": outgoing.key}


def _headers(outgoing: Outgoing) -> dict[str, str]:
    urgent = outgoing.fact is not None and outgoing.fact.event in _URGENT
    return {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(_KEPT.total_seconds())),
        "Urgency": "high" if urgent else "normal",
    }


def _check(status: int, wait: str) -> None:
    if 200 <= status < 300:
        return
    if status in _GONE:
        raise Gone("The browser has unsubscribed.", str(status))
    if 400 <= status < 500 and status not in _LATER:
        raise NotSent(f"The push service refused the message ({status}).", str(status))
    raise not_now(f"The push service did not take the message ({status}).", wait)


def _contact(values: Values) -> dict[str, str]:
    """Whom a push service may write to about us: the setting, else the shop's own address once it is https."""
    written = values("vapid_subject")
    if written and not _CONTACT.fullmatch(written):
        raise NotConfigured("DOORSTEP_VAPID_SUBJECT must be mailto:someone@shop.example or an https address.")
    public = values("public_url") or ""
    subject = written or (public if _CONTACT.fullmatch(public) else "")
    return {"sub": subject} if subject else {}


def _stand_in(origin: str) -> str:
    if origin and not _STAND_IN.fullmatch(origin):
        raise NotConfigured("DOORSTEP_WEB_PUSH_STAND_IN must look like http://127.0.0.1:9000: on this machine only.")
    return origin


def _open(values: Values) -> Send:
    return _WebPush(values).send


MEDIUM = Medium("web_push", "Notifications in the browser", ("vapid_private_key",), _open, "subscriber", named)
