"""Keeps jobs until they are done; implements `support.jobs.Jobs`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.support_tables import outbox
from support.jobs import Job

_LONGEST_ERROR = 255


async def add_job(
    connection: AsyncConnection,
    kind: str,
    key: str,
    topic: str,
    payload: Mapping[str, Any],
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """Note a job in the transaction of what it follows from; one with this key that is noted already is the same.

    It falls due at once, or at `due_at`.
    """
    known = select(outbox.c.id).where(outbox.c.key == key)
    if (await connection.execute(known)).first() is None:
        job = {
            "kind": kind,
            "key": key,
            "topic": topic,
            "payload": dict(payload),
            "made_at": now,
            "due_at": due_at or now,
        }
        await connection.execute(insert(outbox).values(job))


class Outbox:
    """Jobs in our database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lease(self, limit: int, holder: str, now: datetime, until: datetime) -> Sequence[Job]:
        """See `support.jobs.Jobs.lease`."""
        earlier = outbox.alias("earlier")
        blocked = select(earlier.c.id).where(
            earlier.c.topic == outbox.c.topic,
            outbox.c.topic != "",
            earlier.c.id < outbox.c.id,
            earlier.c.done_at.is_(None),
            earlier.c.failed_at.is_(None),
        )
        free = outbox.c.lease_until.is_(None) | (outbox.c.lease_until <= now)
        waiting = outbox.c.done_at.is_(None) & outbox.c.failed_at.is_(None) & (outbox.c.due_at <= now)
        wanted = select(outbox).where(waiting, free, ~blocked.exists()).order_by(outbox.c.due_at, outbox.c.id)

        async def work(connection: AsyncConnection) -> Sequence[Job]:
            rows = (await connection.execute(wanted.limit(limit).with_for_update(skip_locked=True))).all()
            taken = update(outbox).where(outbox.c.id.in_([row.id for row in rows]))
            await connection.execute(taken.values(lease_by=holder, lease_until=until))
            return [Job(row.id, row.kind, row.key, row.payload, row.made_at, row.tries) for row in rows]

        if not await self._anything(now):
            return ()
        return await self._database.run(work)

    async def _anything(self, now: datetime) -> bool:
        """Look before taking the one place of a writer: most of the time there is nothing to do."""
        due = outbox.c.done_at.is_(None) & outbox.c.failed_at.is_(None) & (outbox.c.due_at <= now)
        async with self._database.read() as connection:
            return (await connection.execute(select(outbox.c.id).where(due).limit(1))).first() is not None

    async def done(self, job: int, holder: str, now: datetime) -> None:
        """See `support.jobs.Jobs.done`."""
        await self._change(job, holder, done_at=now)

    async def later(self, job: int, holder: str, due_at: datetime, error: str) -> None:
        """See `support.jobs.Jobs.later`."""
        await self._change(job, holder, due_at=due_at, error=error[:_LONGEST_ERROR], tries=outbox.c.tries + 1)

    async def dead(self, job: int, holder: str, now: datetime, error: str) -> None:
        """See `support.jobs.Jobs.dead`."""
        await self._change(job, holder, failed_at=now, error=error[:_LONGEST_ERROR])

    async def _change(self, job: int, holder: str, **values: Any) -> None:
        """Change a job and free it, unless its lease ran out and somebody else has it."""
        mine = (outbox.c.id == job) & (outbox.c.lease_by == holder)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(update(outbox).where(mine).values(lease_by=None, lease_until=None, **values))

        await self._database.run(work)
