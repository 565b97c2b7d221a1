"""What the tracking page needs from other rooms; makes none of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from alerts.preferences import Choices
from support.desk import Desk
from support.limits import RateLimit
from support.ports import Proofs
from support.ratings import Ratings
from support.tickets import Tickets
from tracking.model import DeliveryWindow, Order
from tracking.orders import Orders
from tracking.ports import Clock
from web.track.brand import Look
from web.track.pushing import Push


class TrackStore(Protocol):
    """Ids of orders, signs of change, and how long pages are looked at. Every method may raise Unavailable."""

    async def id_of(self, key: str) -> int | None:
        """The row of the order with this `order_key`, or None."""
        ...

    async def key_of(self, order_id: int) -> str | None:
        """The `order_key` of a row, or None."""
        ...

    async def stamp(self, order_id: int) -> str:
        """A text that is another one after anything new was heard of the order; empty when it is gone."""
        ...

    async def add_view(self, at: datetime, seconds: int) -> None:
        """Count one look at a page and how long it lasted, under its day."""
        ...


class Times(Protocol):
    """Words for times, the same as in the chat."""

    def clock(self, at: datetime, /) -> str:
        """Return "2:05 pm"."""
        ...

    def moment(self, at: datetime, now: datetime, order: Order, /) -> str:
        """Return "yesterday at 2:05 pm" in the order's local time."""
        ...

    def day_of(self, at: datetime, now: datetime, order: Order, /) -> str:
        """Return "on Tuesday 3 March" in the order's local time."""
        ...

    def span(self, window: DeliveryWindow, now: datetime, order: Order, /) -> str:
        """Return "today between 2:00 pm and 6:00 pm" or "between Friday 6 and Monday 9 March"."""
        ...

    def window_days(self, window: DeliveryWindow, now: datetime, order: Order, /) -> tuple[date, date, date]:
        """Return first day, last day and today by the order's clock."""
        ...

    def lasting(self, length: timedelta, /) -> str:
        """Return "3 hours"."""
        ...


class Visitors(Protocol):
    """The chat's signed tokens, each for one conversation."""

    def token(self, conversation: str, /) -> str:
        """Sign a conversation id."""
        ...

    def conversation(self, token: str, /) -> str | None:
        """The conversation of a token; None if it is forged or too old."""
        ...


@dataclass(frozen=True, slots=True)
class TrackServices:
    """Everything the tracking page may use; `limit` counts per client address, `secret` signs links and forms.

    `push` is None where browsers are told nothing, `choices` where nobody is.
    """

    orders: Orders
    desk: Desk
    tickets: Tickets
    proofs: Proofs
    ratings: Ratings
    store: TrackStore
    visitors: Visitors
    times: Times
    clock: Clock
    limit: RateLimit
    look: Look
    secret: str
    push: Push | None = None
    choices: Choices | None = None
