"""Fetches the rows that belong to orders and parcels, a table at a time; decides nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from store.rows import tracking_event
from store.tables import order_items, order_shipments, order_sources, shipments, tracking_events
from tracking.folding import distinct
from tracking.model import TrackingEvent

Grouped = defaultdict[int, list[RowMapping]]

MOST_PARAMETERS = 500
"""Values asked for at once: databases limit how many one statement may have."""


def portions(values: Iterable[Any]) -> list[list[Any]]:
    """Cut values into lists short enough for one statement."""
    known = list(values)
    return [known[start : start + MOST_PARAMETERS] for start in range(0, len(known), MOST_PARAMETERS)]


def among(query: Select[Any], column: ColumnElement[Any]) -> Select[Any]:
    """Return the query for `rows_among`: only rows whose `column` is one of the values given then."""
    return query.where(column.in_(bindparam("among", expanding=True)))


async def rows_among(connection: AsyncConnection, query: Select[Any], values: Collection[Any]) -> list[RowMapping]:
    """Return the rows of a query made by `among` for these values."""
    found: list[RowMapping] = []
    for some in portions(values):
        found += (await connection.execute(query, {"among": some})).mappings()
    return found


async def matching(
    connection: AsyncConnection, query: Select[Any], column: ColumnElement[Any], values: Collection[Any]
) -> list[RowMapping]:
    """Return the query's rows where `column` is one of `values`."""
    return await rows_among(connection, among(query, column), values)


# Made once: building a statement takes SQLAlchemy longer than running it takes the database.
_ITEMS = among(select(order_items).order_by(order_items.c.position), order_items.c.order_id)
_SOURCES = among(select(order_sources).order_by(order_sources.c.source), order_sources.c.order_id)
_PARCELS = among(
    select(order_shipments.c.order_id, order_shipments.c.skus, shipments)
    .join(shipments, shipments.c.id == order_shipments.c.shipment_id)
    .order_by(order_shipments.c.position),
    order_shipments.c.order_id,
)
_EVENTS = among(select(tracking_events), tracking_events.c.shipment_id)


async def items_of(connection: AsyncConnection, order_ids: Collection[int]) -> Grouped:
    """Return the item rows by order, in their order."""
    return _by("order_id", await rows_among(connection, _ITEMS, order_ids))


async def sources_of(connection: AsyncConnection, order_ids: Collection[int]) -> Grouped:
    """Return the source rows by order."""
    return _by("order_id", await rows_among(connection, _SOURCES, order_ids))


async def parcels_of(connection: AsyncConnection, order_ids: Collection[int]) -> Grouped:
    """Return the parcel rows by order, each with its `skus` in that order."""
    return _by("order_id", await rows_among(connection, _PARCELS, order_ids))


async def events_of(connection: AsyncConnection, shipment_ids: Collection[int]) -> dict[int, tuple[TrackingEvent, ...]]:
    """Return the scans by parcel, in folding's order."""
    found = _by("shipment_id", await rows_among(connection, _EVENTS, shipment_ids))
    return {shipment_id: distinct(map(tracking_event, found[shipment_id])) for shipment_id in shipment_ids}


def _by(column: str, rows: Iterable[RowMapping]) -> Grouped:
    found: Grouped = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found
