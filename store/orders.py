"""Reads orders whole for tracking's `OrderRepository`; writes nothing."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.loading import events_of, items_of, parcels_of
from store.rows import order, shipment
from store.tables import order_shipments, orders, shipments
from tracking.model import Order

_MOST_ORDERS = 200
"""Orders returned for one contact; a shopper with more of them asks for one by its number."""


class SqlOrders:
    """Orders in a database, each read as it was at one moment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_key(self, key: str) -> Order | None:
        """Return the order with this `order_key`."""
        found = await self._find(orders.c.key == key, 1)
        return found[0] if found else None

    async def by_tracking_key(self, key: str) -> Order | None:
        """Return the newest order that has a parcel with this `tracking_key`."""
        holders = (
            select(order_shipments.c.order_id)
            .join(shipments, shipments.c.id == order_shipments.c.shipment_id)
            .where(shipments.c.key == key)
        )
        found = await self._find(and_(orders.c.id.in_(holders), orders.c.key.is_not(None)), 1)
        return found[0] if found else None

    async def by_contact(self, phone: str, email: str) -> list[Order]:
        """Return the orders with this phone or this e-mail, newest first; an empty contact matches nothing."""
        wanted = [orders.c.customer_phone == phone] if phone else []
        wanted += [orders.c.customer_email == email] if email else []
        return await self._find(and_(or_(*wanted), orders.c.key.is_not(None)), _MOST_ORDERS) if wanted else []

    async def _find(self, condition: ColumnElement[Any], limit: int) -> list[Order]:
        newest = (orders.c.placed_at.is_(None), orders.c.placed_at.desc(), orders.c.id.desc())
        query = select(orders).where(condition).order_by(*newest).limit(limit)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
            return await _whole(connection, rows) if rows else []


async def _whole(connection: AsyncConnection, rows: Sequence[RowMapping]) -> list[Order]:
    ids = [row["id"] for row in rows]
    items = await items_of(connection, ids)
    parcels = await parcels_of(connection, ids)
    events = await events_of(connection, {parcel["id"] for found in parcels.values() for parcel in found})
    return [
        order(row, items[row["id"]], [shipment(parcel, events[parcel["id"]]) for parcel in parcels[row["id"]]])
        for row in rows
    ]
