"""Where browsers, apps and speakers can be told."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "push_addresses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_key", sa.String(80), nullable=False),
        sa.Column("medium", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("consent", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_key", "medium", "digest", name="uq_push_addresses"),
    )
    op.create_index("ix_push_addresses_digest", "push_addresses", ["digest"])
    op.create_table(
        "alexa_users",
        sa.Column("user_id", sa.String(255), nullable=False),
        sa.Column("link_id", sa.String(32), nullable=True),
        sa.Column("subscribed", sa.Boolean(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_index("ix_alexa_users_link_id", "alexa_users", ["link_id"])


def downgrade() -> None:
    op.drop_table("alexa_users")
    op.drop_table("push_addresses")
