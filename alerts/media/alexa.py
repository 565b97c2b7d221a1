"""Order updates as Alexa's notifications (its Proactive Events API); the words are Alexa's own."""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from time import monotonic
from typing import Any

import aiohttp

from alerts.media._waiting import not_now
from alerts.media.base import Medium, Send, Values, patience
from alerts.model import NotSent, OrderFact, Outgoing, Sent
from tracking.errors import Unavailable
from tracking.facts import Occasion

LOCALES = ("en-US", "en-GB", "en-CA", "en-AU", "en-IN")
"""Those that the skill is published in, see skills/alexa/manifest.py."""
STATES: Mapping[str, str] = {
    "received": "ORDER_RECEIVED",
    "preparing": "ORDER_PREPARING",
    "shipped": "ORDER_SHIPPED",
    "out_for_delivery": "ORDER_OUT_FOR_DELIVERY",
    "delivered": "ORDER_DELIVERED",
}
"""The states that Alexa can speak of, by our event; there is none for a delay or a trouble."""
KNOWS = frozenset({Occasion.ORDER_RECEIVED, Occasion.SHIPPED, Occasion.OUT_FOR_DELIVERY, Occasion.DELIVERED})
"""The occasions that come with such a state."""
_EXPIRES = timedelta(hours=23)
_EARLY = 60.0
"""Seconds before its end from which a token is not used any more."""
_STAGES = {"live": "/v1/proactiveEvents/", "development": "/v1/proactiveEvents/stages/development"}
_DENIED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
# 432 is Alexa's own: so many notifications a day are enough for one person.
_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS, 432)


class _Alexa:
    """Sends with a token of the skill, which is kept until shortly before it ends."""

    def __init__(self, values: Values) -> None:
        self._id, self._secret = values("alexa_client_id") or "", values("alexa_client_secret") or ""
        self._events = f"{_base(values('alexa_api_url'), 'https://api.amazonalexa.com')}{_stage(values)}"
        self._tokens = f"{_base(values('alexa_token_url'), 'https://api.amazon.com')}/auth/o2/token"
        self._shop, self._seconds = values("shop_name") or "the shop", patience(values)
        self._token, self._good_until = "", 0.0
        self._asking = asyncio.Lock()

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send an order's new state; `to` is the skill's id of its user. Raises NotSent or Unavailable."""
        event = self._event(outgoing)
        token = await self._current()
        status, wait = await self._post(event, token)
        if status in _DENIED:
            # It may only have ended early; asked once more, no is no.
            status, wait = await self._post(event, await self._current(instead_of=token))
        return _sent(status, wait, event["referenceId"])

    def _event(self, outgoing: Outgoing) -> dict[str, Any]:
        if outgoing.fact is None or outgoing.fact.event not in STATES:
            raise NotSent("Alexa knows no such state of an order.", "no_such_state")
        now, seller = datetime.now(UTC), outgoing.fact.shop or self._shop
        return {
            "timestamp": _written(now),
            "referenceId": hashlib.sha256(outgoing.key.encode()).hexdigest(),
            "expiryTime": _written(now + _EXPIRES),
            "event": {"name": "AMAZON.OrderStatus.Updated", "payload": _payload(outgoing.fact)},
            "localizedAttributes": [{"locale": locale, "sellerName": seller} for locale in LOCALES],
            "relevantAudience": {"type": "Unicast", "payload": {"user": outgoing.to}},
        }

    async def _current(self, instead_of: str = "") -> str:
        """The token to use, a new one where there is none, it is about to end, or it is the one that was refused."""
        async with self._asking:
            if not self._token or self._token == instead_of or monotonic() >= self._good_until:
                self._token, seconds = await self._fetched()
                self._good_until = monotonic() + seconds - _EARLY
            return self._token

    async def _fetched(self) -> tuple[str, float]:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._id,
            "client_secret": self._secret,
            "scope": "alexa::proactive_events",
        }
        try:
            async with (
                self._session() as session,
                session.post(self._tokens, data=form, allow_redirects=False) as response,
            ):
                given = await response.json(content_type=None)
            if response.status == HTTPStatus.OK:
                return str(given["access_token"]), float(given["expires_in"])
        except (aiohttp.ClientError, TimeoutError, ValueError, TypeError, KeyError) as error:
            raise Unavailable(f"Amazon gave no token ({type(error).__name__}).") from error
        raise Unavailable(f"Amazon gave no token ({response.status}): check the skill's client id and secret.")

    async def _post(self, event: Mapping[str, Any], token: str) -> tuple[int, str]:
        """The answer's status and how long to wait; its body is never read."""
        headers = {"Authorization": f"Bearer {token}"}
        try:
            async with (
                self._session() as session,
                session.post(self._events, json=event, headers=headers, allow_redirects=False) as response,
            ):
                return response.status, response.headers.get("Retry-After", "")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(f"Alexa did not take the update ({type(error).__name__}).") from error

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._seconds))


def _base(url: str | None, default: str) -> str:
    return (url or default).rstrip("/")


def _stage(values: Values) -> str:
    return _STAGES[values("alexa_stage") or "live"]


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _payload(fact: OrderFact) -> dict[str, Any]:
    details = {"deliveryDetails": {"expectedArrival": _written(fact.arrival)}} if fact.arrival else {}
    return {
        "state": {"status": STATES[fact.event], **details},
        "order": {"seller": {"name": "localizedattribute:sellerName"}},
    }


def _sent(status: int, wait: str, reference: str) -> Sent:
    # A conflict says that this very update is there already.
    if 200 <= status < 300 or status == HTTPStatus.CONFLICT:
        return Sent(reference)
    if 400 <= status < 500 and status not in _LATER:
        raise NotSent(f"Alexa refused the update ({status}): the user may not want any.", str(status))
    raise not_now(f"Alexa did not take the update ({status}).", wait)


def _open(values: Values) -> Send:
    return _Alexa(values).send


MEDIUM = Medium(
    "alexa", "Alexa's notifications", ("alexa_client_id", "alexa_client_secret"), _open, "subscriber", knows=KNOWS
)
