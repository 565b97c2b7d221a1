"""The vocabulary of the desk: conversations, messages, proof and tickets as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

Channel = Literal["web", "sms", "voice"]
Owner = Literal["bot", "waiting", "human"]
"""Who answers: the bot, the bot while a person is called for, or a person."""
Author = Literal["shopper", "bot", "agent"]
Priority = Literal["low", "normal", "high", "urgent"]
TicketState = Literal["open", "pending", "solved"]


class ProofResult(StrEnum):
    """The outcome of one try to prove that an order is one's own."""

    VERIFIED = "verified"
    REFUSED = "refused"
    LOCKED = "locked"


class TicketReason(StrEnum):
    """Why a person is needed; one open ticket per conversation and reason. The last four nobody asked for."""

    SPEAK_TO_HUMAN = "speak_to_human"
    MISSING = "missing"
    DAMAGED = "damaged"
    LATE = "late"
    CHANGE_ADDRESS = "change_address"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    CHANGE_ORDER = "change_order"
    RETURN = "return"
    REFUND = "refund"
    COMPLAINT = "complaint"
    NOT_UNDERSTOOD = "not_understood"
    LOCKED_OUT = "locked_out"
    BOT_DOWN = "bot_down"
    QUIET = "quiet"
    EXCEPTION = "exception"
    ATTEMPT_FAILED = "attempt_failed"
    RETURNED = "returned"


class TextState(StrEnum):
    """How far a text has got, in the order in which it may move on; the last three are ends."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Button:
    """A quick reply: what is shown, and the text sent when it is pressed."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the bot or an agent; `card` is the order card of the chat protocol."""

    text: str
    buttons: tuple[Button, ...] = ()
    card: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SignedIdentity:
    """Contacts vouched for by the channel (verified sender, merchant's logged-in shopper); never what was typed."""

    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A shopper's account here, linked to a client elsewhere (a speaker, an assistant) that may act for them.

    `resource` is the address the token was given for, empty where the client named none.
    """

    id: str
    client: str
    identity: SignedIdentity
    scopes: frozenset[str]
    resource: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a conversation may see by: its signed contacts, and keys of the orders proven in it (see `order_key`)."""

    identity: SignedIdentity = field(default_factory=SignedIdentity)
    proven: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Agent:
    """A person of the shop who answers, by the name that shoppers see."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """One shopper on one channel. `identity` is the newest signed one; times aware.

    `agent` is who has it while `owner` is "human". `takeovers` counts how often a person took it, so that an answer of
    the bot can be told from one that was begun before. `last_at` is when the shopper last wrote.
    """

    id: str
    channel: Channel
    owner: Owner
    created_at: datetime
    last_at: datetime
    identity: SignedIdentity = field(default_factory=SignedIdentity)
    agent: Agent | None = None
    takeovers: int = 0


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message of a shopper. `client_address` is the shopper's own network address, empty where none is known.

    `card` refers to a picture that was kept, see `support.files.File.card`.
    """

    conversation: str
    message_id: str
    text: str
    channel: Channel = "web"
    identity: SignedIdentity = field(default_factory=SignedIdentity)
    client_address: str = ""
    card: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message; `number` counts from 1 in its conversation, `message_id` is the client's own id, if any."""

    number: int
    author: Author
    text: str
    at: datetime
    message_id: str | None = None
    buttons: tuple[Button, ...] = ()
    card: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What storing an inbound message found.

    `new`: stored now, ours to answer. `unanswered`: stored earlier, but whoever was answering is gone; ours to answer.
    `answered`: `replies` are those given then. `busy`: somebody holds the conversation's lease; try again shortly.
    `offered` are the button payloads of the conversation's newest reply, `replies_to` is whose it was.
    """

    state: Literal["new", "unanswered", "answered", "busy"]
    conversation: Conversation
    message: Message | None = None
    replies: tuple[Reply, ...] = ()
    ticket: str | None = None
    offered: frozenset[str] = frozenset()
    replies_to: Author | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What storing an answer made of it: the numbered replies, the ticket that the question led to, who owns it now.

    There are no messages where a person had taken the conversation before the bot's answer was there.
    """

    messages: tuple[Message, ...]
    ticket: str | None = None
    owner: Owner = "bot"


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one inbound message."""

    conversation: str
    owner: Owner
    replies: tuple[Reply, ...]
    ticket: str | None = None
    intent: str | None = None


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """What is known when a person is called for; the store adds number, state, transcript and time.

    `snapshot` is the order as it stood then, `contact` where an answer reaches the shopper when the channel is closed.
    """

    conversation: str
    reason: TicketReason
    summary: str
    order_number: str | None = None
    priority: Priority = "normal"
    details: Mapping[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    snapshot: Mapping[str, Any] | None = None
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A case for a person: number `T-…`, why, how it stands, and what was known when it was opened (times aware).

    `calls` counts how often the shopper asked, `due_at` is when it ought to be solved, `taken_at` when somebody first
    took it up, `transcript` what was said before.
    """

    number: str
    conversation: str
    reason: TicketReason
    summary: str
    state: TicketState
    opened_at: datetime
    order_number: str | None = None
    priority: Priority = "normal"
    details: Mapping[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    snapshot: Mapping[str, Any] | None = None
    contact: str = ""
    assignee: str = ""
    calls: int = 1
    taken_at: datetime | None = None
    solved_at: datetime | None = None
    transcript: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class TicketChange:
    """One line of a ticket's history: when, who (an agent's id, "shopper", "bot" or "doorstep"), and what changed."""

    at: datetime
    who: str
    what: str
    detail: Mapping[str, Any] = field(default_factory=dict)
