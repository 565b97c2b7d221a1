"""The one shape in which shops and aggregators tell us things: a signed message that parses into updates.

A module in `tracking/shops/` declares SHOP, one in `tracking/carriers/aggregators/` declares AGGREGATOR, both of them
a `Webhook`. Whoever receives the request does, for any of them: answer 200 if `is_ping`; refuse unless `verify` with
the secret that the setting `secret_setting` holds; `parse`; store what the Message holds, once per `delivery_id`.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tracking.model import EventUpdate, OrderUpdate

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PrivacyRequest:
    """A shop's legal request about a customer's or all of its data.

    `export`: tell the merchant what is stored of this customer; `erase_customer`: delete it; `erase_shop`: delete
    everything that came from the shop. `order_ids` are the shop's own ids (OrderUpdate.external_id); contacts are
    normalised like those of orders; all are empty when not said.
    """

    kind: Literal["export", "erase_customer", "erase_shop"]
    source: str
    shop: str = ""
    customer_id: str = ""
    email: str = ""
    phone: str = ""
    order_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What one webhook says. Everything may be empty: a message about nothing we track is accepted and does nothing.

    `delivery_id` is the sender's id of this message, the same on every retry, empty where there is none.
    `rejected` names what was left out and why, `unmapped` the status codes that our map lacks; neither holds personal
    data, both are for the maintainer's log.
    """

    delivery_id: str = ""
    orders: tuple[OrderUpdate, ...] = ()
    events: tuple[EventUpdate, ...] = ()
    privacy: PrivacyRequest | None = None
    rejected: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()


def never(_body: bytes, _headers: Headers) -> bool:
    """No message of this sender is a ping."""
    return False


@dataclass(frozen=True, slots=True)
class Webhook:
    """One sender of webhooks, served at /webhooks/{code}.

    `secret_setting` is the settings field with its secret; an empty secret verifies nothing. Header names are matched
    without regard to case. `parse(body, headers, recorded_at)` is pure, takes an aware time, and raises InvalidInput
    (saying what is wrong and where) and nothing else. `is_ping` recognises an unsigned greeting that carries no data.
    """

    code: str
    name: str
    secret_setting: str
    verify: Callable[[bytes, Headers, str], bool]
    parse: Callable[[bytes, Headers, datetime], Message]
    is_ping: Callable[[bytes, Headers], bool] = never


def header(headers: Headers, name: str) -> str:
    """Return a header's value without surrounding space, empty if it isn't there."""
    wanted = name.lower()
    return next((value.strip() for key, value in headers.items() if key.lower() == wanted), "")


def signed_base64(body: bytes, secret: str, given: str) -> bool:
    """Whether `given` is the base64 HMAC-SHA256 of the body, compared in constant time."""
    return same(base64.b64encode(_digest(body, secret)).decode(), secret, given)


def signed_hex(body: bytes, secret: str, given: str) -> bool:
    """Whether `given` is the hexadecimal HMAC-SHA256 of the body, compared in constant time."""
    return same(_digest(body, secret).hex(), secret, given)


def same(wanted: str, secret: str, given: str) -> bool:
    """Whether `given` is what is `wanted`, compared in constant time; an empty secret never matches anything."""
    return bool(secret) and hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace"))


def _digest(body: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).digest()
