"""What the web room is given: services, secrets and limits; makes none of them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from alerts.addresses import PushAddresses
from support.desk import Desk
from support.limits import RateLimit
from support.tickets import Tickets
from tracking.ingest import Ingest
from tracking.orders import Orders
from tracking.ports import Clock
from tracking.webhooks import Webhook


async def _nothing() -> None:
    """Measure nothing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How often messages may come: per conversation, per API caller, per client address on public endpoints."""

    conversation: RateLimit
    api: RateLimit
    public: RateLimit


@dataclass(frozen=True, slots=True)
class WebServices:
    """Everything a router may use.

    `secrets` gives a webhook's secret by its `secret_setting` (None when unset), `checks` are the parts that must work
    before we are ready, by name. `allowed_origins` None means any site may embed the widget. `measure` brings gauges
    up to date before they are read. `addresses` are None where nobody is told anything.
    """

    desk: Desk
    orders: Orders
    ingest: Ingest
    tickets: Tickets
    clock: Clock
    limits: Limits
    api_key: str | None
    secrets: Callable[[str], str | None]
    webhooks: Mapping[str, Webhook]
    checks: Mapping[str, Callable[[], Awaitable[bool]]]
    visitor_secret: str
    allowed_origins: frozenset[str] | None = None
    measure: Callable[[], Awaitable[None]] = _nothing
    addresses: PushAddresses | None = None
