"""Reads orders whole for tracking's `OrderRepository`; writes nothing."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.loading import events_of, items_of, parcels_of
from store.rows import order, shipment
from store.tables import order_shipments, orders, shipments
from tracking.model import Order

_MOST_ORDERS = 200
"""Orders returned for one contact; a shopper with more of them asks for one by its number."""


def _newest(condition: ColumnElement[Any], limit: int) -> Select[Any]:
    newest = (orders.c.placed_at.is_(None), orders.c.placed_at.desc(), orders.c.id.desc())
    return select(orders).where(condition).order_by(*newest).limit(limit)


_BY_KEY = _newest(orders.c.key == bindparam("key"), 1)
_HOLDERS = (
    select(order_shipments.c.order_id)
    .join(shipments, shipments.c.id == order_shipments.c.shipment_id)
    .where(shipments.c.key == bindparam("key"))
)
_BY_TRACKING_KEY = _newest(and_(orders.c.id.in_(_HOLDERS), orders.c.key.is_not(None)), 1)
_BY_CONTACT = _newest(
    and_(
        or_(
            and_(orders.c.customer_phone == bindparam("phone"), orders.c.customer_phone != ""),
            and_(orders.c.customer_email == bindparam("email"), orders.c.customer_email != ""),
        ),
        orders.c.key.is_not(None),
    ),
    _MOST_ORDERS,
)


class SqlOrders:
    """Orders in a database, each read as it was at one moment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_key(self, key: str) -> Order | None:
        """Return the order with this `order_key`."""
        found = await self._find(_BY_KEY, key=key)
        return found[0] if found else None

    async def by_tracking_key(self, key: str) -> Order | None:
        """Return the newest order that has a parcel with this `tracking_key`."""
        found = await self._find(_BY_TRACKING_KEY, key=key)
        return found[0] if found else None

    async def by_contact(self, phone: str, email: str) -> list[Order]:
        """Return the orders with this phone or this e-mail, newest first; an empty contact matches nothing."""
        return await self._find(_BY_CONTACT, phone=phone, email=email)

    async def _find(self, query: Select[Any], **values: str) -> list[Order]:
        async with self._database.read() as connection:
            rows = (await connection.execute(query, values)).mappings().all()
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
