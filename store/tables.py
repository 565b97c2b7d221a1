"""The tables of tracking: orders, parcels and their scans, and the webhook deliveries seen."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from store.types import BigId, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_LOOKED_FOR = text("quiet_at IS NOT NULL")
_AHEAD = text("remind_at IS NOT NULL")
_PLANNED = text("next_check_at IS NOT NULL")
_URGENT = text("next_check_at IS NOT NULL AND status = 'out_for_delivery'")

orders = Table(
    "orders",
    metadata,
    Column("id", BigId, primary_key=True),
    # NULL while the order waits for its number: any number of orders may wait.
    Column("key", String(80), unique=True),
    Column("number", String(64), nullable=False),
    Column("known_since", UtcDateTime, nullable=False),
    # When the newest word was spoken on each thing, by the shops' clocks.
    Column("said_at", JSON, nullable=False),
    Column("placed_at", UtcDateTime),
    Column("customer_name", String(255), nullable=False),
    Column("customer_email", String(255), nullable=False, index=True),
    Column("customer_phone", String(40), nullable=False, index=True),
    Column("postcode", String(20), nullable=False),
    Column("city", String(255), nullable=False),
    Column("region", String(255), nullable=False),
    Column("country", String(255), nullable=False),
    Column("cancelled", Boolean),
    Column("total_amount", String(20)),
    Column("total_currency", String(3), nullable=False, server_default=""),
    # Each with the shop's id, amount, currency and time.
    Column("refunds", JSON, nullable=False, server_default="[]"),
    Column("promised_earliest", UtcDateTime),
    Column("promised_latest", UtcDateTime),
    Column("promised_made_at", UtcDateTime),
    Column("promised_basis", String(255)),
    Column("promised_coverage", Float),
)

order_sources = Table(
    "order_sources",
    metadata,
    Column("order_id", BigId, ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    Column("source", String(255), primary_key=True),
    # NULL where the source gave none.
    Column("external_id", String(255)),
    UniqueConstraint("source", "external_id"),
)

order_items = Table(
    "order_items",
    metadata,
    Column("order_id", BigId, ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("sku", String(255), nullable=False),
    Column("title", String(500), nullable=False),
    Column("quantity", Integer, nullable=False),
)

shipments = Table(
    "shipments",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("tracking_number", String(64), nullable=False),
    Column("known_since", UtcDateTime, nullable=False),
    Column("carrier", String(40)),
    Column("carrier_said_at", UtcDateTime),
    Column("last_checked_at", UtcDateTime),
    # The folded state: written with the events it was folded from, in one transaction, and never otherwise.
    Column("status", String(24), nullable=False, index=True),
    Column("status_at", UtcDateTime),
    Column("last_scan", String(32)),
    Column("delivered_at", UtcDateTime),
    Column("signed_by", String(255), nullable=False),
    Column("estimate_earliest", UtcDateTime),
    Column("estimate_latest", UtcDateTime),
    Column("estimate_made_at", UtcDateTime),
    Column("estimate_basis", String(255)),
    Column("estimate_coverage", Float),
    # When it is asked about next, NULL for never, and as whose parcel: its carrier's, or another one's that is tried.
    Column("next_check_at", UtcDateTime),
    Column("ask_as", String(40), nullable=False, server_default=""),
    Column("checks_failed", Integer, nullable=False, server_default="0"),
    Column("not_found_since", UtcDateTime),
    # Which source was told to follow it, and as whose.
    Column("registered_with", String(80), nullable=False, server_default=""),
    Column("carrier_was", String(40)),
    Column("carrier_switched_at", UtcDateTime),
    Index("ix_shipments_ask_as", "ask_as", "next_check_at", sqlite_where=_PLANNED, postgresql_where=_PLANNED),
    Index("ix_shipments_urgent", "ask_as", "next_check_at", sqlite_where=_URGENT, postgresql_where=_URGENT),
    Column("service", String(64), nullable=False, server_default=""),
    Column("country", String(2), nullable=False, server_default=""),
    # Its silence: until when it is normal and by which norm, what was found, and when to look for it next.
    Column("slower_at", UtcDateTime),
    Column("stalled_at", UtcDateTime),
    Column("norm_hours", Float),
    Column("norm_share", Float),
    Column("norm_count", Integer),
    Column("found", String(16), nullable=False, server_default=""),
    Column("quiet_at", UtcDateTime),
    Index("ix_shipments_quiet_at", "quiet_at", sqlite_where=_LOOKED_FOR, postgresql_where=_LOOKED_FOR),
    # When to look whether its day has come or it still waits to be collected; NULL where there is nothing to look for.
    Column("remind_at", UtcDateTime),
    Index("ix_shipments_remind_at", "remind_at", sqlite_where=_AHEAD, postgresql_where=_AHEAD),
)

order_shipments = Table(
    "order_shipments",
    metadata,
    Column("order_id", BigId, ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    Column("shipment_id", BigId, ForeignKey("shipments.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("position", Integer, nullable=False),
    Column("skus", JSON, nullable=False),
)

tracking_events = Table(
    "tracking_events",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shipment_id", BigId, ForeignKey("shipments.id", ondelete="CASCADE"), nullable=False),
    Column("identity", String(32), nullable=False),
    Column("status", String(24), nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    # Seconds east of UTC as the source wrote the time, so that the shopper can be told the time on the spot.
    Column("occurred_offset", Integer, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("zone_source", String(16), nullable=False),
    Column("source", String(255), nullable=False),
    Column("event_id", String(255), nullable=False),
    Column("raw_status", String(255), nullable=False),
    Column("location", String(255), nullable=False),
    Column("description", Text, nullable=False),
    Column("signed_by", String(255), nullable=False),
    UniqueConstraint("shipment_id", "identity"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("source", String(255), primary_key=True),
    Column("delivery_id", String(255), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_deliveries_at", "at"),
)
