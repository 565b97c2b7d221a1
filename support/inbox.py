"""What agents see: the queue, what a search finds, internal notes, and the log of who looked at what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from support.cleaning import clean
from support.model import Agent, Author, Channel, Message, Owner, Priority, TicketReason
from tracking.errors import InvalidInput
from tracking.keys import order_key
from tracking.model import Order
from tracking.orders import Orders
from tracking.ports import Clock
from tracking.shops.phones import normal_email, normal_phone

View = Literal["waiting", "mine", "open", "solved"]
Look = Literal["conversation", "order", "search", "audit", "given up", "tried again", "let go"]
MOST_ROWS = 100
NOTE_LIMIT = 2000
LONGEST_SEARCH = 100
SHORTEST_WORDS = 3
_MOST_ORDERS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation in a list, with the most pressing of its tickets and what a person wrote last in it.

    `due_at` is when that ticket ought to be solved; `preview` is empty where nothing was said.
    """

    conversation: str
    channel: Channel
    owner: Owner
    agent_name: str
    waiting_since: datetime | None
    last_at: datetime
    author: Author | None = None
    preview: str = ""
    ticket: str = ""
    reason: TicketReason | None = None
    priority: Priority = "normal"
    summary: str = ""
    order_number: str = ""
    due_at: datetime | None = None
    solved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How long each list is, how many tickets are overdue, and since when the longest waiting shopper waits."""

    waiting: int
    open: int
    overdue: int
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Proven:
    """An order (by its key) that was proven in a conversation, how and when."""

    order_key: str
    how: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """What agents tell each other about a conversation; never shown to a shopper."""

    at: datetime
    agent: str
    text: str


@dataclass(frozen=True, slots=True)
class Looked:
    """One line of the log: who looked at what, and when."""

    id: int
    at: datetime
    agent: str
    what: Look
    about: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What a search text may mean; empty where it can't mean that. `orders` are keys and numbers of orders found."""

    ticket: str = ""
    email: str = ""
    phone: str = ""
    orders: frozenset[str] = frozenset()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, newest first."""

    orders: tuple[Order, ...]
    rows: tuple[Row, ...]


class InboxStore(Protocol):
    """Lists of conversations, notes and the log."""

    async def rows(self, view: View, agent: str, limit: int) -> tuple[Row, ...]:
        """A list: who waits first, longest first; then the others, longest quiet first; solved ones newest first."""
        ...

    async def counts(self, now: datetime) -> Counts:
        """How long the lists are that everybody shares."""
        ...

    async def mine(self, agent: str) -> int:
        """How long this person's own list is."""
        ...

    async def search(self, terms: Terms, limit: int) -> tuple[Row, ...]:
        """Conversations that any of the terms names, newest first; words only in the newest few thousand."""
        ...

    async def before(self, conversation: str, number: int, limit: int) -> tuple[Message, ...]:
        """The `limit` messages up to and with this number, oldest first."""
        ...

    async def proven(self, conversation: str) -> tuple[Proven, ...]:
        """The orders proven in a conversation, oldest first."""
        ...

    async def add_note(self, conversation: str, agent: str, text: str, now: datetime) -> None:
        """Keep a note."""
        ...

    async def notes(self, conversation: str) -> tuple[Note, ...]:
        """The notes of a conversation, oldest first."""
        ...

    async def add_look(self, agent: str, what: Look, about: str, now: datetime) -> None:
        """Add a line to the log; the same look within five minutes is one."""
        ...

    async def looks(self, before: int | None, limit: int) -> tuple[Looked, ...]:
        """The log, newest first; `before` is the id of the last line of the page before."""
        ...


class Inbox:
    """The agents' view of the desk. Changes nothing in conversations."""

    def __init__(self, store: InboxStore, orders: Orders, clock: Clock) -> None:
        self._store, self._orders, self._clock = store, orders, clock

    async def rows(self, view: View, agent: str) -> tuple[Row, ...]:
        """At most MOST_ROWS of a list."""
        return await self._store.rows(view, agent, MOST_ROWS)

    async def counts(self) -> Counts:
        """How long the lists are that everybody shares."""
        return await self._store.counts(self._clock.now())

    async def mine(self, agent: str) -> int:
        """How long this person's own list is."""
        return await self._store.mine(agent)

    async def before(self, conversation: str, number: int, limit: int) -> tuple[Message, ...]:
        """The `limit` messages up to and with this number, oldest first."""
        return await self._store.before(conversation, number, limit)

    async def proven(self, conversation: str) -> tuple[Proven, ...]:
        """The orders proven in a conversation, oldest first."""
        return await self._store.proven(conversation)

    async def note(self, conversation: str, agent: Agent, text: str) -> None:
        """Keep an internal note. Raises InvalidInput if it is empty or long."""
        written = clean(text)
        if not 1 <= len(written) <= NOTE_LIMIT:
            raise InvalidInput(f"note: write between 1 and {NOTE_LIMIT} characters.")
        await self._store.add_note(conversation, agent.id, written, self._clock.now())

    async def notes(self, conversation: str) -> tuple[Note, ...]:
        """The notes of a conversation, oldest first."""
        return await self._store.notes(conversation)

    async def looked(self, agent: str, what: Look, about: str) -> None:
        """Write into the log that somebody looks at something; call it before it is shown."""
        await self._store.add_look(agent, what, _named(about)[:255], self._clock.now())

    async def looks(self, before: int | None = None, limit: int = 200) -> tuple[Looked, ...]:
        """The log, newest first."""
        return await self._store.looks(before, limit)

    async def search(self, text: str, agent: str) -> Found:
        """Find orders and conversations by order, tracking or ticket number, e-mail, phone, or words said."""
        wanted = clean(text)[:LONGEST_SEARCH]
        if not wanted:
            return Found((), ())
        await self.looked(agent, "search", masked(wanted))
        orders = await self._orders_of(wanted)
        names = frozenset(name for order in orders for name in (order.number, order_key(order.number)))
        return Found(tuple(orders[:_MOST_ORDERS]), await self._store.search(_terms(wanted, names), MOST_ROWS))

    async def _orders_of(self, wanted: str) -> Sequence[Order]:
        named = await self._orders.find(wanted) or await self._orders.find_by_tracking_number(wanted)
        if named:
            return [named]
        return await self._orders.for_contact(_phone(wanted), normal_email(wanted))


def _terms(wanted: str, orders: frozenset[str]) -> Terms:
    number = wanted.upper()
    ticket = number if number.startswith("T-") and number[2:].isascii() and number[2:].isdigit() else ""
    words = wanted if len(wanted) >= SHORTEST_WORDS and not ticket else ""
    return Terms(ticket, normal_email(wanted), _phone(wanted), orders | {wanted, order_key(wanted)}, words)


def _phone(wanted: str) -> str:
    """A number in E.164; one without its country code is read as American."""
    return normal_phone(wanted, "US") if sum(map(str.isdigit, wanted)) >= 7 else ""


def _named(about: str) -> str:
    """What was looked at, as the log may keep it for ever: a conversation by text is named by the shopper's phone."""
    channel, _, address = about.partition(":+")
    return f"{channel}:{masked(address)}" if address else about


def masked(text: str) -> str:
    """A search text as the log keeps it: enough to know it again, too little to learn a contact from."""
    name, at, host = text.partition("@")
    if at:
        return f"{name[:1]}…@{host}"[:80]
    digits = [character for character in text if character.isdigit()]
    if len(digits) >= 7 and _phone(text):
        return f"…{''.join(digits[-3:])}"
    return text[:80]
