"""Keeps who has a conversation; implements `support.ports.HandoverStore`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.conversations import message_of, message_values
from store.database import Database
from store.following import follow
from store.outbox import add_job
from store.support_tables import conversations, messages, ticket_number, tickets
from store.tickets import add_change
from support.model import Agent, Message, Reply


class HandoverTable:
    """Owners of conversations in our database; every change is a compare-and-set of one row.

    `followers` are the helpdesks, by code, that are told what people say who don't work in them.
    """

    def __init__(self, database: Database, followers: Sequence[str] = ()) -> None:
        self._database, self._followers = database, followers

    async def take(self, conversation: str, agent: Agent, now: datetime) -> bool:
        """See `support.ports.HandoverStore.take`."""
        from_bot = (conversations.c.id == conversation) & (conversations.c.owner != "human")
        values = {
            "owner": "human",
            "agent": agent.id,
            "agent_name": agent.name,
            "takeovers": conversations.c.takeovers + 1,
            "waiting_since": None,
        }

        async def work(connection: AsyncConnection) -> bool:
            taken = await connection.execute(update(conversations).where(from_bot).values(values))
            if taken.rowcount:
                await _assign(connection, conversation, agent.id, now)
                return True
            theirs = select(conversations.c.agent).where(conversations.c.id == conversation)
            return (await connection.execute(theirs)).scalar() == agent.id

        return await self._database.run(work)

    async def pass_on(self, conversation: str, agent: str, to: Agent | None, now: datetime) -> bool:
        """See `support.ports.HandoverStore.pass_on`."""
        values = {"owner": "human" if to else "bot", "agent": to.id if to else "", "agent_name": to.name if to else ""}

        async def work(connection: AsyncConnection) -> bool:
            passed = await connection.execute(update(conversations).where(_had(conversation, agent)).values(values))
            if passed.rowcount and to:
                await _assign(connection, conversation, to.id, now)
            return bool(passed.rowcount)

        return await self._database.run(work)

    async def say(
        self, conversation: str, agent: str, message_id: str, text: str, now: datetime
    ) -> tuple[Message, bool] | None:
        """See `support.ports.HandoverStore.say`."""

        async def work(connection: AsyncConnection) -> tuple[Message, bool] | None:
            # Two at once with one id: the second meets the unique key, is run again and finds the first.
            same = select(messages).where(messages.c.conversation == conversation, messages.c.message_id == message_id)
            known = (await connection.execute(same)).first()
            if known:
                return message_of(known), False
            counted = update(conversations).values(last_number=conversations.c.last_number + 1)
            counted = counted.where(_had(conversation, agent))
            number = (await connection.execute(counted.returning(conversations.c.last_number))).scalar()
            if number is None:
                return None
            message = Message(number, "agent", text, now, message_id)
            await connection.execute(insert(messages), message_values(message, conversation, None))
            payload = {"conversation": conversation, "number": number}
            await add_job(connection, "deliver", f"deliver:{conversation}:{number}"[-200:], conversation, payload, now)
            others = [helpdesk for helpdesk in self._followers if not agent.startswith(f"{helpdesk}:")]
            await follow(connection, others, conversation, "say", str(number), now)
            return message, True

        return await self._database.run(work)

    async def ask(self, conversation: str, question: Reply, now: datetime) -> Message | None:
        """See `support.ports.HandoverStore.ask`."""
        chats = (conversations.c.id == conversation) & (conversations.c.channel == "web")
        counted = update(conversations).values(last_number=conversations.c.last_number + 1)
        counted = counted.where(chats, conversations.c.owner != "human").returning(conversations.c.last_number)

        async def work(connection: AsyncConnection) -> Message | None:
            number = (await connection.execute(counted)).scalar()
            if number is None:
                return None
            message = Message(number, "agent", question.text, now, buttons=question.buttons)
            await connection.execute(insert(messages), message_values(message, conversation, None))
            return message

        return await self._database.run(work)

    async def idle(self, since: datetime, limit: int) -> tuple[tuple[str, str], ...]:
        """See `support.ports.HandoverStore.idle`."""
        open_ones = exists().where(tickets.c.conversation == conversations.c.id, tickets.c.state != "solved")
        newer = exists().where(messages.c.conversation == conversations.c.id, messages.c.at > since)
        solved_lately = exists().where(tickets.c.conversation == conversations.c.id, tickets.c.solved_at > since)
        wanted = select(conversations.c.id, conversations.c.agent).where(
            conversations.c.owner == "human", ~open_ones, ~newer, ~solved_lately
        )
        async with self._database.read() as connection:
            return tuple((row.id, row.agent) for row in await connection.execute(wanted.limit(limit)))

    async def place(self, conversation: str) -> int | None:
        """See `support.ports.HandoverStore.place`."""
        own = select(conversations.c.waiting_since).where(
            conversations.c.id == conversation, conversations.c.owner == "waiting"
        )
        async with self._database.read() as connection:
            since = (await connection.execute(own)).scalar()
            if since is None:
                return None
            before = select(func.count()).select_from(conversations).where(conversations.c.waiting_since <= since)
            return int((await connection.execute(before)).scalar_one())

    async def seen(self, conversation: str, number: int) -> None:
        """See `support.ports.HandoverStore.seen`."""
        behind = (conversations.c.id == conversation) & (conversations.c.seen_number < number)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(update(conversations).where(behind).values(seen_number=number))

        await self._database.run(work)

    async def shown(self, conversation: str) -> int:
        """See `support.ports.HandoverStore.shown`."""
        wanted = select(conversations.c.seen_number).where(conversations.c.id == conversation)
        async with self._database.read() as connection:
            return int((await connection.execute(wanted)).scalar() or 0)


def _had(conversation: str, agent: str) -> ColumnElement[bool]:
    return (conversations.c.id == conversation) & (conversations.c.owner == "human") & (conversations.c.agent == agent)


async def _assign(connection: AsyncConnection, conversation: str, agent: str, now: datetime) -> None:
    """Put the open tickets of a conversation into a person's hands, and note when each was first taken up."""
    wanted = select(tickets).where(tickets.c.conversation == conversation, tickets.c.state != "solved")
    for row in await connection.execute(wanted.with_for_update()):
        values = {"assignee": agent, "taken_at": row.taken_at or now}
        await connection.execute(update(tickets).where(tickets.c.id == row.id).values(values))
        await add_change(connection, row.id, agent, "taken", {"ticket": ticket_number(row.id)}, now)
