"""What an order cost."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("total_amount", sa.String(20)))
    op.add_column("orders", sa.Column("total_currency", sa.String(3), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("orders", "total_currency")
    op.drop_column("orders", "total_amount")
