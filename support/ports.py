"""What the desk needs from a database and from a dialogue engine; every method is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from support.model import (
    Agent,
    Answered,
    Conversation,
    Inbound,
    Message,
    Received,
    Reply,
    Standing,
    TextState,
    Ticket,
    TicketChange,
    TicketDraft,
)


class Conversations(Protocol):
    """Conversations and their numbered messages."""

    async def receive(
        self, inbound: Inbound, now: datetime, lease_until: datetime, idle_since: datetime, holder: str
    ) -> Received:
        """Store an inbound message once and take the conversation's lease for `holder`.

        Makes the conversation if it is new, keeps the newest signed identity, sets `last_at`. Where the last message is
        older than `idle_since`, all proof given in this conversation is forgotten first. A lease that is past its time
        counts as free. A `busy` result has stored nothing.
        """
        ...

    async def answer(
        self,
        conversation: str,
        to: int,
        replies: Sequence[Reply],
        now: datetime,
        ticket: str | None,
        takeovers: int | None,
    ) -> Answered:
        """Store the bot's replies to message number `to`, mark it answered and free the lease.

        Replies are dropped when a person has the conversation, or had it since it was taken over `takeovers` times;
        None stores them in any case, as what a channel must say. Without a `ticket`, the newest that was opened or
        joined in this conversation since the message is meant.
        """
        ...

    async def release(self, conversation: str, holder: str) -> None:
        """Free the lease without an answer, so that the message may be tried again."""
        ...

    async def get(self, conversation: str) -> Conversation | None:
        """The conversation, or None."""
        ...

    async def last_reply(self, conversation: str) -> Message | None:
        """The newest message that is not the shopper's, or None."""
        ...

    async def messages(self, conversation: str, after: int, limit: int) -> tuple[Message, ...]:
        """At most `limit` messages with a number above `after`, oldest first."""
        ...


class Proofs(Protocol):
    """Which orders a conversation has proven, and the wrong tries."""

    async def standing(self, conversation: str) -> Standing:
        """By what this conversation may see orders; nothing before its first message."""
        ...

    async def add_verified(self, conversation: str, order_key: str, how: str, now: datetime) -> None:
        """Remember a proof; doing it twice changes nothing."""
        ...

    async def add_try(self, scopes: Sequence[str], now: datetime) -> int:
        """Note a try in each scope and return its id, before its outcome is known, so that racing tries all count."""
        ...

    async def remove_try(self, try_id: int) -> None:
        """Take back a try that turned out right."""
        ...

    async def newest_tries(self, scope: str, limit: int, before: int | None) -> tuple[datetime, ...]:
        """When the newest `limit` tries of a scope were made, newest first; only those noted before try `before`."""
        ...


class TicketStore(Protocol):
    """Tickets."""

    async def open(self, draft: TicketDraft, now: datetime) -> Ticket:
        """Open a ticket with the transcript so far, or join the one already open for this conversation and reason.

        The conversation waits for a person from then on, unless a person has it.
        """
        ...

    async def get(self, number: str) -> Ticket | None:
        """The ticket with this number, or None."""
        ...

    async def list(self, state: str | None, limit: int, before: str | None) -> tuple[Ticket, ...]:
        """Newest first; `before` is the number of the last ticket of the page before."""
        ...

    async def of(self, conversation: str) -> tuple[Ticket, ...]:
        """All tickets of a conversation, newest first."""
        ...

    async def early(self, order_number: str) -> tuple[str, ...]:
        """The numbers of open tickets about an order that nobody asked for, oldest first."""
        ...

    async def update(self, number: str, changes: Mapping[str, Any], who: str, now: datetime) -> Ticket | None:
        """Set `state`, `priority`, `assignee` and/or `contact`; None if there is no such ticket.

        Each change goes into the history with `who` made it. A conversation that waits for nothing any more is the
        bot's again.
        """
        ...

    async def history(self, number: str) -> tuple[TicketChange, ...]:
        """All changes of a ticket, oldest first."""
        ...

    async def pickups(self, limit: int) -> tuple[timedelta, ...]:
        """How long the newest tickets taken up had waited for it, newest first."""
        ...


class HandoverStore(Protocol):
    """Who has a conversation. Each method that gives a bool says whether it came first; if not, nothing was changed."""

    async def take(self, conversation: str, agent: Agent, now: datetime) -> bool:
        """Give a conversation to a person, from the bot only. True also where that person has it already."""
        ...

    async def pass_on(self, conversation: str, agent: str, to: Agent | None, now: datetime) -> bool:
        """Give it from this person to another, or back to the bot; only while they have it."""
        ...

    async def say(
        self, conversation: str, agent: str, message_id: str, text: str, now: datetime
    ) -> tuple[Message, bool] | None:
        """Store a person's message and a job to bring it to the shopper, while they have the conversation.

        The same id again is the same message; the flag says whether it is new. None where they don't have it.
        """
        ...

    async def ask(self, conversation: str, question: Reply, now: datetime) -> Message | None:
        """Store a question of the shop in a chat that no person has any more; None in any other conversation."""
        ...

    async def idle(self, since: datetime, limit: int) -> tuple[tuple[str, str], ...]:
        """Conversations with their person's id whose tickets are all solved and where nobody wrote `since` then."""
        ...

    async def place(self, conversation: str) -> int | None:
        """How many wait, this one included, that were called for no later than it; None where it doesn't wait."""
        ...

    async def seen(self, conversation: str, number: int) -> None:
        """Note that the shopper has been shown all messages up to this one, here or elsewhere."""
        ...

    async def shown(self, conversation: str) -> int:
        """Up to which message the shopper has been shown what was said; 0 where that isn't known."""
        ...


class PreferenceStore(Protocol):
    """Whether a shopper wants to hear from us."""

    async def set_alerts(self, conversation: str, on: bool, now: datetime) -> None:
        """Keep the wish with its time, for this conversation's contact or, without one, for the conversation."""
        ...

    async def alerts(self, conversation: str) -> bool | None:
        """The newest wish, None if never said."""
        ...


class OptOuts(Protocol):
    """Numbers that don't want to be texted; numbers in E.164, media as in `support.texting.Medium`."""

    async def stopped(self, number: str, medium: str) -> bool:
        """Whether the newest word was to stop."""
        ...

    async def set(self, number: str, medium: str, stopped: bool, now: datetime) -> None:
        """Keep a word; doing it twice changes nothing but its time."""
        ...


class Texts(Protocol):
    """Texts sent by us."""

    async def add(self, key: str, conversation: str, number: str, segments: int, now: datetime) -> int:
        """Note a queued text and return its id; one with this key that is noted already is the same."""
        ...

    async def taken(self, text: int) -> bool:
        """Whether the provider has given this text an id."""
        ...

    async def move(self, text: int, state: TextState, provider_id: str, error: str, now: datetime) -> None:
        """Move a text's state on, never back, and keep the provider's id and error code; unknown ids change nothing."""
        ...


@dataclass(frozen=True, slots=True)
class BotReply:
    """What the dialogue engine made of one message; `intent` is its reading of it."""

    replies: tuple[Reply, ...]
    intent: str | None = None
    confidence: float = 0.0


class Bot(Protocol):
    """The dialogue engine."""

    async def respond(self, inbound: Inbound, command: bool) -> BotReply:
        """Give it one message. `command` says that the text is the payload of a button it offered itself.

        Raises `tracking.errors.Unavailable` when it is down, slow or answers nonsense.
        """
        ...

    async def ready(self) -> bool:
        """Whether it answers right now."""
        ...
