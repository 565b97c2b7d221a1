"""Keeps how long silence is normal, and reads the parcels it is learnt from; learns nothing itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.finding_tables import silence_norms
from store.loading import events_of
from store.tables import shipments
from tracking.learning import Told
from tracking.model import Status
from tracking.norms import Group, Norms
from tracking.quiet import Norm

_c = silence_norms.c


class NormTable:
    """Norms in our database; implements `tracking.learning.NormStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> Norms:
        """Return all that has been learnt. Raises Unavailable."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(silence_norms))).mappings().all()
        return Norms({(row["carrier"], row["service"], Status(row["stage"])): _norm(row) for row in rows})

    async def before(self, place: int | None, limit: int) -> Sequence[Told]:
        """See `NormStore.before`."""
        wanted = select(shipments.c.id, shipments.c.carrier, shipments.c.service, shipments.c.country)
        wanted = wanted.where(shipments.c.carrier.is_not(None)).order_by(shipments.c.id.desc()).limit(limit)
        if place is not None:
            wanted = wanted.where(shipments.c.id < place)
        async with self._database.read() as connection:
            rows = (await connection.execute(wanted)).all()
            events = await events_of(connection, [row.id for row in rows])
        return [Told(row.id, row.carrier, row.service, row.country, events[row.id]) for row in rows]

    async def computed_at(self) -> datetime | None:
        """See `NormStore.computed_at`."""
        async with self._database.read() as connection:
            newest: datetime | None = (await connection.execute(select(func.max(_c.computed_at)))).scalar()
        return newest

    async def keep(self, norms: Mapping[Group, Norm], now: datetime) -> None:
        """See `NormStore.keep`."""

        async def work(connection: AsyncConnection) -> None:
            for (carrier, service, stage), norm in norms.items():
                group = {"carrier": carrier, "service": service, "stage": stage.value}
                await connection.execute(delete(silence_norms).filter_by(**group))
                await connection.execute(insert(silence_norms).values(**group, **_values(norm), computed_at=now))

        await self._database.run(work)


def _norm(row: RowMapping) -> Norm:
    return Norm(row["slower_hours"], row["stalled_hours"], row["share"], row["count"])


def _values(norm: Norm) -> dict[str, float]:
    return {
        "count": norm.count,
        "share": norm.share,
        "slower_hours": norm.slower_hours,
        "stalled_hours": norm.stalled_hours,
    }
