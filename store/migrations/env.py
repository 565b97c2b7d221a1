"""Runs migrations on the connection that `store.upgrade` hands over, inside its transaction."""

from alembic import context

from store import support_tables  # noqa: F401 - its tables belong to the same metadata
from store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
