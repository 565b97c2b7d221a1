"""Forgets what is kept only for a while; nothing of orders, talks or tickets."""

from datetime import datetime, timedelta

from sqlalchemy import Delete, delete, select

from store.alert_tables import alerts
from store.database import Database
from store.link_tables import link_clients, link_codes, link_tokens, links, sign_in_codes
from store.support_tables import outbox, proof_tries
from store.tables import deliveries

DELIVERIES_KEPT = timedelta(days=30)
"""Shops and aggregators stop sending a webhook again after two to three days."""
TRIES_KEPT = timedelta(days=1)
"""The rule of wrong tries looks back 15 minutes."""
JOBS_KEPT = timedelta(days=30)
"""A job that is done keeps its key from being made again; jobs that were given up stay to be looked at."""
ALERTS_KEPT = timedelta(days=180)
"""What was told stays as long as an agent may be asked about it; it also keeps a fact from being told twice."""
CODES_KEPT = timedelta(days=1)
"""A code's second use must be noticed, and the limits of one-time codes look back a day."""
CLIENTS_KEPT = timedelta(days=30)
"""A client that registered itself and that nobody is linked to may come back for so long."""


async def prune(database: Database, now: datetime) -> int:
    """Delete what no rule looks at any more, such as old ids of webhooks; return how many rows. Raises Unavailable."""
    async with database.write() as connection:
        return sum([(await connection.execute(statement)).rowcount for statement in _statements(now)])


def _statements(now: datetime) -> tuple[Delete, ...]:
    """In their order: links end with their last token, and clients are kept for their links."""
    unlinked = link_clients.c.registered & link_clients.c.id.not_in(select(links.c.client_id))
    return (
        delete(outbox).where(outbox.c.done_at < now - JOBS_KEPT),
        delete(alerts).where(alerts.c.made_at < now - ALERTS_KEPT),
        delete(deliveries).where(deliveries.c.at < now - DELIVERIES_KEPT),
        delete(proof_tries).where(proof_tries.c.at < now - TRIES_KEPT),
        delete(sign_in_codes).where(sign_in_codes.c.expires_at < now - CODES_KEPT),
        delete(link_codes).where(link_codes.c.expires_at < now - CODES_KEPT),
        delete(link_tokens).where(link_tokens.c.expires_at < now),
        delete(links).where(links.c.id.not_in(select(link_tokens.c.link_id))),
        delete(link_clients).where(unlinked, link_clients.c.made_at < now - CLIENTS_KEPT),
    )
