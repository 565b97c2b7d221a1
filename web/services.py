"""What the HTTP app is given to work with; makes none of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from support.desk import Desk
from support.limits import RateLimit
from support.tickets import Tickets
from tracking.ingest import Ingest
from tracking.orders import Orders
from tracking.ports import Clock
from web.metrics import Metrics

Check = Callable[[], Awaitable[bool]]
"""Says whether a part works right now; an exception counts as no."""


def _per_minute(limit: int) -> Callable[[], RateLimit]:
    return lambda: RateLimit(limit, 60)


@dataclass(frozen=True, slots=True)
class WebServices:
    """Everything the routers call. `api_key` None closes the API; `secret` gives a webhook's secret by setting name.

    `conversation_limit` should be the one the chat uses too. `ready` names the checks of /readyz. `allowed_origins` are
    the sites that may speak to /chat/, None for any.
    """

    desk: Desk
    orders: Orders
    ingest: Ingest
    tickets: Tickets
    clock: Clock
    api_key: str | None
    secret: Callable[[str], str | None]
    ready: Mapping[str, Check] = field(default_factory=dict)
    conversation_limit: RateLimit = field(default_factory=_per_minute(20))
    api_limit: RateLimit = field(default_factory=_per_minute(1200))
    allowed_origins: frozenset[str] | None = None
    metrics: Metrics = field(default_factory=Metrics)


def services_of(connection: HTTPConnection) -> WebServices:
    """The services of the app that this request came to."""
    services: WebServices = connection.app.state.services
    return services


Services = Annotated[WebServices, Depends(services_of)]
"""The type of a route's parameter that wants the services."""
