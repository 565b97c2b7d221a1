"""The tables of where browsers, apps and speakers can be told."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from store.tables import metadata
from store.types import BigId, UtcDateTime

push_addresses = Table(
    "push_addresses",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("order_key", String(80), nullable=False),
    Column("medium", String(16), nullable=False),
    # What an alert names it by: addresses are longer than an index takes, and secret enough not to be copied about.
    Column("digest", String(32), nullable=False),
    Column("address", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("source", String(16), nullable=False),
    Column("consent", String(255), nullable=False),
    UniqueConstraint("order_key", "medium", "digest", name="uq_push_addresses"),
    Index("ix_push_addresses_digest", "digest"),
)

alexa_users = Table(
    "alexa_users",
    metadata,
    Column("user_id", String(255), primary_key=True),
    # The account it is linked to here, None while it is linked to none; whether Alexa may tell it things is apart.
    Column("link_id", String(32), ForeignKey("links.id", ondelete="SET NULL"), index=True),
    Column("subscribed", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
