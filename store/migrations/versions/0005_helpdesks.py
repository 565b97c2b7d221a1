"""Helpdesks: which thread there is which conversation, and what was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "helpdesk_threads",
        sa.Column("helpdesk", sa.String(16), nullable=False),
        sa.Column("thread", sa.String(64), nullable=False),
        sa.Column("conversation", sa.String(255), nullable=False),
        sa.Column("ticket", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("helpdesk", "thread"),
    )
    op.create_index("ix_helpdesk_threads_conversation", "helpdesk_threads", ["conversation"])
    op.create_table(
        "helpdesk_sent",
        sa.Column("helpdesk", sa.String(16), nullable=False),
        sa.Column("conversation", sa.String(255), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("external_id", sa.String(64)),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("helpdesk", "conversation", "key"),
    )


def downgrade() -> None:
    op.drop_table("helpdesk_sent")
    op.drop_table("helpdesk_threads")
