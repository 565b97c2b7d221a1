"""Fetches the rows that belong to orders and parcels, a table at a time; decides nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, select
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


async def matching(
    connection: AsyncConnection, query: Select[Any], column: ColumnElement[Any], values: Collection[Any]
) -> list[RowMapping]:
    """Return the query's rows where `column` is one of `values`."""
    found: list[RowMapping] = []
    for some in portions(values):
        found += (await connection.execute(query.where(column.in_(some)))).mappings()
    return found


async def items_of(connection: AsyncConnection, order_ids: Collection[int]) -> Grouped:
    """Return the item rows by order, in their order."""
    query = select(order_items).order_by(order_items.c.position)
    return _by("order_id", await matching(connection, query, order_items.c.order_id, order_ids))


async def sources_of(connection: AsyncConnection, order_ids: Collection[int]) -> Grouped:
    """Return the source rows by order."""
    query = select(order_sources).order_by(order_sources.c.source)
    return _by("order_id", await matching(connection, query, order_sources.c.order_id, order_ids))


async def parcels_of(connection: AsyncConnection, order_ids: Collection[int]) -> Grouped:
    """Return the parcel rows by order, each with its `skus` in that order."""
    query = (
        select(order_shipments.c.order_id, order_shipments.c.skus, shipments)
        .join(shipments, shipments.c.id == order_shipments.c.shipment_id)
        .order_by(order_shipments.c.position)
    )
    return _by("order_id", await matching(connection, query, order_shipments.c.order_id, order_ids))


async def events_of(connection: AsyncConnection, shipment_ids: Collection[int]) -> dict[int, tuple[TrackingEvent, ...]]:
    """Return the scans by parcel, in folding's order."""
    rows = await matching(connection, select(tracking_events), tracking_events.c.shipment_id, shipment_ids)
    found = _by("shipment_id", rows)
    return {shipment_id: distinct(map(tracking_event, found[shipment_id])) for shipment_id in shipment_ids}


def _by(column: str, rows: Iterable[RowMapping]) -> Grouped:
    found: Grouped = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found
