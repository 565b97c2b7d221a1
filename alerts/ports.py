"""What alerts need from the outside: a place to keep them, links, and words for times."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Literal, Protocol

from tracking.facts import Fact, Occasion
from tracking.model import Address, DeliveryWindow, Order
from tracking.records import ShipmentRecord

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
    """One message to one recipient, on its way. `instead_of` is the key of the one it stands in for, if it does.

    One that is to stay `alone` is joined by no other fact, and none are too many.
    """

    key: str
    order: str
    medium: str
    recipient: str
    facts: tuple[Told, ...]
    state: State
    due_at: datetime
    reason: str = ""
    instead_of: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of a message, for those who look back: when (aware) it got to its state, and why where it is told."""

    medium: str
    occasion: str
    state: State
    reason: str
    at: datetime


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
    """The newest word of somebody on being told things; `important_only` of somebody who wants only what matters."""

    wanted: bool
    at: datetime
    important_only: bool = False


class WishStore(Protocol):
    """Who wants alerts; every method raises Unavailable."""

    async def words(
        self, order: str, contacts: Collection[str], contact: str, medium: str
    ) -> tuple[Wish | None, Wish | None]:
        """The newest word of either kind.

        First what was said in a conversation of one of these contacts, or in one that proved this order. Then what
        was said by a link or on a page, for the hash of a contact.
        """
        ...

    async def keep(self, contact: str, medium: str, wish: Wish, source: str) -> None:
        """Keep such a word, with its time and where it was said."""
        ...


class Words(Protocol):
    """Words for times, see `actions.times`."""

    def span(self, window: DeliveryWindow, now: datetime, order: Order) -> str: ...

    def day_of(self, at: datetime, now: datetime, order: Order) -> str: ...

    def moment(self, at: datetime, now: datetime, order: Order) -> str: ...

    def window_days(self, window: DeliveryWindow, now: datetime, order: Order) -> tuple[date, date, date]: ...


@dataclass(frozen=True, slots=True)
class Ahead:
    """A parcel whose time to be looked at has come; of the `orders` that hold it, only number and address are known."""

    parcel: ShipmentRecord
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a parcel found, and when (aware) to look again, None for never."""

    facts: tuple[Fact, ...] = ()
    again: datetime | None = None


class ReminderStore(Protocol):
    """Parcels by the time at which they are to be looked at."""

    async def look(self, now: datetime, limit: int, judge: Callable[[Ahead], Look]) -> int:
        """Look at parcels that are due, at most `limit`, keep what is found, and return how many they were.

        All in one transaction; several may look at once, none at the same parcel. Raises Unavailable.
        """
        ...


Recipients = Callable[[Order], Awaitable[Mapping[str, Sequence[str]]]]
"""Gives the addresses of an order's customer by medium."""
ZoneOf = Callable[[Address], tzinfo | None]
LinkTo = Callable[[Order], Awaitable[str]]
"""Gives the address of an order's tracking page."""
Note = Callable[[str, str, str, str], None]
"""Hears of every outcome: medium, occasion, state, reason."""
