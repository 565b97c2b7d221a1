"""The services that actions call, by the few methods they need; holds no logic."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from support.model import ProofResult, Ticket, TicketReason
from support.tickets import Outlook
from tracking.model import Order


class Orders(Protocol):
    """Finds orders, whoever asks: what is found may be shown only after `Identity.can_see`."""

    async def find(self, number: str, /) -> Order | None: ...

    async def find_by_tracking_number(self, tracking_number: str, /) -> Order | None: ...


class Identity(Protocol):
    """Knows what a conversation may see; the only source of proof."""

    async def can_see(self, conversation: str, order: Order, /) -> bool: ...

    async def prove(self, conversation: str, number: str, proof: str, /) -> ProofResult: ...

    async def visible_orders(self, conversation: str, /) -> list[Order]: ...


class Tickets(Protocol):
    """Opens cases for people."""

    async def open(
        self,
        conversation: str,
        reason: TicketReason,
        summary: str,
        /,
        order_number: str | None = None,
        details: Mapping[str, Any] = ...,
    ) -> Ticket: ...

    async def get(self, number: str, /) -> Ticket | None: ...

    async def of(self, conversation: str, /) -> tuple[Ticket, ...]: ...

    async def update(self, number: str, changes: Mapping[str, Any], who: str, /) -> Ticket | None: ...

    async def outlook(self) -> Outlook: ...


class Queue(Protocol):
    """Knows who waits for a person."""

    async def place(self, conversation: str, /) -> int | None: ...


class Pages(Protocol):
    """Makes links to orders' tracking pages."""

    async def url(self, order: Order, /) -> str: ...


class Preferences(Protocol):
    """Keeps whether a shopper wants updates."""

    async def set(self, conversation: str, on: bool, /) -> None: ...


class Told(Protocol):
    """Knows what we last wrote of our own accord."""

    async def last(self, conversation: str, /) -> str:
        """Return the `order_key` of the alert that is our newest word to a texting conversation; empty if none is."""
        ...


class Ratings(Protocol):
    """Keeps what shoppers think of the chat."""

    async def add(
        self,
        kind: Literal["delivery", "chat"],
        score: int,
        source: Literal["page", "chat", "link"],
        *,
        order: str = "",
        conversation: str = "",
        words: str = "",
    ) -> object: ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present, aware."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything an action may call."""

    orders: Orders
    identity: Identity
    tickets: Tickets
    queue: Queue
    preferences: Preferences
    ratings: Ratings
    pages: Pages
    clock: Clock
    told: Told
