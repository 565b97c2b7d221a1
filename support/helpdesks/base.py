"""How a helpdesk is declared, and the words in which each of them is spoken to; knows no wire format."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from support.model import Agent, Author, Priority
from tracking.errors import DoorstepError, NotConfigured, Unavailable
from tracking.webhooks import Headers

Values = Callable[[str], str | None]
"""Gives a setting by its name, None when it is unset."""
State = Literal["open", "solved", "bot"]
"""How a thread stands there: a person is wanted or on it, it is done, or the bot is to answer."""
REPLAY_WINDOW = timedelta(minutes=5)
"""How far the time in a signature may be from ours."""


class Refused(DoorstepError):
    """The helpdesk will not take this, now or later. `status` is its HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Slow(Unavailable):
    """The helpdesk asks for a pause of `retry_after` seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Requester:
    """The shopper as far as their channel vouches for them; `key` is ours for them, the same each time."""

    key: str
    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket to open there. `key` is ours for it and unique; `transcript` is what was said before, for agents."""

    key: str
    subject: str
    requester: Requester
    transcript: str
    tags: tuple[str, ...] = ()
    priority: Priority = "normal"
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """Something to append. `key` is ours for it and unique; a "note" and all that isn't the shopper's is for agents."""

    key: str
    author: Author | Literal["note"]
    text: str

    def marked(self) -> str:
        """The text with who said it, where the helpdesk would take it for somebody else's."""
        who = {"bot": "Assistant: ", "agent": "Colleague: "}.get(self.author, "")
        return who + self.text


@dataclass(frozen=True, slots=True)
class AgentReply:
    """What a person said there for the shopper to read; `id` is the helpdesk's own for it."""

    thread: str
    id: str
    agent: Agent
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """Something happened in a thread that is better asked for than believed."""

    thread: str


Event = AgentReply | Look


@dataclass(frozen=True, slots=True)
class Seen:
    """A thread as it is right now.

    `requester` is the helpdesk's id of the shopper, `agent` who has it, where that means that the bot must be silent.
    `replies` are those of agents, oldest first, where the helpdesk tells of them only when it is asked.
    """

    state: State
    requester: str = ""
    agent: Agent | None = None
    replies: tuple[AgentReply, ...] = ()


class Client(Protocol):
    """One shop's account with a helpdesk.

    Every method raises Slow or Unavailable when it may work later, and Refused when it never will. `again` says that
    the same may have been sent before, without our having heard what came of it: it is looked for first.
    """

    async def open(self, case: Case, again: bool) -> str:
        """Open a thread and return the helpdesk's id of it."""
        ...

    async def look(self, thread: str) -> Seen:
        """Say how a thread stands."""
        ...

    async def append(self, thread: str, seen: Seen, line: Line, again: bool) -> str:
        """Append to a thread that was just seen and return the helpdesk's id of what was appended."""
        ...

    async def set_state(self, thread: str, state: Literal["open", "solved"]) -> None:
        """Close or reopen a thread; one that is so already stays so."""
        ...

    async def close(self) -> None:
        """Close its connections."""
        ...


@dataclass(frozen=True, slots=True)
class Helpdesk:
    """One kind of helpdesk: its code, its name for people, its settings (the last verifies its webhooks).

    `verify(body, headers, secret, now)` says whether a webhook is genuine and fresh. `parse(body)` is pure, ignores
    what it doesn't know, and raises InvalidInput for what can't be read, and nothing else.
    """

    code: str
    name: str
    settings: tuple[str, ...]
    connect: Callable[[Values], Client] = field(repr=False)
    verify: Callable[[bytes, Headers, str, datetime], bool] = field(repr=False)
    parse: Callable[[bytes], tuple[Event, ...]] = field(repr=False)

    @property
    def secret_setting(self) -> str:
        """The setting that its webhooks are verified with."""
        return self.settings[-1]

    def missing(self, values: Values) -> list[str]:
        """The variables of the settings that are unset."""
        return [f"DOORSTEP_{name.upper()}" for name in self.settings if not values(name)]

    def client(self, values: Values) -> Client:
        """Connect with these settings. Raises NotConfigured naming what is missing."""
        missing = self.missing(values)
        if missing:
            raise NotConfigured(f"{self.name} is not configured: set {', '.join(missing)}.")
        return self.connect(values)


def setting(values: Values, name: str) -> str:
    """A setting that is known to be there."""
    return values(name) or ""


def fresh(at: datetime | None, now: datetime) -> bool:
    """Whether a signature was made just now."""
    return at is not None and abs(now - at) <= REPLAY_WINDOW


def short_hash(text: str) -> str:
    """A short name for something personal, always the same one, that doesn't tell what it is."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]
