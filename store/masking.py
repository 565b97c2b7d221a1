"""Masks what was said in conversations that ended long ago; finds nothing to mask itself."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.support_tables import conversations, messages, ticket_changes, tickets

_AT_ONCE = 50


async def mask_ended(database: Database, mask: Callable[[str], str], before: datetime, now: datetime) -> int:
    """Mask conversations that ended before then, with all their tickets solved; return how many. Raises Unavailable.

    Each is masked once, and once more when something was said in it later and that has ended too.
    """
    waiting = exists().where(tickets.c.conversation == conversations.c.id, tickets.c.state != "solved")
    unmasked = or_(conversations.c.masked_at.is_(None), conversations.c.masked_at < conversations.c.last_at)
    wanted = select(conversations.c.id).where(conversations.c.last_at < before, unmasked, ~waiting).limit(_AT_ONCE)
    async with database.read() as connection:
        ended = (await connection.execute(wanted)).scalars().all()
    for conversation in ended:

        async def work(connection: AsyncConnection, conversation: str = conversation) -> None:
            await _mask(connection, conversation, mask)
            mine = conversations.c.id == conversation
            await connection.execute(update(conversations).where(mine).values(masked_at=now))

        await database.run(work)
    return len(ended)


async def _mask(connection: AsyncConnection, conversation: str, mask: Callable[[str], str]) -> None:
    said = select(messages.c.number, messages.c.text).where(messages.c.conversation == conversation)
    for row in (await connection.execute(said)).all():
        this = (messages.c.conversation == conversation) & (messages.c.number == row.number)
        if mask(row.text) != row.text:
            await connection.execute(update(messages).where(this).values(text=mask(row.text)))
    about = select(tickets.c.id, tickets.c.summary, tickets.c.details, tickets.c.transcript)
    for case in (await connection.execute(about.where(tickets.c.conversation == conversation))).all():
        masked = {name: _deep(case._mapping[name], mask) for name in ("summary", "details", "transcript")}
        await connection.execute(update(tickets).where(tickets.c.id == case.id).values(masked))
        lines = select(ticket_changes.c.id, ticket_changes.c.detail).where(ticket_changes.c.ticket_id == case.id)
        for line in (await connection.execute(lines)).all():
            this = ticket_changes.c.id == line.id
            await connection.execute(update(ticket_changes).where(this).values(detail=_deep(line.detail, mask)))


def _deep(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {key: inner if key == "at" else _deep(inner, mask) for key, inner in value.items()}
    return [_deep(inner, mask) for inner in value] if isinstance(value, list) else value
