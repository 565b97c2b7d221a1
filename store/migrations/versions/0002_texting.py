"""Texting: who wants no texts, and what became of those we sent."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "opt_outs",
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("medium", sa.String(16), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("number", "medium"),
    )
    op.create_table(
        "texts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("conversation", sa.String(255), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("provider_id", sa.String(64)),
        sa.Column("error", sa.String(16), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("moved_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_texts_conversation", "texts", ["conversation"])


def downgrade() -> None:
    op.drop_table("texts")
    op.drop_table("opt_outs")
