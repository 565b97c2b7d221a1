"""When each parcel is asked about next, and who asks which source."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_PLANNED = sa.text("next_check_at IS NOT NULL")
_URGENT = sa.text("next_check_at IS NOT NULL AND status = 'out_for_delivery'")
_COLUMNS = ("next_check_at", "ask_as", "checks_failed", "not_found_since", "registered_with", "carrier_was")
_SPREAD_SECONDS = 4 * 3600
"""Over how long the parcels that are on their way already fall due, so that they don't all do so at once."""
_SOON = {
    "postgresql": f"now() + (id % {_SPREAD_SECONDS}) * interval '1 second'",
    "sqlite": f"strftime('%Y-%m-%d %H:%M:%f000', 'now', '+' || (id % {_SPREAD_SECONDS}) || ' seconds')",
}


def upgrade() -> None:
    op.add_column("shipments", sa.Column("next_check_at", _TIME))
    op.add_column("shipments", sa.Column("ask_as", sa.String(40), nullable=False, server_default=""))
    op.add_column("shipments", sa.Column("checks_failed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("shipments", sa.Column("not_found_since", _TIME))
    op.add_column("shipments", sa.Column("registered_with", sa.String(80), nullable=False, server_default=""))
    op.add_column("shipments", sa.Column("carrier_was", sa.String(40)))
    op.add_column("shipments", sa.Column("carrier_switched_at", _TIME))
    _plan()
    for name, rows in (("ix_shipments_ask_as", _PLANNED), ("ix_shipments_urgent", _URGENT)):
        op.create_index(name, "shipments", ["ask_as", "next_check_at"], sqlite_where=rows, postgresql_where=rows)
    op.create_table(
        "poll_sources",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("lease_by", sa.String(32)),
        sa.Column("lease_until", _TIME),
        sa.Column("rest_until", _TIME),
        sa.Column("last_answered_at", _TIME),
        sa.Column("last_error", sa.String(40), nullable=False, server_default=""),
        sa.Column("last_error_at", _TIME),
        sa.PrimaryKeyConstraint("code"),
    )


def _plan() -> None:
    """Plan the parcels that are there, by the rules of tracking/polling.py as they were when this was written."""
    now = datetime.now(UTC)
    shipments = sa.table(
        "shipments",
        sa.column("carrier"),
        sa.column("ask_as"),
        sa.column("status"),
        sa.column("next_check_at", _TIME),
        sa.column("status_at", _TIME),
        sa.column("delivered_at", _TIME),
        sa.column("known_since", _TIME),
    )
    row = shipments.c
    heard = sa.func.coalesce(row.status_at, row.known_since, type_=_TIME) > now - timedelta(days=60)
    settled = (row.status == "delivered") & (row.delivered_at <= now - timedelta(days=3))
    op.execute(sa.update(shipments).values(ask_as=sa.func.coalesce(row.carrier, "")))
    op.execute(
        sa.update(shipments)
        .where(row.status.not_in(("returned", "cancelled")), heard, ~sa.func.coalesce(settled, False))
        .values(next_check_at=sa.literal_column(_SOON[op.get_bind().dialect.name]))
    )


def downgrade() -> None:
    op.drop_table("poll_sources")
    for name in ("ix_shipments_urgent", "ix_shipments_ask_as"):
        op.drop_index(name, "shipments")
    for name in (*_COLUMNS, "carrier_switched_at"):
        op.drop_column("shipments", name)
