"""Tells a merchant's own system what happened to an order, by signed HTTP; asks nothing and reads no answer."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from time import time
from typing import Any

import aiohttp

from alerts.media._waiting import not_now
from alerts.media.base import Medium, Send, Values, patience
from alerts.model import Gone, NotSent, OrderFact, Outgoing, Sent
from tracking.errors import NotConfigured, Unavailable

_URL = re.compile(r"(?:https://[^/\\?#@\s]+|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]+)?)(?:[/?][!-~]*)?")
_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


def signature(secret: str, at: int, body: bytes) -> str:
    """The value of `X-Doorstep-Signature`; `at` in seconds since 1970, signed too so that no old event comes again."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


class _Webhook:
    """Posts to one address, the merchant's."""

    def __init__(self, url: str, secret: str, seconds: float) -> None:
        if not _URL.fullmatch(url):
            raise NotConfigured("DOORSTEP_MERCHANT_WEBHOOK_URL must be an https address, or http on this machine.")
        self._url, self._secret, self._timeout = url, secret, aiohttp.ClientTimeout(total=seconds)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Post one event; its id is the message's key. Raises Gone, NotSent or Unavailable."""
        body = json.dumps(_event(outgoing), ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Doorstep-Event-Id": _header(outgoing.key),
            "X-Doorstep-Signature": signature(self._secret, int(time()), body),
        }
        _check(*await self._post(body, headers))
        return Sent(outgoing.key)

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """The answer's status and how long to wait; its body is never read."""
        try:
            async with (
                aiohttp.ClientSession(headers=headers, timeout=self._timeout) as session,
                session.post(self._url, data=body, allow_redirects=False) as response,
            ):
                return response.status, response.headers.get("Retry-After", "")
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Unavailable(f"The merchant's webhook did not answer ({type(error).__name__}).") from error


def _header(key: str) -> str:
    """A key as a header can hold it; in the body it is whole."""
    return "".join(one if "!" <= one <= "~" else "_" for one in key[:200])


def _event(outgoing: Outgoing) -> dict[str, Any]:
    fact = outgoing.fact
    # The fact's own time, so that the same event sent once more says the same.
    at = fact.at if fact else datetime.now(UTC)
    said = {"subject": outgoing.subject, "text": outgoing.text}
    return {
        "id": outgoing.key,
        "type": f"order.{fact.event}" if fact else "message",
        "created_at": at.isoformat(),
        "data": {**(_order(fact) if fact else {}), **said},
    }


def _order(fact: OrderFact) -> dict[str, Any]:
    arrival = fact.arrival.isoformat() if fact.arrival else None
    return {"order_number": fact.order_number, "shop": fact.shop, "arrival": arrival, "details": dict(fact.details)}


def _check(status: int, wait: str) -> None:
    if 200 <= status < 300:
        return
    if status == HTTPStatus.GONE:
        raise Gone("The merchant's webhook is gone.", str(status))
    if 400 <= status < 500 and status not in _LATER:
        raise NotSent(f"The merchant's webhook refused the event ({status}).", str(status))
    raise not_now(f"The merchant's webhook did not take the event ({status}).", wait)


def _open(values: Values) -> Send:
    url, secret = (values(name) or "" for name in MEDIUM.settings)
    return _Webhook(url, secret, patience(values)).send


def _merchant(_values: Values) -> tuple[str, ...]:
    # One, whatever its address is by then: an event waits for the endpoint, not for where it once was.
    return ("endpoint",)


MEDIUM = Medium(
    "webhook",
    "The merchant's webhook",
    ("merchant_webhook_url", "merchant_webhook_secret"),
    _open,
    "merchant",
    merchants=_merchant,
)
