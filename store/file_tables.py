"""The table of pictures that shoppers sent; their bytes are on disk."""

from sqlalchemy import Column, Integer, String, Table, UniqueConstraint

from store.tables import metadata
from store.types import BigId, UtcDateTime

files = Table(
    "files",
    metadata,
    Column("id", String(32), primary_key=True),
    # No foreign key: a picture may be the first thing said, and is kept before there is a conversation.
    Column("conversation", String(255), nullable=False),
    Column("key", String(128), nullable=False),
    Column("ticket_id", BigId),
    Column("author", String(16), nullable=False),
    Column("type", String(32), nullable=False),
    Column("size", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("conversation", "key"),
)
