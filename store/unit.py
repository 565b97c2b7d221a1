"""Changes orders and parcels for tracking's `UnitOfWork`, within one transaction."""

import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, Table, delete, insert, select, text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from store import erasing
from store.database import Database
from store.facts import add_facts
from store.findings import add_findings, clear_findings, quiet_rows
from store.loading import events_of, items_of, matching, parcels_of, sources_of
from store.rows import event_row, order_record, order_row, shipment_record, shipment_row, silence_row
from store.tables import deliveries, order_items, order_shipments, order_sources, orders, shipments, tracking_events
from store.writing import add_rows, clear_rows, insert_rows, update_rows
from tracking.facts import Fact
from tracking.findings import Finding
from tracking.ports import UnitOfWork
from tracking.records import OrderRecord, OrderRef, ShipmentRecord

T = TypeVar("T")

_LOCKS = 256
"""How many locks all names share: few enough to hold every one, many enough that strangers seldom meet."""

_SPACE = 0x446F6F72
_LOCK = text("SELECT pg_advisory_xact_lock(:space, n) FROM unnest(CAST(:numbers AS integer[])) AS n")
_LONGEST_ID = 255


class SqlStore:
    """Runs tracking's work in transactions of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Run `work` in one transaction, again from its start if another one got in the way."""
        return await self._database.run(lambda connection: work(SqlUnit(connection)))


class SqlUnit:
    """One transaction. On SQLite it is the only writer from its first moment, so there is nothing more to lock."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, names: Collection[str]) -> None:
        """Wait for PostgreSQL's advisory locks on these names, in one order for all, so that nobody waits in a ring.

        Row locks wouldn't do: two webhooks may both be about to make the same row.
        """
        await self._lock_numbers({_number(name) for name in names})

    async def first_delivery(self, source: str, delivery_id: str, at: datetime) -> bool:
        """Note a webhook delivery; return False if it had been noted before."""
        row = {"source": source, "delivery_id": _delivery_key(delivery_id)}
        query = select(deliveries.c.at).filter_by(**row)
        if (await self._connection.execute(query)).first() is not None:
            return False
        await self._connection.execute(insert(deliveries).values(at=at, **row))
        return True

    async def orders(self, refs: Sequence[OrderRef]) -> list[OrderRecord]:
        """Return the stored orders that any of these refs names, locked, each once."""
        rows = await matching(self._connection, _locked(orders), orders.c.key, {ref.key for ref in refs if ref.key})
        ids = {row["id"] for row in rows}
        by_source = await self._ids_by_source(refs) - ids
        rows += await matching(self._connection, _locked(orders), orders.c.id, sorted(by_source))
        ids |= by_source
        items = await items_of(self._connection, ids)
        parcels = await parcels_of(self._connection, ids)
        sources = await sources_of(self._connection, ids)
        return [order_record(r, items[r["id"]], parcels[r["id"]], sources[r["id"]]) for r in rows]

    async def _ids_by_source(self, refs: Sequence[OrderRef]) -> set[int]:
        wanted: dict[str, set[str]] = {}
        for ref in refs:
            if ref.external_id:
                wanted.setdefault(ref.source, set()).add(ref.external_id)
        ids: set[int] = set()
        for source, external_ids in wanted.items():
            query = select(order_sources.c.order_id).where(order_sources.c.source == source)
            found = await matching(self._connection, query, order_sources.c.external_id, external_ids)
            ids |= {row["order_id"] for row in found}
        return ids

    async def save_orders(self, records: Sequence[OrderRecord]) -> None:
        """Write orders, new (no id) or changed."""
        changed = {record.id: record for record in records if record.id is not None}
        await update_rows(
            self._connection, orders, {order_id: order_row(record) for order_id, record in changed.items()}
        )
        for table in (order_sources, order_items, order_shipments):
            await clear_rows(self._connection, table, changed)
        new = [record for record in records if record.id is None]
        made = dict(
            zip(await insert_rows(self._connection, orders, [order_row(record) for record in new]), new, strict=True)
        )
        await self._fill({**changed, **made})

    async def _fill(self, records: Mapping[int, OrderRecord]) -> None:
        keys = {parcel.key for record in records.values() for parcel in record.parcels}
        query = select(shipments.c.key, shipments.c.id)
        ids = {row["key"]: row["id"] for row in await matching(self._connection, query, shipments.c.key, keys)}
        await add_rows(self._connection, order_sources, [row for i, r in records.items() for row in _source_rows(i, r)])
        await add_rows(self._connection, order_items, [row for i, r in records.items() for row in _item_rows(i, r)])
        await add_rows(
            self._connection, order_shipments, [row for i, r in records.items() for row in _parcel_rows(i, r, ids)]
        )

    async def delete_orders(self, ids: Collection[int]) -> None:
        """Remove orders, leaving their parcels."""
        if ids:
            await self._connection.execute(delete(orders).where(orders.c.id.in_(ids)))

    async def shipments(self, keys: Collection[str]) -> Mapping[str, ShipmentRecord]:
        """Return the stored parcels by tracking key, locked."""
        rows = await matching(self._connection, _locked(shipments), shipments.c.key, sorted(keys))
        events = await events_of(self._connection, [row["id"] for row in rows])
        return {row["key"]: shipment_record(row, events[row["id"]]) for row in rows}

    async def save_shipments(self, records: Sequence[ShipmentRecord]) -> None:
        """Write parcels, new (no id) or changed, with their events and folded state."""
        changed = {record.id: record for record in records if record.id is not None}
        await update_rows(
            self._connection, shipments, {shipment_id: shipment_row(record) for shipment_id, record in changed.items()}
        )
        new = [record for record in records if record.id is None]
        made = dict(
            zip(
                await insert_rows(self._connection, shipments, [shipment_row(record) for record in new]),
                new,
                strict=True,
            )
        )
        await self._save_events({**changed, **made})

    async def _save_events(self, records: Mapping[int, ShipmentRecord]) -> None:
        stored = await self._stored_events(records)
        fresh, reworded = [], []
        for shipment_id, record in records.items():
            for row in map(event_row, record.events):
                known = stored.get((shipment_id, row["identity"]))
                if known is None:
                    fresh.append({"shipment_id": shipment_id, **row})
                elif any(known[name] != value for name, value in row.items()):
                    reworded.append((known["id"], row))
        await add_rows(self._connection, tracking_events, fresh)
        await update_rows(self._connection, tracking_events, dict(reworded))

    async def _stored_events(self, records: Mapping[int, ShipmentRecord]) -> dict[tuple[int, str], RowMapping]:
        column = tracking_events.c.shipment_id
        rows = await matching(self._connection, select(tracking_events), column, list(records))
        return {(row["shipment_id"], row["identity"]): row for row in rows}

    async def note_facts(self, facts: Sequence[Fact], now: datetime) -> None:
        """See `tracking.ports.UnitOfWork.note_facts`."""
        await add_facts(self._connection, facts, now)

    async def quiet_shipments(self, now: datetime, limit: int) -> list[ShipmentRecord]:
        """See `tracking.ports.UnitOfWork.quiet_shipments`."""
        rows = await quiet_rows(self._connection, now, limit)
        events = await events_of(self._connection, [row["id"] for row in rows])
        return [shipment_record(row, events[row["id"]]) for row in rows]

    async def save_silences(self, records: Sequence[ShipmentRecord]) -> None:
        """See `tracking.ports.UnitOfWork.save_silences`."""
        known = {record.id: silence_row(record) for record in records if record.id is not None}
        await update_rows(self._connection, shipments, known)

    async def add_findings(self, findings: Mapping[str, Finding], now: datetime) -> None:
        """See `tracking.ports.UnitOfWork.add_findings`."""
        if findings:
            await add_findings(self._connection, findings, now)

    async def clear_findings(self, keys: Collection[str], now: datetime) -> None:
        """See `tracking.ports.UnitOfWork.clear_findings`."""
        if keys:
            await clear_findings(self._connection, keys, now)

    async def erase_customer(self, source: str, email: str, phone: str, external_ids: Collection[str]) -> int:
        """Delete the customer's orders known from `source`, their parcels and all talk of them; count the orders."""
        await self._lock_numbers(range(_LOCKS))
        return await erasing.erase_customer(self._connection, source, email, phone, external_ids)

    async def erase_shop(self, source: str) -> int:
        """Delete every order known from `source` likewise; count the orders."""
        await self._lock_numbers(range(_LOCKS))
        return await erasing.erase_shop(self._connection, source)

    async def _lock_numbers(self, numbers: Collection[int]) -> None:
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(_LOCK, {"space": _SPACE, "numbers": sorted(numbers)})


def _locked(table: Table) -> Select[Any]:
    # By id, so that two transactions never wait for each other's rows in a ring.
    return select(table).order_by(table.c.id).with_for_update()


def _number(name: str) -> int:
    return hashlib.blake2b(name.encode(errors="replace"), digest_size=1).digest()[0]


def _delivery_key(delivery_id: str) -> str:
    if len(delivery_id) <= _LONGEST_ID and delivery_id.isprintable():
        return delivery_id
    return hashlib.sha256(delivery_id.encode(errors="replace")).hexdigest()


def _source_rows(order_id: int, record: OrderRecord) -> list[dict[str, Any]]:
    return [{"order_id": order_id, "source": s, "external_id": own or None} for s, own in record.sources]


def _item_rows(order_id: int, record: OrderRecord) -> list[dict[str, Any]]:
    return [
        {"order_id": order_id, "position": place, "sku": item.sku, "title": item.title, "quantity": item.quantity}
        for place, item in enumerate(record.items)
    ]


def _parcel_rows(order_id: int, record: OrderRecord, ids: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"order_id": order_id, "shipment_id": ids[parcel.key], "position": place, "skus": list(parcel.skus)}
        for place, parcel in enumerate(record.parcels)
    ]
