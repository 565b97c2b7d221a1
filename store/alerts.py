"""Keeps alerts, their jobs, and who wants none; implements `AlertStore` and `WishStore` of `alerts.ports`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, false, insert, literal, or_, select, union_all, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.ports import Alert, State, Told, Wish
from alerts.rules import lead
from store.alert_tables import alert_stops, alerts
from store.database import Database
from store.loading import matching
from store.outbox import add_job
from store.support_tables import alert_wishes, outbox, verifications
from tracking.facts import Occasion

KIND = "alert"
_DAY = timedelta(hours=24)
_OPEN: tuple[State, ...] = ("queued", "sending")
_BEFORE: Mapping[State, tuple[State, ...]] = {"delivered": (*_OPEN, "sent"), "failed": ("sent",)}
"""What a text's end may be the end of. A refusal, before it is sent, is for the dispatcher: there is a fallback."""
_COUNTED: tuple[State, ...] = (*_OPEN, "sent", "delivered")

# Made once: building a statement takes SQLAlchemy longer than running it takes the database.
_GET = select(alerts).where(alerts.c.key == bindparam("alert"))
_CHANGE = update(alerts).where(alerts.c.key == bindparam("alert"), alerts.c.state.in_(_OPEN))
"""Changes an alert that is not at its end."""
_CLAIM = _CHANGE.returning(alerts)
_ADD = insert(alerts)
_TOLD_BEFORE = (
    select(alerts)
    .where(
        alerts.c.order_key == bindparam("order"),
        alerts.c.medium == bindparam("on"),
        alerts.c.recipient == bindparam("whom"),
    )
    .order_by(alerts.c.id)
    .with_for_update()
)
_PROVED = select(verifications.c.conversation).where(verifications.c.order_key == bindparam("order"))
_SAID = (
    select(literal("said").label("how"), alert_wishes.c.wanted, alert_wishes.c.at, false().label("important_only"))
    .where(
        or_(
            alert_wishes.c.contact.in_(bindparam("contacts", expanding=True)),
            alert_wishes.c.conversation.in_(_PROVED),
        )
    )
    .order_by(alert_wishes.c.at.desc())
    .limit(1)
)
_BY_LINK = select(
    literal("link").label("how"),
    (~alert_stops.c.stopped).label("wanted"),
    alert_stops.c.at,
    alert_stops.c.important_only,
).where(alert_stops.c.contact == bindparam("whose"), alert_stops.c.medium == bindparam("on"))
_WORDS = union_all(select(_SAID.subquery()), _BY_LINK)


def job_key(alert: str) -> str:
    """Return the key of the job that sends an alert."""
    return f"{KIND}:{alert}"


class AlertTable:
    """Alerts in our database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def plan(self, drafts: Sequence[Alert], most_a_day: int, now: datetime) -> Sequence[Alert]:
        """See `alerts.ports.AlertStore.plan`."""

        async def work(connection: AsyncConnection) -> Sequence[Alert]:
            kept = [await _plan(connection, draft, most_a_day, now) for draft in drafts]
            return [alert for alert in kept if alert]

        return await self._database.run(work) if drafts else ()

    async def get(self, key: str) -> Alert | None:
        """See `alerts.ports.AlertStore.get`."""
        return _first(await self._database.look(_GET, {"alert": key}))

    async def claim(self, key: str, now: datetime) -> Alert | None:
        """See `alerts.ports.AlertStore.claim`."""
        return _first(await self._database.change(_CLAIM, {"alert": key, "state": "sending", "moved_at": now}))

    async def finish(
        self, key: str, state: State, reason: str, provider_id: str, now: datetime, instead: Alert | None = None
    ) -> None:
        """See `alerts.ports.AlertStore.finish`."""
        # Its way may have been reported already, and that is the newer word.
        values = {"state": state, "reason": reason[:32], "provider_id": provider_id[:255], "moved_at": now}
        values["alert"] = key
        if instead is None:
            await self._database.change(_CHANGE, values)
            return

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(_CHANGE, values)
            if (await connection.execute(_GET, {"alert": instead.key})).first() is None:
                await _add(connection, instead, now)

        await self._database.run(work)


class AlertWishes:
    """Who wants alerts, in our database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def words(
        self, order: str, contacts: Collection[str], contact: str, medium: str
    ) -> tuple[Wish | None, Wish | None]:
        """See `alerts.ports.WishStore.words`."""
        values = {"order": order, "contacts": list(contacts), "whose": contact, "on": medium}
        rows = await self._database.look(_WORDS, values)
        found = {row.how: Wish(bool(row.wanted), row.at, bool(row.important_only)) for row in rows}
        return found.get("said"), found.get("link")

    async def keep(self, contact: str, medium: str, wish: Wish, source: str) -> None:
        """See `alerts.ports.WishStore.keep`."""
        said = {"stopped": not wish.wanted, "important_only": wish.important_only, "source": source, "at": wish.at}

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(alert_stops).where(_whose(contact, medium)))
            await connection.execute(insert(alert_stops).values(contact=contact, medium=medium, **said))

        await self._database.run(work)


def _whose(contact: str, medium: str) -> Any:
    return and_(alert_stops.c.contact == contact, alert_stops.c.medium == medium)


async def move_text(connection: AsyncConnection, key: str, state: State, reason: str, now: datetime) -> None:
    """Note how a text that tells an alert has got on; other texts, by their key, are no alerts."""
    kind, _, alert = key.partition(":")
    if kind == KIND:
        change = update(alerts).where(alerts.c.key == alert, alerts.c.state.in_(_BEFORE[state]))
        await connection.execute(change.values(state=state, reason=reason, moved_at=now))


async def _plan(connection: AsyncConnection, draft: Alert, most_a_day: int, now: datetime) -> Alert | None:
    rows = await _told_before(connection, draft)
    (told,) = draft.facts
    if any(told.key in {fact["key"] for fact in row["facts"]} for row in rows):
        return None
    if draft.alone:
        await _add(connection, draft, now)
        return draft
    waiting = await _waiting(connection, rows)
    if draft.state == "queued" and waiting:
        await _join(connection, waiting, draft, now)
        return None
    sent = [row for row in rows if row["state"] in _COUNTED and row["made_at"] > now - _DAY]
    if draft.state == "queued" and len(sent) >= most_a_day:
        draft = replace(draft, state="skipped", reason="enough")
    await _add(connection, draft, now)
    return draft


async def _told_before(connection: AsyncConnection, draft: Alert) -> Sequence[RowMapping]:
    """Everything about this order to this recipient, locked, so that none of it is sent while a fact joins it."""
    theirs = {"order": draft.order, "on": draft.medium, "whom": draft.recipient}
    return (await connection.execute(_TOLD_BEFORE, theirs)).mappings().all()


async def _waiting(connection: AsyncConnection, rows: Sequence[RowMapping]) -> RowMapping | None:
    """The message that is still to be sent; one whose job was given up never will be."""
    queued = {job_key(row["key"]): row for row in rows if row["state"] == "queued"}
    jobs = select(outbox.c.key).where(outbox.c.done_at.is_(None), outbox.c.failed_at.is_(None))
    found = await matching(connection, jobs.order_by(outbox.c.id), outbox.c.key, list(queued))
    return queued[found[0]["key"]] if found else None


async def _join(connection: AsyncConnection, row: RowMapping, draft: Alert, now: datetime) -> None:
    """Tell the draft's fact in a message that waits; what is to be told earlier brings the rest along."""
    facts = (*_alert(row).facts, *draft.facts)
    due = min(row["due_at"], draft.due_at)
    values = {"facts": _written(facts), "occasion": _lead(facts), "due_at": due, "moved_at": now}
    await connection.execute(update(alerts).where(alerts.c.id == row["id"]).values(values))
    await connection.execute(
        update(outbox).where(outbox.c.key == job_key(row["key"]), outbox.c.due_at > due).values(due_at=due)
    )


async def _add(connection: AsyncConnection, alert: Alert, now: datetime) -> None:
    new = {
        "key": alert.key,
        "order_key": alert.order,
        "medium": alert.medium,
        "recipient": alert.recipient,
        "occasion": _lead(alert.facts),
        "facts": _written(alert.facts),
        "state": alert.state,
        "reason": alert.reason,
        "instead_of": alert.instead_of,
        "made_at": now,
        "due_at": alert.due_at,
        "moved_at": now,
    }
    await connection.execute(_ADD, new)
    if alert.state == "queued":
        await add_job(connection, KIND, job_key(alert.key), "", {"alert": alert.key}, now, alert.due_at)


def _lead(facts: Sequence[Told]) -> str:
    return lead(told.occasion for told in facts).value


def _written(facts: Sequence[Told]) -> list[dict[str, str]]:
    return [{"key": t.key, "occasion": t.occasion.value, "parcel": t.parcel, "at": t.at.isoformat()} for t in facts]


def _first(rows: Sequence[Row[Any]]) -> Alert | None:
    return _alert(rows[0]._mapping) if rows else None


def _alert(row: RowMapping) -> Alert:
    facts = tuple(
        Told(f["key"], Occasion(f["occasion"]), f["parcel"], datetime.fromisoformat(f["at"])) for f in row["facts"]
    )
    return Alert(
        row["key"],
        row["order_key"],
        row["medium"],
        row["recipient"],
        facts,
        row["state"],
        row["due_at"],
        row["reason"],
        row["instead_of"],
    )
