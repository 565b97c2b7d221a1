"""Refunds of orders, parcels looked at again by the clock, and what else alerts keep."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_AHEAD = sa.text("remind_at IS NOT NULL")
_OF_SOME = (
    ("ix_alerts_failed", ["made_at"], sa.text("state = 'failed'")),
    ("ix_alerts_instead_of", ["instead_of"], sa.text("instead_of <> ''")),
)
_GIVEN_UP = sa.text("failed_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("orders", sa.Column("refunds", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("shipments", sa.Column("remind_at", _TIME))
    # Parcels from before this column was there are looked at once.
    op.execute(
        "UPDATE shipments SET remind_at = known_since "
        "WHERE status IN ('picked_up', 'in_transit', 'available_for_pickup')"
    )
    op.create_index("ix_shipments_remind_at", "shipments", ["remind_at"], sqlite_where=_AHEAD, postgresql_where=_AHEAD)
    op.create_index("ix_outbox_failed_at", "outbox", ["failed_at"], sqlite_where=_GIVEN_UP, postgresql_where=_GIVEN_UP)
    op.create_index("ix_alerts_made_at", "alerts", ["made_at"])
    for name, columns, rows in _OF_SOME:
        op.create_index(name, "alerts", columns, sqlite_where=rows, postgresql_where=rows)
    op.add_column("alert_stops", sa.Column("important_only", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("alert_stops", "important_only")
    for name, _, _ in _OF_SOME:
        op.drop_index(name, "alerts")
    op.drop_index("ix_alerts_made_at", "alerts")
    op.drop_index("ix_outbox_failed_at", "outbox")
    op.drop_index("ix_shipments_remind_at", "shipments")
    op.drop_column("shipments", "remind_at")
    op.drop_column("orders", "refunds")
