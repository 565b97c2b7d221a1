"""The tables of the agents' console: accounts, sessions, notes, and the log of who looked at what."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from store.tables import metadata
from store.types import BigId, UtcDateTime

agents = Table(
    "agents",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("email", String(255), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("role", String(16), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("password_hash", String(255), nullable=False),
    # Empty where no code is asked for; the step is the newest whose code was used, so that none is good twice.
    Column("totp_secret", String(64), nullable=False),
    Column("totp_step", Integer, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)

agent_sessions = Table(
    "agent_sessions",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("agent", String(64), ForeignKey("agents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

notes = Table(
    "notes",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("conversation", String(255), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("agent", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# The database itself refuses to change or delete a line: see the migration.
agent_looks = Table(
    "agent_looks",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("agent", String(64), nullable=False),
    Column("what", String(16), nullable=False),
    Column("about", String(255), nullable=False),
    Index("ix_agent_looks_agent", "agent", "about", "at"),
)
