"""The tables of the messages that we start, and of those who want none."""

from sqlalchemy import JSON, Boolean, Column, Index, String, Table, false, text

from store.tables import metadata
from store.types import BigId, UtcDateTime

_FAILED, _INSTEAD = text("state = 'failed'"), text("instead_of <> ''")

alerts = Table(
    "alerts",
    metadata,
    Column("id", BigId, primary_key=True),
    # Its job's key and the provider's key for it; never changes, so a message sent twice is known as the same.
    Column("key", String(40), nullable=False, unique=True),
    Column("order_key", String(80), nullable=False),
    Column("medium", String(16), nullable=False),
    Column("recipient", String(512), nullable=False),
    # The most important of the facts it tells, and all of them.
    Column("occasion", String(24), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(32), nullable=False, server_default=""),
    Column("provider_id", String(255), nullable=False, server_default=""),
    # Of a message that stands in for one that could not be sent: that one's key.
    Column("instead_of", String(40), nullable=False, server_default=""),
    Column("made_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("moved_at", UtcDateTime, nullable=False),
    Index("ix_alerts_order_key", "order_key", "made_at"),
    Index("ix_alerts_recipient", "recipient"),
    Index("ix_alerts_made_at", "made_at"),
    Index("ix_alerts_failed", "made_at", sqlite_where=_FAILED, postgresql_where=_FAILED),
    Index("ix_alerts_instead_of", "instead_of", sqlite_where=_INSTEAD, postgresql_where=_INSTEAD),
)

alert_stops = Table(
    "alert_stops",
    metadata,
    # Only a hash, so that it may stay when the person is erased: or we could not obey it.
    Column("contact", String(64), primary_key=True),
    Column("medium", String(16), primary_key=True),
    Column("stopped", Boolean, nullable=False),
    Column("important_only", Boolean, nullable=False, server_default=false()),
    Column("source", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
