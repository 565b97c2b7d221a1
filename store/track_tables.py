"""The tables of the tracking page: what shoppers think of it all, and how long they look."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from store.tables import metadata
from store.types import BigId, UtcDateTime

ratings = Table(
    "ratings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kind", String(16), nullable=False),
    # What is rated: an order, or, where none is known, a conversation. The other one is NULL.
    Column("order_id", BigId, ForeignKey("orders.id", ondelete="CASCADE")),
    Column("conversation", String(255), ForeignKey("conversations.id", ondelete="CASCADE")),
    Column("score", Integer, nullable=False),
    Column("words", Text, nullable=False),
    Column("source", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("changed_at", UtcDateTime, nullable=False),
    UniqueConstraint("order_id", "kind"),
    UniqueConstraint("conversation", "kind"),
)

track_views = Table(
    "track_views",
    metadata,
    Column("day", Date, primary_key=True),
    Column("views", Integer, nullable=False),
    Column("seconds", BigInteger, nullable=False),
)
