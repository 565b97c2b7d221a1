"""Notes facts as jobs of the outbox, in the transaction they follow from; tells nobody."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.loading import matching
from store.support_tables import outbox
from store.tables import order_shipments, orders, shipments
from store.writing import add_rows
from tracking.facts import Fact

KIND = "fact"


def fact_topic(order: str) -> str:
    """Return the topic of an order's facts, which are handled one after the other."""
    return f"facts:{order}"


async def add_facts(connection: AsyncConnection, facts: Sequence[Fact], now: datetime) -> None:
    """Note each fact once for every order it is about."""
    holders = await _holders(connection, {fact.parcel for fact in facts if not fact.order})
    whole = [replace(f, order=order) for f in facts for order in ([f.order] if f.order else holders.get(f.parcel, ()))]
    jobs = {row["key"]: row for row in (_job(fact, now) for fact in whole)}
    known = {row["key"] for row in await matching(connection, select(outbox.c.key), outbox.c.key, list(jobs))}
    await add_rows(connection, outbox, [row for key, row in jobs.items() if key not in known])


async def _holders(connection: AsyncConnection, parcels: set[str]) -> dict[str, list[str]]:
    query = (
        select(shipments.c.key, orders.c.key.label("order"))
        .join(order_shipments, order_shipments.c.shipment_id == shipments.c.id)
        .join(orders, orders.c.id == order_shipments.c.order_id)
        .where(orders.c.key.is_not(None))
        .order_by(orders.c.id)
    )
    found: dict[str, list[str]] = {}
    for row in await matching(connection, query, shipments.c.key, parcels):
        found.setdefault(row["key"], []).append(row["order"])
    return found


def _job(fact: Fact, now: datetime) -> dict[str, Any]:
    payload = {
        "key": fact.key,
        "occasion": fact.occasion.value,
        "at": fact.at.astimezone(UTC).isoformat(),
        "order": fact.order,
        "parcel": fact.parcel,
    }
    key, topic = f"{KIND}:{fact.key}", fact_topic(fact.order)
    return {"kind": KIND, "key": key, "topic": topic, "payload": payload, "made_at": now, "due_at": now}
