"""Keeps tickets with their history; implements `support.ports.TicketStore`."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.conversations import message_of
from store.database import Database
from store.file_tables import files
from store.following import follow
from store.support_tables import (
    BEFORE_FIRST_TICKET,
    conversations,
    messages,
    ticket_changes,
    ticket_number,
    tickets,
)
from support.model import Ticket, TicketChange, TicketDraft, TicketReason
from support.watching import CONVERSATION

_TRANSCRIPT_MESSAGES = 200
_PRIORITIES = ("low", "normal", "high", "urgent")
_CHANGEABLE = ("state", "priority", "assignee", "contact")


def ticket_of(row: Row[Any]) -> Ticket:
    """Read a row of the tickets table."""
    return Ticket(
        number=ticket_number(row.id),
        conversation=row.conversation,
        reason=TicketReason(row.reason),
        summary=row.summary,
        state=cast(Any, row.state),
        opened_at=row.opened_at,
        order_number=row.order_number,
        priority=cast(Any, row.priority),
        details=row.details,
        due_at=row.due_at,
        snapshot=row.snapshot,
        contact=row.contact,
        assignee=row.assignee,
        calls=row.calls,
        taken_at=row.taken_at,
        solved_at=row.solved_at,
        transcript=tuple(row.transcript),
    )


def ticket_id(number: str) -> int:
    """Return the row that a ticket's number names, 0 for one that names none."""
    digits = number.upper().removeprefix("T-")
    return int(digits) - BEFORE_FIRST_TICKET if digits.isascii() and digits.isdigit() and len(digits) <= 15 else 0


async def add_change(
    connection: AsyncConnection, row_id: int, who: str, what: str, detail: Mapping[str, Any], now: datetime
) -> None:
    """Write a line into a ticket's history."""
    line = {"ticket_id": row_id, "at": now, "who": who, "what": what, "detail": dict(detail)}
    await connection.execute(insert(ticket_changes).values(line))


async def join_pictures(connection: AsyncConnection, conversation: str, now: datetime) -> None:
    """Note a conversation's pictures that are on no ticket yet on its newest open one, if it has any."""
    theirs = select(tickets.c.id).where(tickets.c.conversation == conversation, tickets.c.state != "solved")
    row_id = (await connection.execute(theirs.order_by(tickets.c.id.desc()).limit(1))).scalar()
    loose = (files.c.conversation == conversation) & files.c.ticket_id.is_(None)
    found = (await connection.execute(select(files.c.id).where(loose).order_by(files.c.at, files.c.id))).scalars().all()
    if row_id is None or not found:
        return
    await connection.execute(update(files).where(loose).values(ticket_id=row_id))
    for file in found:
        await add_change(connection, row_id, "shopper", "picture", {"file": file}, now)


class TicketTable:
    """Tickets in our database. `followers` are the helpdesks that are told of them, by code."""

    def __init__(self, database: Database, followers: Sequence[str] = ()) -> None:
        self._database, self._followers = database, followers

    async def open(self, draft: TicketDraft, now: datetime) -> Ticket:
        """See `support.ports.TicketStore.open`."""

        async def work(connection: AsyncConnection) -> Ticket:
            row = await open_one(connection, draft)
            new = row is None
            row = await (insert_ticket(connection, draft, now) if row is None else _join(connection, row, draft, now))
            if new:
                await follow(connection, self._followers, row.conversation, "open", ticket_number(row.id), now)
            await join_pictures(connection, draft.conversation, now)
            await _wait(connection, draft.conversation, now)
            return ticket_of(row)

        return await self._database.run(work)

    async def get(self, number: str) -> Ticket | None:
        """See `support.ports.TicketStore.get`."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(tickets).where(tickets.c.id == ticket_id(number)))).first()
        return ticket_of(row) if row else None

    async def list(self, state: str | None, limit: int, before: str | None) -> tuple[Ticket, ...]:
        """See `support.ports.TicketStore.list`."""
        wanted = select(tickets).order_by(tickets.c.id.desc()).limit(limit)
        if state:
            wanted = wanted.where(tickets.c.state == state)
        if before:
            wanted = wanted.where(tickets.c.id < ticket_id(before))
        async with self._database.read() as connection:
            return tuple(map(ticket_of, await connection.execute(wanted)))

    async def of(self, conversation: str) -> tuple[Ticket, ...]:
        """See `support.ports.TicketStore.of`."""
        wanted = select(tickets).where(tickets.c.conversation == conversation).order_by(tickets.c.id.desc())
        async with self._database.read() as connection:
            return tuple(map(ticket_of, await connection.execute(wanted)))

    async def early(self, order_number: str) -> tuple[str, ...]:
        """See `support.ports.TicketStore.early`."""
        unasked = tickets.c.conversation.like(f"{CONVERSATION}%")
        wanted = select(tickets.c.id).where(
            tickets.c.order_number == order_number, tickets.c.state != "solved", unasked
        )
        async with self._database.read() as connection:
            return tuple(map(ticket_number, (await connection.execute(wanted.order_by(tickets.c.id))).scalars()))

    async def update(self, number: str, changes: Mapping[str, Any], who: str, now: datetime) -> Ticket | None:
        """See `support.ports.TicketStore.update`."""
        allowed = {name: value for name, value in changes.items() if name in _CHANGEABLE}

        async def work(connection: AsyncConnection) -> Ticket | None:
            wanted = select(tickets).where(tickets.c.id == ticket_id(number)).with_for_update()
            row = (await connection.execute(wanted)).first()
            if row is None:
                return None
            new = {name: value for name, value in allowed.items() if getattr(row, name) != value}
            if "state" in new:
                about = f"{number}:{secrets.token_hex(8)}"
                await follow(connection, self._followers, row.conversation, "state", about, now)
            return ticket_of(await change_ticket(connection, row, new, who, now) if new else row)

        return await self._database.run(work)

    async def history(self, number: str) -> tuple[TicketChange, ...]:
        """See `support.ports.TicketStore.history`."""
        wanted = select(ticket_changes).where(ticket_changes.c.ticket_id == ticket_id(number))
        async with self._database.read() as connection:
            rows = await connection.execute(wanted.order_by(ticket_changes.c.id))
            return tuple(TicketChange(row.at, row.who, row.what, row.detail) for row in rows)

    async def pickups(self, limit: int) -> tuple[timedelta, ...]:
        """See `support.ports.TicketStore.pickups`."""
        # Nobody waits for those that nobody asked for.
        asked = tickets.c.conversation.not_like(f"{CONVERSATION}%")
        wanted = select(tickets.c.opened_at, tickets.c.taken_at).where(tickets.c.taken_at.is_not(None), asked)
        async with self._database.read() as connection:
            rows = await connection.execute(wanted.order_by(tickets.c.taken_at.desc()).limit(limit))
            return tuple(row.taken_at - row.opened_at for row in rows)


async def open_one(connection: AsyncConnection, draft: TicketDraft) -> Row[Any] | None:
    """Return the open ticket of a draft's conversation and reason, locked."""
    wanted = select(tickets).where(
        tickets.c.conversation == draft.conversation, tickets.c.reason == draft.reason, tickets.c.state != "solved"
    )
    return (await connection.execute(wanted.with_for_update())).first()


async def insert_ticket(
    connection: AsyncConnection, draft: TicketDraft, now: datetime, who: str = "shopper"
) -> Row[Any]:
    """Write a ticket with the transcript so far, opened by `who`."""
    said = select(messages).where(messages.c.conversation == draft.conversation).order_by(messages.c.number.desc())
    newest = [message_of(row) for row in await connection.execute(said.limit(_TRANSCRIPT_MESSAGES))]
    values = {
        "conversation": draft.conversation,
        "reason": draft.reason,
        "summary": draft.summary,
        "state": "open",
        "priority": draft.priority,
        "order_number": draft.order_number,
        "details": dict(draft.details),
        "transcript": [{"author": m.author, "text": m.text, "at": m.at.isoformat()} for m in reversed(newest)],
        "opened_at": now,
        "called_at": now,
        "due_at": draft.due_at,
        "snapshot": dict(draft.snapshot) if draft.snapshot else None,
        "contact": draft.contact,
    }
    row: Row[Any] = (await connection.execute(insert(tickets).values(values).returning(tickets))).one()
    await add_change(connection, row.id, who, "opened", {"reason": draft.reason.value}, now)
    return row


async def _join(connection: AsyncConnection, row: Row[Any], draft: TicketDraft, now: datetime) -> Row[Any]:
    """A second call: kept in the history, with what is new in it; what the first one said stays."""
    again = {"summary": draft.summary, "order_number": draft.order_number, "details": dict(draft.details)}
    await add_change(connection, row.id, "shopper", "asked again", again, now)
    values = {
        "called_at": now,
        "calls": row.calls + 1,
        "state": "open",
        "order_number": row.order_number or draft.order_number,
        "snapshot": row.snapshot or (dict(draft.snapshot) if draft.snapshot else None),
        "contact": draft.contact or row.contact,
        "priority": max(row.priority, draft.priority, key=_PRIORITIES.index),
        "due_at": min(filter(None, (row.due_at, draft.due_at)), default=None),
    }
    return await _set(connection, row.id, values)


async def change_ticket(
    connection: AsyncConnection, row: Row[Any], new: dict[str, Any], who: str, now: datetime
) -> Row[Any]:
    """Change columns of a locked ticket, each with a line in its history."""
    for name, value in new.items():
        await add_change(connection, row.id, who, name, {"from": getattr(row, name), "to": value}, now)
    values = dict(new)
    if "state" in new:
        values["solved_at"] = now if new["state"] == "solved" else None
    changed = await _set(connection, row.id, values)
    if new.get("state") == "solved":
        await _stop_waiting(connection, row.conversation)
    elif row.state == "solved" and "state" in new:
        await _wait(connection, row.conversation, now)
    return changed


async def _set(connection: AsyncConnection, row_id: int, values: Mapping[str, Any]) -> Row[Any]:
    statement = update(tickets).where(tickets.c.id == row_id).values(dict(values)).returning(tickets)
    row: Row[Any] = (await connection.execute(statement)).one()
    return row


async def _wait(connection: AsyncConnection, conversation: str, now: datetime) -> None:
    """Let a conversation wait for a person, unless it does so already, a person has it or nothing was said in it."""
    called = (conversations.c.id == conversation) & (conversations.c.owner == "bot") & (conversations.c.last_number > 0)
    await connection.execute(update(conversations).where(called).values(owner="waiting", waiting_since=now))


async def _stop_waiting(connection: AsyncConnection, conversation: str) -> None:
    """Give a conversation back to the bot when none of its tickets is left to wait for."""
    left = select(tickets.c.id).where(tickets.c.conversation == conversation, tickets.c.state != "solved")
    if (await connection.execute(left.limit(1))).first() is None:
        waiting = (conversations.c.id == conversation) & (conversations.c.owner == "waiting")
        await connection.execute(update(conversations).where(waiting).values(owner="bot", waiting_since=None))
