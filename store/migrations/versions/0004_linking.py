"""Account linking: clients, links, their codes and tokens, and one-time codes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_HASH = sa.String(64)


def upgrade() -> None:
    op.create_table(
        "link_clients",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("redirect_uris", sa.JSON(), nullable=False),
        sa.Column("secret_hash", _HASH, nullable=False),
        sa.Column("pkce_required", sa.Boolean(), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("client_id", sa.String(64), sa.ForeignKey("link_clients.id", ondelete="CASCADE"), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("scopes", sa.String(255), nullable=False),
        sa.Column("resource", sa.String(512), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("last_used_at", _TIME),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "link_codes",
        sa.Column("hash", _HASH, nullable=False),
        sa.Column("client_id", sa.String(64), sa.ForeignKey("link_clients.id", ondelete="CASCADE"), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("scopes", sa.String(255), nullable=False),
        sa.Column("redirect_uri", sa.String(512), nullable=False),
        sa.Column("challenge", sa.String(128), nullable=False),
        sa.Column("resource", sa.String(512), nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("link_id", sa.String(32)),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "link_tokens",
        sa.Column("hash", _HASH, nullable=False),
        sa.Column("link_id", sa.String(32), sa.ForeignKey("links.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("scopes", sa.String(255), nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("parent", _HASH),
        sa.Column("used_at", _TIME),
        sa.Column("repeatable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "sign_in_codes",
        sa.Column("contact", _HASH, nullable=False),
        sa.Column("session", _HASH, nullable=False),
        sa.Column("code", _HASH, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("contact"),
    )
    for table, columns in _INDEXED.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])


_INDEXED = {
    "links": ("client_id", "email", "phone"),
    "link_codes": ("client_id", "email", "phone", "expires_at"),
    "link_tokens": ("link_id", "expires_at", "parent"),
    "sign_in_codes": ("expires_at",),
}


def downgrade() -> None:
    for table in ("sign_in_codes", "link_tokens", "link_codes", "links", "link_clients"):
        op.drop_table(table)
