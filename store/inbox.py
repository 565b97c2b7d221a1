"""Lists conversations for agents, and keeps notes and the log of looks; implements `support.inbox.InboxStore`."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, false, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.agent_tables import agent_looks, notes
from store.conversations import message_of
from store.database import Database
from store.inbox_rows import rows_of
from store.support_tables import conversations, messages, tickets, verifications
from store.tickets import ticket_id
from support.inbox import Counts, Look, Looked, Note, Proven, Row, Terms, View
from support.model import Message

_NEWEST_SEARCHED = 3000
"""Words are looked for in so many of the newest conversations; a database can't index the inside of words."""
_SAME_LOOK = timedelta(minutes=5)
_OPEN = tickets.c.state != "solved"


class InboxTable:
    """The agents' view of our database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rows(self, view: View, agent: str, limit: int) -> tuple[Row, ...]:
        """See `support.inbox.InboxStore.rows`."""
        async with self._database.read() as connection:
            found = (await connection.execute(_listed(view, agent).limit(limit))).scalars().all()
            return await rows_of(connection, found, solved=view == "solved")

    async def counts(self, now: datetime) -> Counts:
        """See `support.inbox.InboxStore.counts`."""
        waits = conversations.c.waiting_since.is_not(None)
        waiting = select(func.count(), func.min(conversations.c.waiting_since)).where(waits)
        overdue = select(func.count()).where(_OPEN, tickets.c.due_at < now)
        async with self._database.read() as connection:
            many, oldest = (await connection.execute(waiting)).one()
            lasting = (await connection.execute(select(func.count()).select_from(_open_ones()))).scalar_one()
            late = (await connection.execute(overdue)).scalar_one()
        return Counts(many, lasting, late, oldest)

    async def mine(self, agent: str) -> int:
        """See `support.inbox.InboxStore.mine`."""
        async with self._database.read() as connection:
            return int((await connection.execute(select(func.count()).select_from(_mine(agent)))).scalar_one())

    async def search(self, terms: Terms, limit: int) -> tuple[Row, ...]:
        """See `support.inbox.InboxStore.search`."""
        async with self._database.read() as connection:
            found: dict[str, None] = {}
            for query in _searches(terms):
                found |= dict.fromkeys((await connection.execute(query.limit(limit))).scalars())
            newest = select(conversations.c.id).where(conversations.c.id.in_(list(found)[: 5 * limit]))
            newest = newest.order_by(conversations.c.last_at.desc()).limit(limit)
            return await rows_of(connection, (await connection.execute(newest)).scalars().all())

    async def before(self, conversation: str, number: int, limit: int) -> tuple[Message, ...]:
        """See `support.inbox.InboxStore.before`."""
        wanted = select(messages).where(messages.c.conversation == conversation, messages.c.number <= number)
        async with self._database.read() as connection:
            rows = await connection.execute(wanted.order_by(messages.c.number.desc()).limit(limit))
            return tuple(map(message_of, rows))[::-1]

    async def proven(self, conversation: str) -> tuple[Proven, ...]:
        """See `support.inbox.InboxStore.proven`."""
        wanted = select(verifications).where(verifications.c.conversation == conversation)
        async with self._database.read() as connection:
            rows = await connection.execute(wanted.order_by(verifications.c.at))
            return tuple(Proven(row.order_key, row.how, row.at) for row in rows)

    async def add_note(self, conversation: str, agent: str, text: str, now: datetime) -> None:
        """See `support.inbox.InboxStore.add_note`."""
        new = {"conversation": conversation, "agent": agent, "text": text, "at": now}
        async with self._database.write() as connection:
            await connection.execute(insert(notes).values(new))

    async def notes(self, conversation: str) -> tuple[Note, ...]:
        """See `support.inbox.InboxStore.notes`."""
        wanted = select(notes).where(notes.c.conversation == conversation).order_by(notes.c.id)
        async with self._database.read() as connection:
            return tuple(Note(row.at, row.agent, row.text) for row in await connection.execute(wanted))

    async def add_look(self, agent: str, what: Look, about: str, now: datetime) -> None:
        """See `support.inbox.InboxStore.add_look`."""
        same = and_(agent_looks.c.agent == agent, agent_looks.c.about == about, agent_looks.c.what == what)
        lately = select(agent_looks.c.id).where(same, agent_looks.c.at > now - _SAME_LOOK).limit(1)

        async def work(connection: AsyncConnection) -> None:
            if (await connection.execute(lately)).first() is None:
                new = {"agent": agent, "what": what, "about": about, "at": now}
                await connection.execute(insert(agent_looks).values(new))

        await self._database.run(work)

    async def looks(self, before: int | None, limit: int) -> tuple[Looked, ...]:
        """See `support.inbox.InboxStore.looks`."""
        wanted = select(agent_looks).order_by(agent_looks.c.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(agent_looks.c.id < before)
        async with self._database.read() as connection:
            rows = await connection.execute(wanted)
            return tuple(Looked(row.id, row.at, row.agent, row.what, row.about) for row in rows)


def _with_open_ticket(*more: ColumnElement[bool]) -> Select[Any]:
    return select(tickets.c.conversation.label("id")).where(_OPEN, tickets.c.conversation != "", *more)


def _open_ones() -> Subquery:
    """What is somebody's business: an open ticket, a shopper who waits, or a person who has it."""
    called = select(conversations.c.id).where(conversations.c.waiting_since.is_not(None))
    had = select(conversations.c.id).where(conversations.c.owner == "human")
    return _with_open_ticket().union(called, had).subquery()


def _mine(agent: str) -> Subquery:
    had = select(conversations.c.id).where(conversations.c.owner == "human", conversations.c.agent == agent)
    return _with_open_ticket(tickets.c.assignee == agent).union(had).subquery()


def _listed(view: View, agent: str) -> Select[Any]:
    if view == "waiting":
        waits = select(conversations.c.id).where(conversations.c.waiting_since.is_not(None))
        return waits.order_by(conversations.c.waiting_since)
    if view == "solved":
        solved = select(tickets.c.conversation).where(tickets.c.state == "solved", tickets.c.conversation != "")
        last = func.max(tickets.c.solved_at)
        return solved.where(tickets.c.solved_at.is_not(None)).group_by(tickets.c.conversation).order_by(last.desc())
    ids = _mine(agent) if view == "mine" else _open_ones()
    first = case((conversations.c.owner == "waiting", 0), (conversations.c.owner == "human", 1), else_=2)
    since = func.coalesce(conversations.c.waiting_since, conversations.c.last_at)
    return select(conversations.c.id).join(ids, ids.c.id == conversations.c.id).order_by(first, since)


def _searches(terms: Terms) -> Sequence[Select[Any]]:
    """One query for each thing the text may mean, so that each uses its own index."""
    newest = tickets.c.id.desc()
    conversation = tickets.c.conversation
    queries: list[Select[Any]] = [
        select(conversation).where(tickets.c.id == ticket_id(terms.ticket) if terms.ticket else false()),
        select(conversation).where(_within(tickets.c.order_number, terms.orders)).order_by(newest),
        select(verifications.c.conversation).where(_within(verifications.c.order_key, terms.orders)),
    ]
    for contact, column in ((terms.email, conversations.c.email), (terms.phone, conversations.c.phone)):
        if contact:
            queries.append(select(conversations.c.id).where(column == contact).order_by(conversations.c.last_at.desc()))
            queries.append(select(conversation).where(tickets.c.contact == contact).order_by(newest))
    if terms.words:
        queries.append(_saying(terms.words))
    return queries


def _saying(words: str) -> Select[Any]:
    newest = select(conversations.c.id).order_by(conversations.c.created_at.desc()).limit(_NEWEST_SEARCHED).subquery()
    said = messages.c.text.icontains(words, autoescape=True)
    return select(messages.c.conversation).join(newest, newest.c.id == messages.c.conversation).where(said).distinct()


def _within(column: Any, values: Collection[str]) -> ColumnElement[bool]:
    return or_(*(column == value for value in values if value)) if values else false()
