"""The tables of what is found about parcels: silences, how long is normal, and tickets that nobody asked for."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from store.tables import metadata
from store.types import BigId, UtcDateTime

_LASTING = text("over_at IS NULL")

findings = Table(
    "findings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shipment_id", BigId, ForeignKey("shipments.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("stage", String(24), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    # Why: the share of our own silences that end within so many working hours; count 0 is a general rule.
    Column("share", Float, nullable=False),
    Column("normal_hours", Float, nullable=False),
    Column("silent_hours", Float, nullable=False),
    Column("count", Integer, nullable=False),
    Column("cleared_at", UtcDateTime),
    # However many look for it: one silence is found once.
    UniqueConstraint("shipment_id", "kind", "since"),
)

silence_norms = Table(
    "silence_norms",
    metadata,
    Column("carrier", String(40), primary_key=True),
    # Empty for all services of the carrier together.
    Column("service", String(64), primary_key=True),
    Column("stage", String(24), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("share", Float, nullable=False),
    Column("slower_hours", Float, nullable=False),
    Column("stalled_hours", Float, nullable=False),
    Column("computed_at", UtcDateTime, nullable=False),
)

watched = Table(
    "watched",
    metadata,
    # A fact opens or joins one ticket, however often it is handled.
    Column("fact", String(40), primary_key=True),
    Column("ticket_id", BigId, ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("shipment_id", BigId, ForeignKey("shipments.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    # When the ticket was seen to be solved: nothing is left to watch.
    Column("over_at", UtcDateTime),
    Index("ix_watched_lasting", "at", sqlite_where=_LASTING, postgresql_where=_LASTING),
)
