"""Whether an earlier job of a topic still waits is answered by an index of those that wait."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_WAITING = sa.text("done_at IS NULL AND failed_at IS NULL AND topic <> ''")


def upgrade() -> None:
    op.create_index("ix_outbox_waiting", "outbox", ["topic", "id"], sqlite_where=_WAITING, postgresql_where=_WAITING)


def downgrade() -> None:
    op.drop_index("ix_outbox_waiting", "outbox")
