"""Keeps findings about parcels, within a transaction of others, and knows who is to be looked at; finds nothing."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.finding_tables import findings
from store.loading import matching, portions
from store.tables import shipments
from store.writing import add_rows
from tracking.findings import Finding


class QuietParcels:
    """Which parcels are to be looked at; implements `tracking.sweeping.Due`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def any(self, now: datetime) -> bool:
        """See `Due.any`."""
        wanted = select(shipments.c.id).where(shipments.c.quiet_at < now).limit(1)
        async with self._database.read() as connection:
            return (await connection.execute(wanted)).first() is not None


async def quiet_rows(connection: AsyncConnection, now: datetime, limit: int) -> list[RowMapping]:
    """Return the rows of parcels to look at by now, locked, leaving those that somebody else has locked."""
    wanted = select(shipments).where(shipments.c.quiet_at < now).order_by(shipments.c.quiet_at).limit(limit)
    return list((await connection.execute(wanted.with_for_update(skip_locked=True))).mappings())


async def add_findings(connection: AsyncConnection, found: Mapping[str, Finding], now: datetime) -> None:
    """See `tracking.ports.UnitOfWork.add_findings`."""
    ids = await _ids(connection, found)
    rows = [_row(ids[key], finding, now) for key, finding in found.items()]
    known = await matching(connection, select(findings), findings.c.shipment_id, set(ids.values()))
    before = {(row["shipment_id"], row["kind"], row["since"]) for row in known}
    fresh = [row for row in rows if (row["shipment_id"], row["kind"], row["since"]) not in before]
    await add_rows(connection, findings, fresh)


async def clear_findings(connection: AsyncConnection, keys: Collection[str], now: datetime) -> None:
    """See `tracking.ports.UnitOfWork.clear_findings`."""
    ids = await _ids(connection, keys)
    for some in portions(ids.values()):
        theirs = findings.c.shipment_id.in_(some) & findings.c.cleared_at.is_(None)
        await connection.execute(update(findings).where(theirs).values(cleared_at=now))


async def _ids(connection: AsyncConnection, keys: Collection[str]) -> dict[str, int]:
    query = select(shipments.c.key, shipments.c.id)
    return {row["key"]: row["id"] for row in await matching(connection, query, shipments.c.key, list(keys))}


def _row(shipment_id: int, finding: Finding, now: datetime) -> dict[str, Any]:
    return {
        "shipment_id": shipment_id,
        "kind": finding.kind.value,
        "stage": finding.stage.value,
        "since": finding.since,
        "found_at": now,
        "share": finding.share,
        "normal_hours": finding.normal_hours,
        "silent_hours": finding.silent_hours,
        "count": finding.count,
    }
