"""The agents' console: accounts, sessions, notes, the log of looks, and indexes for what agents list and search."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_INDEXES: dict[str, tuple[str, str, str]] = {
    "ix_conversations_created_at": ("conversations", "created_at", ""),
    "ix_conversations_phone": ("conversations", "phone", "phone <> ''"),
    "ix_conversations_email": ("conversations", "email", "email <> ''"),
    "ix_verifications_order_key": ("verifications", "order_key", ""),
    "ix_tickets_solved_at": ("tickets", "solved_at", "state = 'solved'"),
    "ix_tickets_due_at": ("tickets", "due_at", "state <> 'solved'"),
    "ix_tickets_assignee": ("tickets", "assignee", "state <> 'solved'"),
    "ix_tickets_order_number": ("tickets", "order_number", ""),
    "ix_tickets_contact": ("tickets", "contact", "contact <> ''"),
}


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("totp_secret", sa.String(64), nullable=False),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "agent_sessions",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(64), sa.ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "notes",
        sa.Column("id", _ID, nullable=False),
        sa.Column(
            "conversation", sa.String(255), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "agent_looks",
        sa.Column("id", _ID, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("about", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_agent_sessions_agent", "agent_sessions", ["agent"])
    op.create_index("ix_agent_sessions_expires_at", "agent_sessions", ["expires_at"])
    op.create_index("ix_notes_conversation", "notes", ["conversation"])
    op.create_index("ix_agent_looks_agent", "agent_looks", ["agent", "about", "at"])
    for name, (table, column, where) in _INDEXES.items():
        op.create_index(name, table, [column], **(_where(where) if where else {}))
    for statement in _KEEP_LOOKS[op.get_bind().dialect.name]:
        op.execute(statement)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


_KEEP_LOOKS = {
    "sqlite": [
        f"CREATE TRIGGER agent_looks_{change} BEFORE {change} ON agent_looks "
        "BEGIN SELECT RAISE(ABORT, 'the log of looks is only added to'); END"
        for change in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION keep_agent_looks() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'the log of looks is only added to'; END$$",
        "CREATE TRIGGER agent_looks_kept BEFORE UPDATE OR DELETE ON agent_looks "
        "FOR EACH ROW EXECUTE FUNCTION keep_agent_looks()",
    ],
}


def downgrade() -> None:
    for name, (table, _, _) in _INDEXES.items():
        op.drop_index(name, table)
    for table in ("agent_looks", "notes", "agent_sessions", "agents"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION keep_agent_looks()")
