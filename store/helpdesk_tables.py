"""The tables of helpdesks: the threads that stand for conversations there, and what was sent into them."""

from sqlalchemy import Column, ForeignKey, String, Table

from store.tables import metadata
from store.types import UtcDateTime

helpdesk_threads = Table(
    "helpdesk_threads",
    metadata,
    Column("helpdesk", String(16), primary_key=True),
    Column("thread", String(64), primary_key=True),
    Column("conversation", String(255), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("ticket", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
)

helpdesk_sent = Table(
    "helpdesk_sent",
    metadata,
    Column("helpdesk", String(16), primary_key=True),
    Column("conversation", String(255), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(80), primary_key=True),
    # NULL from the moment it was begun until the helpdesk is known to have taken it.
    Column("external_id", String(64)),
    Column("begun_at", UtcDateTime, nullable=False),
)
