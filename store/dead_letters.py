"""Keeps jobs and alerts that were given up, until somebody looks; implements `support.dead_letters.DeadLetters`."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from store.alert_tables import alerts
from store.alerts import job_key
from store.database import Database
from store.support_tables import outbox, texts
from support.dead_letters import DeadLetter, JobCounts, without_contacts
from support.model import TextState

_OVERDUE = timedelta(minutes=1)
_JOB, _ALERT = "job", "alert"
_stand_in = alerts.alias("stand_in")
_ALONE = ~select(_stand_in.c.id).where(_stand_in.c.instead_of == alerts.c.key).exists()
"""An alert that another one stood in for has been told, or that one is on the list."""
_GIVEN_UP = alerts.c.state == "failed"
_DEAD = outbox.c.failed_at.is_not(None) & outbox.c.done_at.is_(None)
_TO_DO = outbox.c.done_at.is_(None) & outbox.c.failed_at.is_(None)
_FRESH: dict[str, Any] = {"done_at": None, "failed_at": None, "lease_by": None, "lease_until": None, "tries": 0}


class DeadLetterTable:
    """Dead letters in our database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, limit: int) -> tuple[DeadLetter, ...]:
        """See `support.dead_letters.DeadLetters.newest`."""
        jobs = select(outbox).where(_DEAD).order_by(outbox.c.failed_at.desc()).limit(limit)
        told = select(alerts).where(_GIVEN_UP, _ALONE).order_by(alerts.c.made_at.desc()).limit(limit)
        async with self._database.read() as connection:
            found = [_job(row) for row in (await connection.execute(jobs)).mappings()]
            found += [_alert(row) for row in (await connection.execute(told)).mappings()]
        return tuple(sorted(found, key=lambda letter: letter.given_up_at, reverse=True)[:limit])

    async def again(self, letter: str, now: datetime) -> bool:
        """See `support.dead_letters.DeadLetters.again`."""
        kind, row_id = _read(letter)

        async def work(connection: AsyncConnection) -> bool:
            if kind == _JOB:
                fresh = update(outbox).where(outbox.c.id == row_id, _DEAD).values(_FRESH | {"due_at": now, "error": ""})
                return (await connection.execute(fresh)).rowcount > 0
            return kind == _ALERT and await _send_again(connection, row_id, now)

        return await self._database.run(work)

    async def let_go(self, letter: str, now: datetime) -> bool:
        """See `support.dead_letters.DeadLetters.let_go`."""
        kind, row_id = _read(letter)
        gone = {
            _JOB: update(outbox).where(outbox.c.id == row_id, _DEAD).values(done_at=now),
            _ALERT: update(alerts)
            .where(alerts.c.id == row_id, _GIVEN_UP)
            .values(state="skipped", reason="let_go", moved_at=now),
        }

        async def work(connection: AsyncConnection) -> bool:
            return kind in gone and (await connection.execute(gone[kind])).rowcount > 0

        return await self._database.run(work)

    async def counts(self, now: datetime) -> JobCounts:
        """See `support.dead_letters.DeadLetters.counts`."""
        late = select(func.count(), func.min(outbox.c.due_at, type_=outbox.c.due_at.type)).where(_TO_DO)
        async with self._database.read() as connection:
            waiting = (await connection.execute(select(func.count()).select_from(outbox).where(_TO_DO))).scalar_one()
            overdue, oldest = (await connection.execute(late.where(outbox.c.due_at <= now - _OVERDUE))).one()
            dead = (await connection.execute(select(func.count()).select_from(outbox).where(_DEAD))).scalar_one()
            lost = select(func.count()).select_from(alerts).where(_GIVEN_UP, _ALONE)
            dead += (await connection.execute(lost)).scalar_one()
        return JobCounts(waiting, overdue, dead, oldest)


async def _send_again(connection: AsyncConnection, row_id: int, now: datetime) -> bool:
    fresh = update(alerts).where(alerts.c.id == row_id, _GIVEN_UP)
    fresh = fresh.values(state="queued", reason="", due_at=now, moved_at=now).returning(alerts.c.key)
    key = (await connection.execute(fresh)).scalar()
    if key is None:
        return False
    await connection.execute(update(outbox).where(outbox.c.key == job_key(key)).values(_FRESH | {"due_at": now}))
    # A text that its provider took and could not deliver is to be a new one for it.
    anew = {"state": TextState.QUEUED, "provider_id": None, "error": "", "moved_at": now}
    await connection.execute(update(texts).where(texts.c.key == job_key(key)).values(anew))
    return True


def _read(letter: str) -> tuple[str, int]:
    kind, _, row_id = letter.partition("-")
    return (kind, int(row_id)) if row_id.isascii() and row_id.isdigit() and len(row_id) <= 18 else ("", 0)


def _job(row: RowMapping) -> DeadLetter:
    about, error = str(row["payload"].get("order", "")), without_contacts(row["error"])
    # The last try is not counted: only those that are followed by another one are.
    return DeadLetter(
        f"{_JOB}-{row['id']}", row["kind"], about, row["made_at"], row["failed_at"], error, row["tries"] + 1
    )


def _alert(row: RowMapping) -> DeadLetter:
    kind = f"{row['occasion']} by {row['medium']}"
    return DeadLetter(
        f"{_ALERT}-{row['id']}", kind, row["order_key"], row["made_at"], row["moved_at"], row["reason"], 0
    )
