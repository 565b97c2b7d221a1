"""Hand-over: who has a conversation, what tickets know, and jobs that leave the house."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("conversations", sa.Column("agent", sa.String(64), nullable=False, server_default=""))
    op.add_column("conversations", sa.Column("agent_name", sa.String(80), nullable=False, server_default=""))
    op.add_column("conversations", sa.Column("takeovers", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("conversations", sa.Column("waiting_since", _TIME))
    op.add_column("conversations", sa.Column("seen_number", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "ix_conversations_waiting", "conversations", ["waiting_since"], **_where("waiting_since IS NOT NULL")
    )
    op.create_index("ix_conversations_human", "conversations", ["agent"], **_where("owner = 'human'"))
    op.add_column("tickets", sa.Column("calls", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("tickets", sa.Column("due_at", _TIME))
    op.add_column("tickets", sa.Column("snapshot", sa.JSON()))
    op.add_column("tickets", sa.Column("contact", sa.String(255), nullable=False, server_default=""))
    op.add_column("tickets", sa.Column("assignee", sa.String(64), nullable=False, server_default=""))
    op.add_column("tickets", sa.Column("taken_at", _TIME))
    op.add_column("tickets", sa.Column("solved_at", _TIME))
    op.create_index("ix_tickets_taken_at", "tickets", ["taken_at"])
    op.create_table(
        "ticket_changes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("ticket_id", _ID, sa.ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_ticket_changes_ticket_id", "ticket_changes", ["ticket_id"])
    op.create_table(
        "outbox",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("topic", sa.String(255), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("lease_by", sa.String(32)),
        sa.Column("lease_until", _TIME),
        sa.Column("done_at", _TIME),
        sa.Column("failed_at", _TIME),
        sa.Column("error", sa.String(255), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_outbox_topic", "outbox", ["topic"])
    op.create_index("ix_outbox_due", "outbox", ["due_at"], **_where("done_at IS NULL AND failed_at IS NULL"))


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def downgrade() -> None:
    op.drop_table("outbox")
    op.drop_table("ticket_changes")
    op.drop_index("ix_tickets_taken_at", "tickets")
    for name in ("solved_at", "taken_at", "assignee", "contact", "snapshot", "due_at", "calls"):
        op.drop_column("tickets", name)
    op.drop_index("ix_conversations_human", "conversations")
    op.drop_index("ix_conversations_waiting", "conversations")
    for name in ("seen_number", "waiting_since", "takeovers", "agent_name", "agent"):
        op.drop_column("conversations", name)
