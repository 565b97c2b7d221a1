"""Keeps when parcels are to be looked at again; implements `alerts.ports.ReminderStore`."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.ports import Ahead, Look
from store.database import Database
from store.facts import add_facts
from store.loading import among, events_of, rows_among
from store.rows import order, shipment_record
from store.tables import order_shipments, orders, shipments
from store.writing import update_rows
from tracking.model import Order

_HOLDERS = among(
    select(order_shipments.c.shipment_id, orders)
    .join(orders, orders.c.id == order_shipments.c.order_id)
    .where(orders.c.key.is_not(None))
    .order_by(orders.c.id),
    order_shipments.c.shipment_id,
)


class ReminderTable:
    """Parcels in our database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self, now: datetime, limit: int, judge: Callable[[Ahead], Look]) -> int:
        """See `alerts.ports.ReminderStore.look`."""
        due = select(shipments).where(shipments.c.remind_at <= now).order_by(shipments.c.remind_at).limit(limit)

        async def work(connection: AsyncConnection) -> int:
            rows = (await connection.execute(due.with_for_update(skip_locked=True))).mappings().all()
            found = await _found(connection, rows)
            looks = {row_id: judge(one) for row_id, one in found.items()}
            await update_rows(connection, shipments, {i: {"remind_at": look.again} for i, look in looks.items()})
            facts = [fact for look in looks.values() for fact in look.facts]
            if facts:
                await add_facts(connection, facts, now)
            return len(looks)

        # Look before taking the one place of a writer: most of the time there is nothing to do.
        async with self._database.read() as connection:
            if (await connection.execute(due.with_only_columns(shipments.c.id).limit(1))).first() is None:
                return 0
        return await self._database.run(work)


async def _found(connection: AsyncConnection, rows: Sequence[RowMapping]) -> dict[int, Ahead]:
    ids = [row["id"] for row in rows]
    events = await events_of(connection, ids)
    holders: dict[int, list[Order]] = {}
    for row in await rows_among(connection, _HOLDERS, ids):
        holders.setdefault(row["shipment_id"], []).append(order(row, (), ()))
    return {
        row["id"]: Ahead(shipment_record(row, events[row["id"]]), tuple(holders.get(row["id"], ()))) for row in rows
    }
