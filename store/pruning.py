"""Forgets what is kept only for a while; nothing of orders, talks or tickets."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from store.database import Database
from store.support_tables import proof_tries
from store.tables import deliveries

DELIVERIES_KEPT = timedelta(days=30)
"""Shops and aggregators stop sending a webhook again after two to three days."""
TRIES_KEPT = timedelta(days=1)
"""The rule of wrong tries looks back 15 minutes."""


async def prune(database: Database, now: datetime) -> int:
    """Delete ids of webhooks and wrong tries that no rule looks at any more; return how many. Raises Unavailable."""
    async with database.write() as connection:
        old = [
            await connection.execute(delete(deliveries).where(deliveries.c.at < now - DELIVERIES_KEPT)),
            await connection.execute(delete(proof_tries).where(proof_tries.c.at < now - TRIES_KEPT)),
        ]
    return sum(result.rowcount for result in old)
