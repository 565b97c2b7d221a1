"""The tracking page: ratings, and how long pages are looked at, by day."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ratings",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("order_id", _ID, sa.ForeignKey("orders.id", ondelete="CASCADE")),
        sa.Column("conversation", sa.String(255), sa.ForeignKey("conversations.id", ondelete="CASCADE")),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_id", "kind"),
        sa.UniqueConstraint("conversation", "kind"),
    )
    op.create_index("ix_ratings_at", "ratings", ["at"])
    op.create_table(
        "track_views",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )


def downgrade() -> None:
    op.drop_table("track_views")
    op.drop_table("ratings")
