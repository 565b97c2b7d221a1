"""Notifications in a shop's own app on Apple's devices (APNs over HTTP/2); keeps no device's token."""

import asyncio
import json
import re
import ssl
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from alerts.media._waiting import not_now
from alerts.media.base import Medium, Send, Values, patience
from alerts.model import Gone, NotSent, Outgoing, Sent
from tracking.errors import NotConfigured, Unavailable

_HOSTS = {"production": "https://api.push.apple.com", "sandbox": "https://api.sandbox.push.apple.com"}
_KEPT = timedelta(days=1)
"""How long Apple keeps a message for a device that is off; older news of an order is none."""
_RENEWED = 40 * 60.0
"""Seconds after which a token is made anew: Apple refuses one over an hour old, and new ones within 20 minutes."""
_MOST_BYTES = 4096
"""Of a message."""
_MOST_ANSWER = 8 * 1024
_AT_ONCE = 20
"""Connections; each carries many messages at once."""
_IDLE = 10 * 60.0
"""Seconds that a connection is kept without use: Apple takes ever new ones for an attack."""
_NAMESPACE = uuid.UUID("3d88ec57-a704-41bc-a2bd-b954912b9747")
_TOKEN = re.compile(r"[0-9a-fA-F]{32,200}")
_WORD = re.compile(r"[A-Za-z]{1,64}")
_GONE = frozenset({"Unregistered", "BadDeviceToken", "DeviceTokenNotForTopic"})
_ENDED = frozenset({"ExpiredProviderToken", "InvalidProviderToken"})
_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
_URGENT = frozenset({"out_for_delivery", "available_for_pickup", "attempt_failed", "delivered"})
"""Events that are shown at once; others may wait until it suits the battery."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that Apple gave a team, and the token made of it."""

    key_id: str
    team: str
    key: ECKey = field(repr=False)

    @classmethod
    def read(cls, path: Path, key_id: str, team: str) -> "Signer":
        """Read the .p8 file that Apple gives. Raises NotConfigured without repeating any of it."""
        try:
            with path.open("rb") as file:
                key = ECKey.import_key(file.read(_MOST_ANSWER).decode())
        except (OSError, ValueError, TypeError, JoseError) as error:
            raise _no_key() from error
        if not key.is_private or key.curve_name != "P-256":
            raise _no_key()
        return cls(key_id, team, key)

    def token(self) -> str:
        """A new token, good for an hour."""
        claims = {"iss": self.team, "iat": int(datetime.now(UTC).timestamp())}
        return jwt.encode({"alg": "ES256", "kid": self.key_id}, claims, self.key)


def _no_key() -> NotConfigured:
    return NotConfigured("DOORSTEP_APNS_KEY must be the path of the .p8 file that Apple gives for APNs.")


class _Apple:
    """Sends over one kept connection, with a token that is made anew every 40 minutes."""

    def __init__(self, signer: Signer, values: Values) -> None:
        self._signer, self._topic = signer, values("apns_topic") or ""
        self._url = (values("apns_api_url") or _HOSTS[values("apns_stage") or "production"]).rstrip("/")
        self._shop, self._seconds = values("shop_name") or "Your order", patience(values)
        self._trusted = _trusted(values("apns_roots"))
        self._token, self._made = "", 0.0
        self._client: httpx.AsyncClient | None = None
        self._signing = asyncio.Lock()

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send to one device; `to` is its token. A second one with the same key replaces the first.

        Raises Gone when the app is no longer there or the token is none of this app's, NotSent or Unavailable.
        """
        device = _device(outgoing.to)
        body = json.dumps(_payload(outgoing, self._shop), ensure_ascii=False).encode()
        if len(body) > _MOST_BYTES:
            raise NotSent("The message is too long for a notification.", "too_long")
        token = await self._current()
        answer = await self._post(device, body, _headers(outgoing), token)
        if answer.status_code == HTTPStatus.FORBIDDEN and _reason(answer) in _ENDED:
            # This machine's clock or another's key may have ended it early; asked once more, no is no.
            answer = await self._post(device, body, _headers(outgoing), await self._current(instead_of=token))
        return _sent(answer)

    async def _current(self, instead_of: str = "") -> str:
        async with self._signing:
            old = monotonic() - self._made >= _RENEWED
            if not self._token or self._token == instead_of or old:
                self._token, self._made = self._signer.token(), monotonic()
            return self._token

    async def _post(self, device: str, body: bytes, told: Mapping[str, str], token: str) -> httpx.Response:
        headers = {**told, "apns-topic": self._topic, "authorization": f"bearer {token}"}
        try:
            async with asyncio.timeout(self._seconds):
                return await self._kept().post(f"{self._url}/3/device/{device}", content=body, headers=headers)
        except (httpx.HTTPError, TimeoutError, ssl.SSLError) as error:
            raise Unavailable(f"Apple did not take the message ({type(error).__name__}).") from error

    def _kept(self) -> httpx.AsyncClient:
        if self._client is None:
            limits = httpx.Limits(max_connections=_AT_ONCE, keepalive_expiry=_IDLE)
            self._client = httpx.AsyncClient(
                http1=False, http2=True, verify=self._trusted, limits=limits, timeout=self._seconds, trust_env=False
            )
        return self._client


def _trusted(roots: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=roots or None)
    except (OSError, ssl.SSLError) as error:
        raise NotConfigured("DOORSTEP_APNS_ROOTS must be the path of a file of certificates.") from error


def named(address: str, _values: Values) -> str:
    """Read a device's token; upper and lower case are the same."""
    return _device(address)


def _device(address: str) -> str:
    if not _TOKEN.fullmatch(address):
        raise NotSent("This is no device's token: it has 64 or more hexadecimal digits.", "address")
    return address.lower()


def _payload(outgoing: Outgoing, shop: str) -> dict[str, Any]:
    fact = outgoing.fact
    title = outgoing.subject or (fact.shop if fact else "") or shop
    alert = {"title": title, "body": outgoing.text}
    url = fact.details.get("url", "") if fact else ""
    return {"aps": {"alert": alert, "sound": "default"}, "url": url, "key": outgoing.key}


def _headers(outgoing: Outgoing) -> dict[str, str]:
    urgent = outgoing.fact is not None and outgoing.fact.event in _URGENT
    # By the same key it is the same id and the same place on the screen: what is sent twice is shown once.
    same = uuid.uuid5(_NAMESPACE, outgoing.key)
    return {
        "apns-push-type": "alert",
        "apns-priority": "10" if urgent else "5",
        "apns-expiration": str(int((datetime.now(UTC) + _KEPT).timestamp())),
        "apns-collapse-id": same.hex,
        "apns-id": str(same),
    }


def _reason(answer: httpx.Response) -> str:
    """Apple's own word for why, empty where there is none."""
    try:
        said = json.loads(answer.content[:_MOST_ANSWER])
    except (ValueError, RecursionError):
        return ""  # a page of a server in between
    reason = str(said.get("reason") or "") if isinstance(said, Mapping) else ""
    return reason if _WORD.fullmatch(reason) else ""


def _sent(answer: httpx.Response) -> Sent:
    """Read Apple's answer. Anything that is neither a message taken nor one refused may go better later."""
    status, reason = answer.status_code, _reason(answer)
    if status == HTTPStatus.OK:
        return Sent(answer.headers.get("apns-id", ""))
    if status == HTTPStatus.GONE or reason in _GONE:
        raise Gone("The app is no longer on its device.", reason or str(status))
    if status in _LATER or not 400 <= status < 500 or reason in _ENDED:
        raise not_now(f"Apple did not take the message ({reason or status}).", answer.headers.get("retry-after", ""))
    raise NotSent(f"Apple refused the message ({reason or status}).", reason or str(status))


def _open(values: Values) -> Send:
    path, key_id, team, _ = (values(name) or "" for name in MEDIUM.settings)
    return _Apple(Signer.read(Path(path), key_id, team), values).send


MEDIUM = Medium(
    "apns",
    "Notifications in the shop's app on Apple's devices",
    ("apns_key", "apns_key_id", "apns_team_id", "apns_topic"),
    _open,
    "subscriber",
    named,
)
