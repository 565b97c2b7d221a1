"""The tables of the desk: conversations, messages, proof, tickets and wishes."""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from store import (  # noqa: F401 - so that whoever knows these tables knows those
    agent_tables,
    alert_tables,
    file_tables,
    finding_tables,
    helpdesk_tables,
    link_tables,
    polling_tables,
    track_tables,
)
from store.tables import metadata
from store.types import BigId, UtcDateTime

BEFORE_FIRST_TICKET = 1000
"""Tickets are counted from T-1001, so that the first one does not look like a test."""


def only_where(condition: str) -> dict[str, Any]:
    """Make an index one of some rows only, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


conversations = Table(
    "conversations",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("owner", String(16), nullable=False),
    # Who has it while a person owns it, by the name shoppers see, and how often a person took it.
    Column("agent", String(64), nullable=False, server_default=""),
    Column("agent_name", String(80), nullable=False, server_default=""),
    Column("takeovers", Integer, nullable=False, server_default="0"),
    # When a person was called for, and up to which message the shopper has surely seen what was said.
    Column("waiting_since", UtcDateTime),
    Column("seen_number", Integer, nullable=False, server_default="0"),
    Column("phone", String(40), nullable=False),
    Column("email", String(255), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("last_number", Integer, nullable=False),
    # Who is answering in it right now, and until when that is believed without a sign of life.
    Column("lease_by", String(32)),
    Column("lease_until", UtcDateTime),
    # Up to when what was said has been masked more thoroughly, see store/masking.py.
    Column("masked_at", UtcDateTime),
    Index("ix_conversations_waiting", "waiting_since", **only_where("waiting_since IS NOT NULL")),
    Index("ix_conversations_human", "agent", **only_where("owner = 'human'")),
    # For what agents search by: the newest conversations, and those of a contact.
    Index("ix_conversations_created_at", "created_at"),
    Index("ix_conversations_phone", "phone", **only_where("phone <> ''")),
    Index("ix_conversations_email", "email", **only_where("email <> ''")),
)

messages = Table(
    "messages",
    metadata,
    Column("conversation", String(255), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("author", String(16), nullable=False),
    Column("message_id", String(128)),
    Column("text", Text, nullable=False),
    Column("buttons", JSON, nullable=False),
    Column("card", JSON),
    Column("at", UtcDateTime, nullable=False),
    # Of a shopper's message: the ticket it led to, and when it was answered. Of a reply: what it answers.
    Column("ticket", String(32)),
    Column("answered_at", UtcDateTime),
    Column("reply_to", Integer),
    UniqueConstraint("conversation", "message_id"),
)

verifications = Table(
    "verifications",
    metadata,
    Column("conversation", String(255), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("order_key", String(80), primary_key=True),
    Column("how", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_verifications_order_key", "order_key"),
)

proof_tries = Table(
    "proof_tries",
    metadata,
    Column("try_id", BigId, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

proof_try_scopes = Table(
    "proof_try_scopes",
    metadata,
    Column("try_id", BigId, ForeignKey("proof_tries.try_id", ondelete="CASCADE"), primary_key=True),
    Column("scope", String(64), primary_key=True),
    Index("ix_proof_try_scopes_scope", "scope", "try_id"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("conversation", String(255), nullable=False, index=True),
    Column("reason", String(32), nullable=False),
    Column("summary", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("priority", String(16), nullable=False),
    Column("order_number", String(64)),
    Column("details", JSON, nullable=False),
    Column("transcript", JSON, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("called_at", UtcDateTime, nullable=False),
    Column("calls", Integer, nullable=False, server_default="1"),
    Column("due_at", UtcDateTime),
    Column("snapshot", JSON),
    Column("contact", String(255), nullable=False, server_default=""),
    Column("assignee", String(64), nullable=False, server_default=""),
    Column("taken_at", UtcDateTime),
    Column("solved_at", UtcDateTime),
    Index("uq_tickets_open", "conversation", "reason", unique=True, **only_where("state <> 'solved'")),
    Index("ix_tickets_taken_at", "taken_at"),
    Index("ix_tickets_solved_at", "solved_at", **only_where("state = 'solved'")),
    Index("ix_tickets_due_at", "due_at", **only_where("state <> 'solved'")),
    Index("ix_tickets_assignee", "assignee", **only_where("state <> 'solved'")),
    Index("ix_tickets_order_number", "order_number"),
    Index("ix_tickets_contact", "contact", **only_where("contact <> ''")),
)

ticket_changes = Table(
    "ticket_changes",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("ticket_id", BigId, ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String(64), nullable=False),
    Column("what", String(32), nullable=False),
    Column("detail", JSON, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("key", String(200), nullable=False, unique=True),
    # Jobs of one topic are done one after the other, in the order they were made; those without one in any order.
    Column("topic", String(255), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("lease_by", String(32)),
    Column("lease_until", UtcDateTime),
    Column("done_at", UtcDateTime),
    Column("failed_at", UtcDateTime),
    Column("error", String(255), nullable=False, server_default=""),
    Index("ix_outbox_topic", "topic"),
    Index("ix_outbox_waiting", "topic", "id", **only_where("done_at IS NULL AND failed_at IS NULL AND topic <> ''")),
    Index("ix_outbox_due", "due_at", **only_where("done_at IS NULL AND failed_at IS NULL")),
    Index("ix_outbox_failed_at", "failed_at", **only_where("failed_at IS NOT NULL")),
)

alert_wishes = Table(
    "alert_wishes",
    metadata,
    Column("conversation", String(255), primary_key=True),
    Column("contact", String(255), nullable=False, index=True),
    Column("wanted", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("number", String(40), primary_key=True),
    Column("medium", String(16), primary_key=True),
    Column("stopped", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

texts = Table(
    "texts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", String(80), nullable=False, unique=True),
    # No foreign key: a text may refuse the very first message, before there is a conversation.
    Column("conversation", String(255), nullable=False, index=True),
    Column("number", String(40), nullable=False),
    Column("segments", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("provider_id", String(64)),
    Column("error", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("moved_at", UtcDateTime, nullable=False),
)


def ticket_number(row_id: int) -> str:
    """Return the number that people know a ticket by."""
    return f"T-{row_id + BEFORE_FIRST_TICKET}"
