"""Notifications in a shop's own app by Firebase Cloud Messaging (HTTP v1); keeps no registration."""

import asyncio
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from alerts.media._waiting import not_now
from alerts.media.base import Medium, Send, Values, patience
from alerts.model import Gone, NotSent, Outgoing, Sent
from tracking.errors import NotConfigured, Unavailable

_API_URL = "https://fcm.googleapis.com"
_SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_EARLY = 60.0
"""Seconds before its end from which a token is not used any more."""
_SIGNED_FOR = timedelta(hours=1)
_KEPT = timedelta(days=1)
"""How long Google keeps a message for a device that is off; older news of an order is none."""
_MOST_BYTES = 64 * 1024
"""Of an answer, and of the account's file."""
_PIECE = 8 * 1024
_TOKEN = re.compile(r"[A-Za-z0-9:_.%~-]{1,4096}")
_PROJECT = re.compile(r"[a-z0-9][a-z0-9.:-]{0,99}")
_WORD = re.compile(r"[A-Z_]{1,40}")
_GONE = frozenset({"UNREGISTERED", "NOT_FOUND"})
_LATER = frozenset({"QUOTA_EXCEEDED", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "INTERNAL"})
_BUSY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(frozen=True, slots=True)
class Account:
    """A Google service account that may send for one Firebase project."""

    project: str
    email: str
    token_url: str
    key_id: str
    key: RSAKey = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> "Account":
        """Read the JSON file that Google gives. Raises NotConfigured without repeating any of it."""
        try:
            with path.open("rb") as file:
                told = json.loads(file.read(_MOST_BYTES))
            names = ("project_id", "client_email", "token_uri", "private_key_id")
            project, email, token_url, key_id = (str(told[name]) for name in names)
            key = RSAKey.import_key(str(told["private_key"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError, JoseError) as error:
            raise _no_account() from error
        if not _PROJECT.fullmatch(project) or not key.is_private:
            raise _no_account()
        return cls(project, email, token_url, key_id, key)

    def assertion(self) -> str:
        """What is handed in for a token, signed."""
        now = datetime.now(UTC)
        claims = {
            "iss": self.email,
            "scope": _SCOPE,
            "aud": self.token_url,
            "iat": int(now.timestamp()),
            "exp": int((now + _SIGNED_FOR).timestamp()),
        }
        return jwt.encode({"alg": "RS256", "kid": self.key_id}, claims, self.key)


def _no_account() -> NotConfigured:
    return NotConfigured("DOORSTEP_FCM_SERVICE_ACCOUNT must be the path of a service account's JSON file.")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What Google said to a message; `wait` is its `Retry-After`."""

    status: int
    said: Mapping[str, Any]
    wait: str


class _Firebase:
    """Sends with a token of the account, which is kept until shortly before it ends."""

    def __init__(self, account: Account, values: Values) -> None:
        api_url = (values("fcm_api_url") or _API_URL).rstrip("/")
        self._messages = f"{api_url}/v1/projects/{account.project}/messages:send"
        self._tokens = values("fcm_token_url") or account.token_url
        self._account, self._shop = account, values("shop_name") or "Your order"
        self._seconds = patience(values)
        self._token, self._good_until = "", 0.0
        self._asking = asyncio.Lock()

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send to one device; `to` is its registration token. A second one with the same key replaces the first.

        Raises Gone when the app is no longer there, NotSent or Unavailable.
        """
        message = {"message": _message(outgoing, self._shop)}
        token = await self._current()
        answer = await self._post(message, token)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            # It may only have ended early; asked once more, no is no.
            answer = await self._post(message, await self._current(instead_of=token))
        return _sent(answer)

    async def _current(self, instead_of: str = "") -> str:
        """The token to use, a new one where there is none, it is about to end, or it is the one that was refused."""
        async with self._asking:
            if not self._token or self._token == instead_of or monotonic() >= self._good_until:
                self._token, seconds = await self._fetched()
                self._good_until = monotonic() + seconds - _EARLY
            return self._token

    async def _fetched(self) -> tuple[str, float]:
        """A new token and the seconds it is good for. Raises Unavailable."""
        form = {"grant_type": _GRANT, "assertion": self._account.assertion()}
        try:
            async with (
                self._session() as session,
                session.post(self._tokens, data=form, allow_redirects=False) as response,
            ):
                given = await _read(response)
            if response.status == HTTPStatus.OK:
                return str(given["access_token"]), float(given["expires_in"])
        except (aiohttp.ClientError, TimeoutError, ValueError, TypeError, KeyError) as error:
            raise Unavailable(f"Google gave no token ({type(error).__name__}).") from error
        raise Unavailable(f"Google gave no token ({response.status}): check the service account.")

    async def _post(self, message: Mapping[str, Any], token: str) -> "_Answer":
        headers = {"Authorization": f"Bearer {token}"}
        try:
            async with (
                self._session() as session,
                session.post(self._messages, json=message, headers=headers, allow_redirects=False) as response,
            ):
                return _Answer(response.status, await _read(response), response.headers.get("Retry-After", ""))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Unavailable(f"Google did not take the message ({type(error).__name__}).") from error

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._seconds))


async def _read(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """The JSON object of an answer, empty where it is none. Raises ValueError once it is over _MOST_BYTES."""
    body = bytearray()
    async for piece in response.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > _MOST_BYTES:
            raise ValueError("too long")
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return {}  # a page of a server in between
    return read if isinstance(read, dict) else {}


def named(address: str, _values: Values) -> str:
    """Read a registration token."""
    if not _TOKEN.fullmatch(address):
        raise NotSent("This is no registration token.", "address")
    return address


def _message(outgoing: Outgoing, shop: str) -> dict[str, Any]:
    if not _TOKEN.fullmatch(outgoing.to):
        raise NotSent("This is no registration token.", "address")
    fact, tag = outgoing.fact, hashlib.sha256(outgoing.key.encode()).hexdigest()
    title = outgoing.subject or (fact.shop if fact else "") or shop
    ends = int((datetime.now(UTC) + _KEPT).timestamp())
    url = fact.details.get("url", "") if fact else ""
    return {
        "token": outgoing.to,
        "notification": {"title": title, "body": outgoing.text},
        "data": {"url": url, "key": outgoing.key},
        "android": {"ttl": f"{int(_KEPT.total_seconds())}s", "notification": {"tag": tag}},
        "apns": {"headers": {"apns-collapse-id": tag, "apns-expiration": str(ends)}},
    }


def _sent(answer: _Answer) -> Sent:
    """Read Google's answer. Anything that is neither a message taken nor one refused may go better later."""
    status, name = answer.status, str(answer.said.get("name") or "")
    if status == HTTPStatus.OK and name:
        return Sent(name)
    word = _refusal(answer.said.get("error"))
    if word in _GONE:
        raise Gone("The app is no longer on its device.", word)
    if word in _LATER or status in _BUSY or not 400 <= status < 500:
        raise not_now(f"Google did not take the message ({word or status}).", answer.wait)
    raise NotSent(f"Google refused the message ({word or status}).", word or str(status))


def _refusal(error: object) -> str:
    """FCM's own word for why, else the general one that all of Google's services use, else nothing."""
    if not isinstance(error, dict):
        return ""
    details = error.get("details")
    own = [one.get("errorCode") for one in details if isinstance(one, dict)] if isinstance(details, list) else []
    words = (str(word) for word in (*own, error.get("status")) if word)
    return next((word for word in words if _WORD.fullmatch(word)), "")


def _open(values: Values) -> Send:
    return _Firebase(Account.read(Path(values("fcm_service_account") or "")), values).send


MEDIUM = Medium("fcm", "Notifications in the shop's app", ("fcm_service_account",), _open, "subscriber", named)
