"""The tables of linked accounts: clients, links, their codes and tokens, and the codes that people sign in with."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Table

from store.tables import metadata
from store.types import UtcDateTime

link_clients = Table(
    "link_clients",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("redirect_uris", JSON, nullable=False),
    # Empty for a client that can't keep a secret.
    Column("secret_hash", String(64), nullable=False),
    Column("pkce_required", Boolean, nullable=False),
    Column("registered", Boolean, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("client_id", String(64), ForeignKey("link_clients.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("email", String(255), nullable=False, index=True),
    Column("phone", String(40), nullable=False, index=True),
    Column("scopes", String(255), nullable=False),
    Column("resource", String(512), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
)

link_codes = Table(
    "link_codes",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("client_id", String(64), ForeignKey("link_clients.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("email", String(255), nullable=False, index=True),
    Column("phone", String(40), nullable=False, index=True),
    Column("scopes", String(255), nullable=False),
    Column("redirect_uri", String(512), nullable=False),
    Column("challenge", String(128), nullable=False),
    Column("resource", String(512), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    # Set by the one use it is good for. No foreign key: the link may be gone, and the code is used all the same.
    Column("link_id", String(32)),
)

link_tokens = Table(
    "link_tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("link_id", String(32), ForeignKey("links.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("scopes", String(255), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    # Of a refresh token: the one it was issued for, when it was used, and whether it may be used once more.
    Column("parent", String(64), index=True),
    Column("used_at", UtcDateTime),
    Column("repeatable", Boolean, nullable=False),
)

sign_in_codes = Table(
    "sign_in_codes",
    metadata,
    # Only hashes: whoever types an address need not have any business with us.
    Column("contact", String(64), primary_key=True),
    Column("session", String(64), nullable=False),
    Column("code", String(64), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
    Column("asked_at", JSON, nullable=False),
)
