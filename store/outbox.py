"""Keeps jobs until they are done; implements `support.jobs.Jobs`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.support_tables import outbox
from support.jobs import Job

_LONGEST_ERROR = 255

# Made once: building a statement takes SQLAlchemy longer than running it takes the database.
_KNOWN = select(outbox.c.id).where(outbox.c.key == bindparam("known"))
_ADD = insert(outbox)

_earlier = outbox.alias("earlier")
_blocked = (
    select(_earlier.c.id)
    .where(
        _earlier.c.topic == outbox.c.topic,
        # In so many words, or neither database sees that it may use the index of those that wait.
        _earlier.c.topic != literal_column("''"),
        _earlier.c.id < outbox.c.id,
        _earlier.c.done_at.is_(None),
        _earlier.c.failed_at.is_(None),
    )
    .exists()
)
_to_do = outbox.c.done_at.is_(None) & outbox.c.failed_at.is_(None) & (outbox.c.due_at <= bindparam("now"))
_free = outbox.c.lease_until.is_(None) | (outbox.c.lease_until <= bindparam("now"))
_ANY = select(outbox.c.id).where(_to_do, _free).limit(1)
_NEXT = (
    select(outbox)
    # An "or", so that PostgreSQL looks for earlier ones job by job, as far as it gets: it makes a join of a bare "not
    # exists", which takes seconds where many jobs wait.
    .where(_to_do, _free, (outbox.c.topic == "") | ~_blocked)
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("jobs", expanding=True)))
    .values(lease_by=bindparam("holder"), lease_until=bindparam("until"))
)
_MINE = (
    update(outbox)
    .where(outbox.c.id == bindparam("job"), outbox.c.lease_by == bindparam("holder"))
    .values(lease_by=None, lease_until=None)
)
"""Frees a job, unless its lease ran out and somebody else has it."""
_DONE = _MINE.values(done_at=bindparam("at"))
_LATER = _MINE.values(due_at=bindparam("at"), error=bindparam("said"), tries=outbox.c.tries + 1)
_DEAD = _MINE.values(failed_at=bindparam("at"), error=bindparam("said"))


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
    if (await connection.execute(_KNOWN, {"known": key})).first() is None:
        job = {
            "kind": kind,
            "key": key,
            "topic": topic,
            "payload": dict(payload),
            "made_at": now,
            "due_at": due_at or now,
        }
        await connection.execute(_ADD, job)


class Outbox:
    """Jobs in our database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lease(self, limit: int, holder: str, now: datetime, until: datetime) -> Sequence[Job]:
        """See `support.jobs.Jobs.lease`."""

        async def work(connection: AsyncConnection) -> Sequence[Job]:
            rows = (await connection.execute(_NEXT, {"now": now, "most": limit})).all()
            if rows:
                taken = {"jobs": [row.id for row in rows], "holder": holder, "until": until}
                await connection.execute(_TAKE, taken)
            return [Job(row.id, row.kind, row.key, row.payload, row.made_at, row.tries) for row in rows]

        if not await self._anything(now):
            return ()
        return await self._database.run(work)

    async def _anything(self, now: datetime) -> bool:
        """Look before taking the one place of a writer: most of the time there is nothing to do."""
        return bool(await self._database.look(_ANY, {"now": now}))

    async def done(self, job: int, holder: str, now: datetime) -> None:
        """See `support.jobs.Jobs.done`."""
        await self._database.change(_DONE, {"job": job, "holder": holder, "at": now})

    async def later(self, job: int, holder: str, due_at: datetime, error: str) -> None:
        """See `support.jobs.Jobs.later`."""
        values = {"job": job, "holder": holder, "at": due_at, "said": error[:_LONGEST_ERROR]}
        await self._database.change(_LATER, values)

    async def dead(self, job: int, holder: str, now: datetime, error: str) -> None:
        """See `support.jobs.Jobs.dead`."""
        values = {"job": job, "holder": holder, "at": now, "said": error[:_LONGEST_ERROR]}
        await self._database.change(_DEAD, values)
