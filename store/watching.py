"""Keeps tickets that nobody asked for; implements `support.watching.WatchStore`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.agent_tables import notes
from store.database import Database
from store.finding_tables import watched
from store.following import follow
from store.support_tables import conversations, messages, ticket_changes, ticket_number, tickets
from store.tables import order_shipments, orders, shipments
from store.tickets import add_change, change_ticket, insert_ticket, open_one, ticket_of
from store.unit import SqlUnit
from support.model import Ticket, TicketDraft, TicketReason
from support.watching import ENDS, WHO, Trouble


class WatchTable:
    """Such tickets in our database. `followers` are the helpdesks that are told of them, by code."""

    def __init__(self, database: Database, followers: Sequence[str] = ()) -> None:
        self._database, self._followers = database, followers

    async def open(self, trouble: Trouble, draft: TicketDraft, now: datetime) -> Ticket | None:
        """See `support.watching.WatchStore.open`."""

        async def work(connection: AsyncConnection) -> Ticket | None:
            # Whoever erases the order holds this lock too: a ticket is opened before that, and erased, or not at all.
            await SqlUnit(connection).lock({f"order:{trouble.order}"})
            shipment = await _shipment(connection, trouble)
            if shipment is None or await _handled(connection, trouble.fact):
                return None
            row = await self._ticket(connection, draft, now)
            fact = {"fact": trouble.fact, "ticket_id": row.id, "shipment_id": shipment, "at": now}
            await connection.execute(insert(watched).values(fact))
            return ticket_of(row)

        return await self._database.run(work)

    async def close(self, now: datetime, limit: int) -> Sequence[Ticket]:
        """See `support.watching.WatchStore.close`."""
        async with self._database.read() as connection:
            found = set((await connection.execute(_finished().limit(limit))).scalars())

        async def work(connection: AsyncConnection) -> list[Ticket]:
            wanted = select(tickets).where(tickets.c.id.in_(found)).order_by(tickets.c.id)
            rows = (await connection.execute(wanted.with_for_update(skip_locked=True))).all()
            # Looked at again under lock: somebody may have taken it up meanwhile.
            still = _finished().where(tickets.c.id.in_([row.id for row in rows]))
            over = set((await connection.execute(still)).scalars())
            await connection.execute(update(watched).where(watched.c.ticket_id.in_(over)).values(over_at=now))
            return [await self._solve(connection, row, now) for row in rows if row.id in over and row.state != "solved"]

        return await self._database.run(work) if found else ()

    async def _ticket(self, connection: AsyncConnection, draft: TicketDraft, now: datetime) -> Row[Any]:
        """The open ticket of this conversation and reason with a word of the new trouble, or a new one."""
        row = await open_one(connection, draft)
        if row is not None:
            await add_change(connection, row.id, WHO, "happened again", {"summary": draft.summary}, now)
            return row
        await _begin(connection, draft.conversation, now)
        row = await insert_ticket(connection, draft, now, WHO)
        await follow(connection, self._followers, draft.conversation, "open", ticket_number(row.id), now)
        return row

    async def _solve(self, connection: AsyncConnection, row: Row[Any], now: datetime) -> Ticket:
        number = ticket_number(row.id)
        await follow(connection, self._followers, row.conversation, "state", f"{number}:{now.isoformat()}", now)
        return ticket_of(await change_ticket(connection, row, {"state": "solved"}, WHO, now))


async def _shipment(connection: AsyncConnection, trouble: Trouble) -> int | None:
    """The parcel's row, while the order holds it."""
    held = select(shipments.c.id).join(order_shipments, order_shipments.c.shipment_id == shipments.c.id)
    held = held.join(orders, orders.c.id == order_shipments.c.order_id)
    found = await connection.execute(held.where(orders.c.key == trouble.order, shipments.c.key == trouble.parcel))
    shipment: int | None = found.scalar()
    return shipment


async def _handled(connection: AsyncConnection, fact: str) -> bool:
    return (await connection.execute(select(watched.c.fact).where(watched.c.fact == fact))).first() is not None


async def _begin(connection: AsyncConnection, conversation: str, now: datetime) -> None:
    """Make the conversation in which the shop may write first; the bot has it, and nobody waits in it."""
    known = select(conversations.c.id).where(conversations.c.id == conversation)
    if (await connection.execute(known)).first() is None:
        row = {"id": conversation, "channel": "web", "owner": "bot", "phone": "", "email": "", "last_number": 0}
        await connection.execute(insert(conversations).values(**row, created_at=now, last_at=now))


def _finished() -> Select[Any]:
    """The ids of tickets that are solved, or have nothing left to do and that nobody has touched."""
    ended = [
        and_(tickets.c.reason == reason.value, shipments.c.status.in_([status.value for status in statuses]))
        for reason, statuses in ENDS.items()
    ]
    ended.append(and_(tickets.c.reason == TicketReason.QUIET.value, shipments.c.found == ""))
    about = select(tickets.c.id).join(watched, watched.c.ticket_id == tickets.c.id)
    about = about.join(shipments, shipments.c.id == watched.c.shipment_id).where(watched.c.over_at.is_(None))
    over = and_(tickets.c.state == "open", or_(*ended), *_untouched())
    return about.where(or_(tickets.c.state == "solved", over)).distinct()


def _untouched() -> tuple[ColumnElement[bool], ...]:
    talk = tickets.c.conversation
    changed = exists().where(ticket_changes.c.ticket_id == tickets.c.id, ticket_changes.c.who != WHO)
    held = exists().where(conversations.c.id == talk, conversations.c.owner == "human")
    return (
        tickets.c.assignee == "",
        tickets.c.taken_at.is_(None),
        ~changed,
        ~exists().where(notes.c.conversation == talk),
        ~exists().where(messages.c.conversation == talk),
        ~held,
    )
