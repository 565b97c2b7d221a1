"""Keeps what the tracking page needs besides orders: their ids, signs of change, and how long pages are looked at."""

from datetime import date, datetime

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.tables import order_shipments, orders, shipments, tracking_events
from store.track_tables import track_views

_STAMP = (
    select(
        orders.c.said_at,
        orders.c.cancelled,
        func.count(order_shipments.c.shipment_id.distinct()),
        func.max(shipments.c.last_checked_at),
        func.max(tracking_events.c.id),
    )
    .select_from(
        orders.outerjoin(order_shipments, order_shipments.c.order_id == orders.c.id)
        .outerjoin(shipments, shipments.c.id == order_shipments.c.shipment_id)
        .outerjoin(tracking_events, tracking_events.c.shipment_id == shipments.c.id)
    )
    .where(orders.c.id == bindparam("order_id"))
    .group_by(orders.c.id)
)


_ID = select(orders.c.id).where(orders.c.key == bindparam("known"))


class TrackTable:
    """Implements `web.track.ports.TrackStore`. Every method raises Unavailable when the database doesn't answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def id_of(self, key: str) -> int | None:
        """The row of the order with this `order_key`, or None."""
        found = await self._database.look(_ID, {"known": key})
        return int(found[0].id) if found else None

    async def key_of(self, order_id: int) -> str | None:
        """The `order_key` of a row, or None."""
        async with self._database.read() as connection:
            found = (await connection.execute(select(orders.c.key).where(orders.c.id == order_id))).scalar()
        return None if found is None else str(found)

    async def stamp(self, order_id: int) -> str:
        """A text that is another one after anything new was heard of the order; empty when it is gone."""
        async with self._database.read() as connection:
            row = (await connection.execute(_STAMP, {"order_id": order_id})).first()
        return "" if row is None else repr(tuple(row))

    async def add_view(self, at: datetime, seconds: int) -> None:
        """Count one look at a page and how long it lasted, under its day."""
        day = at.date()
        counted = {"views": track_views.c.views + 1, "seconds": track_views.c.seconds + seconds}

        async def work(connection: AsyncConnection) -> None:
            changed = await connection.execute(update(track_views).where(track_views.c.day == day).values(counted))
            if not changed.rowcount:
                # Two at once: the second meets the key, is run again and adds to the first.
                await connection.execute(insert(track_views).values(day=day, views=1, seconds=seconds))

        await self._database.run(work)

    async def views(self, since: date) -> dict[date, tuple[int, int]]:
        """By day: how many looks, and for how many seconds together."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(track_views).where(track_views.c.day >= since))
            return {row.day: (row.views, row.seconds) for row in rows}
