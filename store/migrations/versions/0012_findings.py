"""Silences found, how long is normal, and the tickets opened before anybody asked."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_LOOKED_FOR = sa.text("quiet_at IS NOT NULL")
_LASTING = sa.text("over_at IS NULL")
_COLUMNS = ("service", "country", "slower_at", "stalled_at", "norm_hours", "norm_share", "norm_count", "found")


def upgrade() -> None:
    op.add_column("shipments", sa.Column("service", sa.String(64), nullable=False, server_default=""))
    op.add_column("shipments", sa.Column("country", sa.String(2), nullable=False, server_default=""))
    op.add_column("shipments", sa.Column("slower_at", _TIME))
    op.add_column("shipments", sa.Column("stalled_at", _TIME))
    op.add_column("shipments", sa.Column("norm_hours", sa.Float()))
    op.add_column("shipments", sa.Column("norm_share", sa.Float()))
    op.add_column("shipments", sa.Column("norm_count", sa.Integer()))
    op.add_column("shipments", sa.Column("found", sa.String(16), nullable=False, server_default=""))
    op.add_column("shipments", sa.Column("quiet_at", _TIME))
    # Parcels from before this table knew silences are looked at once.
    op.execute("UPDATE shipments SET quiet_at = known_since WHERE status NOT IN ('delivered', 'returned', 'cancelled')")
    op.create_index(
        "ix_shipments_quiet_at", "shipments", ["quiet_at"], sqlite_where=_LOOKED_FOR, postgresql_where=_LOOKED_FOR
    )
    _make_findings()
    _make_norms()
    _make_watched()


def _make_findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", _ID, nullable=False),
        sa.Column("shipment_id", _ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("stage", sa.String(24), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("found_at", _TIME, nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("normal_hours", sa.Float(), nullable=False),
        sa.Column("silent_hours", sa.Float(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("cleared_at", _TIME),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipments.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("shipment_id", "kind", "since"),
    )


def _make_norms() -> None:
    op.create_table(
        "silence_norms",
        sa.Column("carrier", sa.String(40), nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("stage", sa.String(24), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("slower_hours", sa.Float(), nullable=False),
        sa.Column("stalled_hours", sa.Float(), nullable=False),
        sa.Column("computed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("carrier", "service", "stage"),
    )


def _make_watched() -> None:
    op.create_table(
        "watched",
        sa.Column("fact", sa.String(40), nullable=False),
        sa.Column("ticket_id", _ID, nullable=False),
        sa.Column("shipment_id", _ID, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("over_at", _TIME),
        sa.PrimaryKeyConstraint("fact"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipments.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_watched_ticket_id", "watched", ["ticket_id"])
    op.create_index("ix_watched_shipment_id", "watched", ["shipment_id"])
    op.create_index("ix_watched_lasting", "watched", ["at"], sqlite_where=_LASTING, postgresql_where=_LASTING)


def downgrade() -> None:
    for table in ("watched", "silence_norms", "findings"):
        op.drop_table(table)
    op.drop_index("ix_shipments_quiet_at", "shipments")
    for column in (*_COLUMNS, "quiet_at"):
        op.drop_column("shipments", column)
