"""What alerts need from the outside: a place to keep them, links, and words for times."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal, Protocol

from tracking.facts import Occasion
from tracking.model import Address, DeliveryWindow, Order

State = Literal["queued", "sending", "sent", "delivered", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Told:
    """One fact inside an alert. `key` is the fact's; `parcel` a `tracking_key`, empty for the order as a whole."""

    key: str
    occasion: Occasion
    parcel: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Alert:
    """One message to one recipient, on its way. `instead_of` is the key of the one it stands in for, if it does."""

    key: str
    order: str
    medium: str
    recipient: str
    facts: tuple[Told, ...]
    state: State
    due_at: datetime
    reason: str = ""
    instead_of: str = ""


class AlertStore(Protocol):
    """Alerts and the jobs that send them; every method is one transaction and raises Unavailable."""

    async def plan(self, drafts: Sequence[Alert], most_a_day: int, now: datetime) -> Sequence[Alert]:
        """Keep drafts with their jobs; return those that became alerts of their own, as they were kept.

        A fact that the same recipient has been told, or is about to be, on the same medium is left out; one that can
        join a message still waiting does so. A draft above `most_a_day` messages for its order and recipient is kept
        as skipped.
        """
        ...

    async def get(self, key: str) -> Alert | None:
        """The alert, None where it was erased."""
        ...

    async def claim(self, key: str, now: datetime) -> Alert | None:
        """Begin to send an alert: nothing joins it any more. None where there is nothing left to do."""
        ...

    async def finish(
        self, key: str, state: State, reason: str, provider_id: str, now: datetime, instead: Alert | None = None
    ) -> None:
        """Note what became of an alert, and keep the one that stands in for it, if there is one."""
        ...


@dataclass(frozen=True, slots=True)
class Wish:
    """The newest word of somebody on being told things."""

    wanted: bool
    at: datetime


class WishStore(Protocol):
    """Who wants alerts; every method raises Unavailable."""

    async def said(self, order: str, contacts: Collection[str]) -> Wish | None:
        """The newest wish said in a conversation of one of these contacts, or in one that proved this order."""
        ...

    async def stopped(self, contact: str, medium: str) -> Wish | None:
        """The newest word by a link, for the hash of a contact."""
        ...

    async def stop(self, contact: str, medium: str, stopped: bool, source: str, now: datetime) -> None:
        """Keep such a word, with its time and where it was said."""
        ...


class Words(Protocol):
    """Words for times, see `actions.times`."""

    def span(self, window: DeliveryWindow, now: datetime, order: Order) -> str: ...


Recipients = Callable[[Order], Awaitable[Mapping[str, Sequence[str]]]]
"""Gives the addresses of an order's customer by medium."""
ZoneOf = Callable[[Address], tzinfo | None]
LinkTo = Callable[[Order], Awaitable[str]]
"""Gives the address of an order's tracking page."""
Note = Callable[[str, str, str, str], None]
"""Hears of every outcome: medium, occasion, state, reason."""
