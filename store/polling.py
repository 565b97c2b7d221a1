"""Keeps parcels' turns and sources' leases; implements `tracking.polls.Polls`."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, insert, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.polling_tables import poll_sources
from store.tables import shipments
from tracking.polling import URGENT, in_turn
from tracking.polls import Due, SourceNote

_COLUMNS = (
    shipments.c.key,
    shipments.c.tracking_number,
    shipments.c.ask_as,
    shipments.c.next_check_at,
    shipments.c.carrier,
    shipments.c.checks_failed,
    shipments.c.registered_with,
)
_PLANNED = shipments.c.next_check_at.is_not(None)
# The very words of the partial indexes: SQLite uses one only where the query says the same, not a parameter's value.
_IS_URGENT = shipments.c.status == bindparam("urgent", URGENT.value, literal_execute=True)


def _due(*also: Any) -> Select[Any]:
    mine = shipments.c.ask_as == bindparam("code")
    query = select(*_COLUMNS).where(mine, _PLANNED, shipments.c.next_check_at <= bindparam("now"), *also)
    return query.order_by(shipments.c.next_check_at).limit(bindparam("room"))


# Made once, one carrier code at a time: each is a walk along its index from the parcel that fell due first.
_DUE, _DUE_URGENT = _due(), _due(_IS_URGENT)
_FIRST = (
    select(shipments.c.next_check_at)
    .where(shipments.c.ask_as == bindparam("code"), _PLANNED)
    .order_by(shipments.c.next_check_at)
    .limit(1)
)
_NEXT_CODE = (
    select(shipments.c.ask_as)
    .where(_PLANNED, shipments.c.ask_as > bindparam("after"))
    .order_by(shipments.c.ask_as)
    .limit(1)
)


class PollTable:
    """Turns and leases in our database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lease(
        self, source: str, holder: str, now: datetime, until: datetime, note: SourceNote
    ) -> SourceNote | None:
        """See `tracking.polls.Polls.lease`."""
        row = poll_sources.c
        free = or_(row.lease_by.is_(None), row.lease_by == holder, row.lease_until <= now)
        taken = update(poll_sources).where(row.code == source, free).values(lease_by=holder, lease_until=until)

        async def work(connection: AsyncConnection) -> SourceNote | None:
            await _known(connection, source)
            if not (await connection.execute(taken)).rowcount:
                return None
            await _leave(connection, source, note)
            return _note((await connection.execute(select(poll_sources).where(row.code == source))).mappings().one())

        return await self._database.run(work)

    async def release(self, source: str, holder: str) -> None:
        """See `tracking.polls.Polls.release`."""
        mine = (poll_sources.c.code == source) & (poll_sources.c.lease_by == holder)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(update(poll_sources).where(mine).values(lease_by=None, lease_until=None))

        await self._database.run(work)

    async def note(self, source: str, note: SourceNote) -> None:
        """See `tracking.polls.Polls.note`."""

        async def work(connection: AsyncConnection) -> None:
            await _known(connection, source)
            await _leave(connection, source, note)

        await self._database.run(work)

    async def notes(self) -> dict[str, SourceNote]:
        """See `tracking.polls.Polls.notes`."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(poll_sources))).mappings().all()
        return {row["code"]: _note(row) for row in rows}

    async def codes(self) -> list[str]:
        """See `tracking.polls.Polls.codes`; one step along the index for each."""
        async with self._database.read() as connection:
            nobody = (await connection.execute(_FIRST, {"code": ""})).first()
            found = [""] if nobody else []
            after = ""
            while (code := (await connection.execute(_NEXT_CODE, {"after": after})).scalar()) is not None:
                found.append(after := code)
        return found

    async def due(self, codes: Collection[str], now: datetime, room: int) -> Sequence[Due]:
        """See `tracking.polls.Polls.due`."""
        lanes: list[list[Due]] = []
        async with self._database.read() as connection:
            for query in (_DUE_URGENT, _DUE):
                lane: list[Due] = []
                for code in codes:
                    rows = await connection.execute(query, {"code": code, "now": now, "room": room})
                    lane += [_waiting(row) for row in rows.mappings()]
                lanes.append(sorted(lane, key=lambda due: (due.due_at, due.key)))
        return in_turn(lanes[0], lanes[1], room)

    async def oldest(self, codes: Collection[str]) -> datetime | None:
        """See `tracking.polls.Polls.oldest`."""
        async with self._database.read() as connection:
            found = [(await connection.execute(_FIRST, {"code": code})).scalar() for code in codes]
        return min((at for at in found if at is not None), default=None)

    async def registered(self, key: str, registered_with: str) -> None:
        """See `tracking.polls.Polls.registered`."""
        told = update(shipments).where(shipments.c.key == key).values(registered_with=registered_with)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(told)

        await self._database.run(work)

    async def put_off(self, due: Due, next_at: datetime, failures: int, ask_as: str) -> None:
        """See `tracking.polls.Polls.put_off`."""
        row = shipments.c
        same = (row.key == due.key) & (row.next_check_at == due.due_at) & (row.ask_as == due.ask_as)
        anew = update(shipments).where(same).values(next_check_at=next_at, checks_failed=failures, ask_as=ask_as)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(anew)

        await self._database.run(work)


async def _known(connection: AsyncConnection, source: str) -> None:
    known = select(poll_sources.c.code).where(poll_sources.c.code == source)
    if (await connection.execute(known)).first() is None:
        await connection.execute(insert(poll_sources).values(code=source))


async def _leave(connection: AsyncConnection, source: str, note: SourceNote) -> None:
    said = {field.name: getattr(note, field.name) for field in fields(note) if getattr(note, field.name)}
    if said:
        await connection.execute(update(poll_sources).where(poll_sources.c.code == source).values(said))


def _note(row: RowMapping) -> SourceNote:
    return SourceNote(row["last_answered_at"], row["last_error"], row["last_error_at"], row["rest_until"])


def _waiting(row: RowMapping) -> Due:
    return Due(
        row["key"],
        row["tracking_number"],
        row["ask_as"],
        row["next_check_at"],
        row["carrier"],
        row["checks_failed"],
        row["registered_with"],
    )
