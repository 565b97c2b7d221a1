"""Makes the rows of agents' lists from conversations, their most pressing tickets and what people wrote last."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.support_tables import conversations, messages, ticket_number, tickets
from support.inbox import Row
from support.model import TicketReason

_PREVIEW = 140
_LAST = datetime.max.replace(tzinfo=UTC)
_RANK = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
_ABOUT_TICKETS = (
    tickets.c.id,
    tickets.c.conversation,
    tickets.c.reason,
    tickets.c.priority,
    tickets.c.state,
    tickets.c.summary,
    tickets.c.order_number,
    tickets.c.due_at,
    tickets.c.solved_at,
)
# What people wrote: what the assistant said last is much the same everywhere.
_by_people = messages.alias()
_BY_PEOPLE = (
    select(func.max(_by_people.c.number))
    .where(_by_people.c.conversation == conversations.c.id, _by_people.c.author != "bot")
    .scalar_subquery()
)
_NEWEST = (messages.c.conversation == conversations.c.id) & (messages.c.number == _BY_PEOPLE)


async def rows_of(connection: AsyncConnection, ids: Sequence[str], solved: bool = False) -> tuple[Row, ...]:
    """Return the rows of these conversations in this order; with `solved`, show solved tickets before open ones."""
    both = conversations.outerjoin(messages, _NEWEST)
    query = select(conversations, messages.c.author, messages.c.text).select_from(both)
    talks = {row.id: row for row in await connection.execute(query.where(conversations.c.id.in_(ids)))}
    pressing: dict[str, SqlRow[Any]] = {}
    about: Select[Any] = select(*_ABOUT_TICKETS).where(tickets.c.conversation.in_(ids))
    for ticket in sorted(await connection.execute(about), key=lambda row: _pressing(row, solved)):
        pressing.setdefault(ticket.conversation, ticket)
    return tuple(_row(talks[id_], pressing.get(id_)) for id_ in ids if id_ in talks)


def _pressing(ticket: SqlRow[Any], solved: bool) -> tuple[bool, datetime, int, int]:
    """Sort open tickets before solved ones, then by when they are due, then by how much they matter."""
    return (ticket.state == "solved") is not solved, ticket.due_at or _LAST, _RANK[ticket.priority], -ticket.id


def _row(talk: SqlRow[Any], ticket: SqlRow[Any] | None) -> Row:
    about: dict[str, Any] = {}
    if ticket is not None:
        about = {
            "ticket": ticket_number(ticket.id),
            "reason": TicketReason(ticket.reason),
            "priority": ticket.priority,
            "summary": ticket.summary,
            "order_number": ticket.order_number or "",
            "due_at": ticket.due_at if ticket.state != "solved" else None,
            "solved_at": ticket.solved_at,
        }
    return Row(
        conversation=talk.id,
        channel=talk.channel,
        owner=talk.owner,
        agent_name=talk.agent_name,
        waiting_since=talk.waiting_since,
        last_at=talk.last_at,
        author=talk.author,
        preview=(talk.text or "")[:_PREVIEW],
        **about,
    )
