"""The tables of the desk: conversations, messages, proof, tickets and wishes."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from store.tables import metadata
from store.types import BigId, UtcDateTime

BEFORE_FIRST_TICKET = 1000
"""Tickets are counted from T-1001, so that the first one does not look like a test."""

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("owner", String(16), nullable=False),
    Column("phone", String(40), nullable=False),
    Column("email", String(255), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("last_number", Integer, nullable=False),
    # Who is answering in it right now, and until when that is believed without a sign of life.
    Column("lease_by", String(32)),
    Column("lease_until", UtcDateTime),
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
    Index(
        "uq_tickets_open",
        "conversation",
        "reason",
        unique=True,
        sqlite_where=text("state <> 'solved'"),
        postgresql_where=text("state <> 'solved'"),
    ),
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
