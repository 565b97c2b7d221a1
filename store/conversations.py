"""Keeps conversations and their numbered messages; implements `support.ports.Conversations`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Integer, Row, String, bindparam, case, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.following import follow
from store.support_tables import conversations, messages, ticket_number, tickets, verifications
from support.model import (
    Agent,
    Answered,
    Author,
    Button,
    Channel,
    Conversation,
    Inbound,
    Message,
    Owner,
    Received,
    Reply,
    SignedIdentity,
)


def conversation_of(row: Row[Any]) -> Conversation:
    """Read a row of the conversations table."""
    identity = SignedIdentity(row.phone, row.email)
    agent = Agent(row.agent, row.agent_name) if row.agent else None
    return Conversation(
        row.id,
        cast(Channel, row.channel),
        cast(Owner, row.owner),
        row.created_at,
        row.last_at,
        identity,
        agent,
        row.takeovers,
    )


def message_of(row: Row[Any]) -> Message:
    """Read a row of the messages table."""
    buttons = tuple(Button(b["title"], b["payload"]) for b in row.buttons)
    return Message(row.number, cast(Author, row.author), row.text, row.at, row.message_id, buttons, row.card)


def message_values(message: Message, conversation: str, reply_to: int | None) -> dict[str, Any]:
    return {
        "conversation": conversation,
        "number": message.number,
        "author": message.author,
        "message_id": message.message_id,
        "text": message.text,
        "buttons": [{"title": b.title, "payload": b.payload} for b in message.buttons],
        "card": message.card,
        "at": message.at,
        "reply_to": reply_to,
    }


# Made once: building a statement takes SQLAlchemy longer than running it takes the database.
_ID, _NUMBER = bindparam("conversation_id", type_=String), bindparam("message_number", type_=Integer)
_THIS = conversations.c.id == _ID
_CONVERSATION = select(conversations).where(_THIS)
_LOCKED = _CONVERSATION.with_for_update()
_MESSAGE = (messages.c.conversation == _ID) & (messages.c.number == _NUMBER)
_BY_MESSAGE_ID = select(messages).where(messages.c.conversation == _ID, messages.c.message_id == bindparam("own_id"))
_REPLIES = (
    select(messages).where(messages.c.conversation == _ID, messages.c.reply_to == _NUMBER).order_by(messages.c.number)
)
_OFFERED = (
    select(messages.c.buttons, messages.c.author)
    .where(messages.c.conversation == _ID, messages.c.author != "shopper", messages.c.number < _NUMBER)
    .order_by(messages.c.number.desc())
    .limit(1)
)
_ALWAYS = -1
_EXPECTED = bindparam("expected", type_=Integer)
# A person has it, or had it since: what the bot says now is not said.
_SILENCED = (_EXPECTED != _ALWAYS) & ((conversations.c.owner == "human") | (conversations.c.takeovers != _EXPECTED))
_FREE = (
    update(conversations)
    .where(_THIS)
    .values(
        lease_by=None,
        lease_until=None,
        last_number=conversations.c.last_number + case((_SILENCED, 0), else_=bindparam("more", type_=Integer)),
    )
    .returning(conversations.c.last_number, conversations.c.owner, conversations.c.takeovers)
)
_NEWEST_TICKET = (
    select(tickets.c.id)
    .where(tickets.c.conversation == _ID)
    .where(tickets.c.called_at >= select(messages.c.at).where(_MESSAGE).scalar_subquery())
    .order_by(tickets.c.called_at.desc())
    .limit(1)
)
_LAST_OF_ALL = 2**31 - 1


class ConversationTable:
    """Conversations in our database. Every method raises Unavailable when the database doesn't answer.

    `followers` are the helpdesks, by code, that are told what is said while a person is called for or there.
    """

    def __init__(self, database: Database, followers: Sequence[str] = ()) -> None:
        self._database, self._followers = database, followers

    async def receive(
        self, inbound: Inbound, now: datetime, lease_until: datetime, idle_since: datetime, holder: str
    ) -> Received:
        """See `support.ports.Conversations.receive`."""

        async def work(connection: AsyncConnection) -> Received:
            row = await _locked(connection, inbound.conversation)
            if row is None:
                row = await _begin(connection, inbound, now)
            conversation = conversation_of(row)
            earlier = await _earlier(connection, inbound)
            if earlier is not None and earlier.answered_at is not None:
                replies = await _replies(connection, inbound.conversation, earlier.number)
                return Received("answered", conversation, message_of(earlier), replies, earlier.ticket)
            if row.lease_until is not None and row.lease_until > now:
                return Received("busy", conversation)
            if row.last_at < idle_since:
                await connection.execute(
                    delete(verifications).where(verifications.c.conversation == inbound.conversation)
                )
            offered, last = await _offered(
                connection, inbound.conversation, earlier.number if earlier else _LAST_OF_ALL
            )
            number = row.last_number + (0 if earlier else 1)
            conversation = await _take(
                connection, row, inbound, now, {"lease_by": holder, "lease_until": lease_until}, number
            )
            if earlier is not None:
                return Received("unanswered", conversation, message_of(earlier), offered=offered, replies_to=last)
            message = Message(number, "shopper", inbound.text, now, inbound.message_id, card=inbound.card)
            await connection.execute(insert(messages), message_values(message, inbound.conversation, None))
            if row.owner != "bot":
                await follow(connection, self._followers, row.id, "say", str(number), now)
            return Received("new", conversation, message, offered=offered, replies_to=last)

        return await self._database.run(work)

    async def answer(
        self,
        conversation: str,
        to: int,
        replies: Sequence[Reply],
        now: datetime,
        ticket: str | None,
        takeovers: int | None,
    ) -> Answered:
        """See `support.ports.Conversations.answer`."""

        async def work(connection: AsyncConnection) -> Answered:
            expected = _ALWAYS if takeovers is None else takeovers
            counted = {"conversation_id": conversation, "more": len(replies), "expected": expected}
            state = (await connection.execute(_FREE, counted)).first()
            if state is None:  # erased meanwhile
                return Answered((), ticket)
            silenced = takeovers is not None and (state.owner == "human" or state.takeovers != takeovers)
            kept = () if silenced else replies
            told = tuple(
                Message(number, "bot", reply.text, now, None, reply.buttons, reply.card)
                for number, reply in enumerate(kept, state.last_number - len(kept) + 1)
            )
            if told:
                await connection.execute(insert(messages), [message_values(m, conversation, to) for m in told])
            for message in told if state.owner != "bot" else ():
                await follow(connection, self._followers, conversation, "say", str(message.number), now)
            opened = ticket or await _opened(connection, conversation, to)
            question = {"conversation_id": conversation, "message_number": to}
            await connection.execute(
                update(messages).where(_MESSAGE), {**question, "answered_at": now, "ticket": opened}
            )
            return Answered(told, opened, cast(Owner, state.owner))

        return await self._database.run(work)

    async def release(self, conversation: str, holder: str) -> None:
        """See `support.ports.Conversations.release`."""
        mine = (conversations.c.id == conversation) & (conversations.c.lease_by == holder)
        async with self._database.write() as connection:
            await connection.execute(update(conversations).where(mine).values(lease_by=None, lease_until=None))

    async def get(self, conversation: str) -> Conversation | None:
        """See `support.ports.Conversations.get`."""
        async with self._database.read() as connection:
            row = (await connection.execute(_CONVERSATION, {"conversation_id": conversation})).first()
        return conversation_of(row) if row else None

    async def last_reply(self, conversation: str) -> Message | None:
        """See `support.ports.Conversations.last_reply`."""
        wanted = select(messages).where(messages.c.conversation == conversation, messages.c.author != "shopper")
        async with self._database.read() as connection:
            row = (await connection.execute(wanted.order_by(messages.c.number.desc()).limit(1))).first()
        return message_of(row) if row else None

    async def messages(self, conversation: str, after: int, limit: int) -> tuple[Message, ...]:
        """See `support.ports.Conversations.messages`."""
        wanted = select(messages).where(messages.c.conversation == conversation, messages.c.number > after)
        async with self._database.read() as connection:
            rows = await connection.execute(wanted.order_by(messages.c.number).limit(limit))
            return tuple(map(message_of, rows))


async def _locked(connection: AsyncConnection, conversation: str) -> Row[Any] | None:
    return (await connection.execute(_LOCKED, {"conversation_id": conversation})).first()


async def _begin(connection: AsyncConnection, inbound: Inbound, now: datetime) -> Row[Any]:
    await connection.execute(
        insert(conversations).values(
            id=inbound.conversation,
            channel=inbound.channel,
            owner="bot",
            agent="",
            agent_name="",
            takeovers=0,
            phone="",
            email="",
            created_at=now,
            last_at=now,
            last_number=0,
        )
    )
    row = await _locked(connection, inbound.conversation)
    assert row is not None
    return row


async def _take(
    connection: AsyncConnection, row: Row[Any], inbound: Inbound, now: datetime, lease: dict[str, Any], number: int
) -> Conversation:
    """Take the lease, keep the newest signed identity, move the clock on."""
    phone, email = inbound.identity.phone or row.phone, inbound.identity.email or row.email
    changes = {**lease, "last_at": now, "last_number": number, "phone": phone, "email": email}
    await connection.execute(update(conversations).where(_THIS), {"conversation_id": row.id, **changes})
    return replace(conversation_of(row), last_at=now, identity=SignedIdentity(phone, email))


async def _opened(connection: AsyncConnection, conversation: str, question: int) -> str | None:
    """The newest ticket opened, or joined again, since the question was asked."""
    asked = {"conversation_id": conversation, "message_number": question}
    newest = (await connection.execute(_NEWEST_TICKET, asked)).scalar()
    return ticket_number(newest) if newest else None


async def _earlier(connection: AsyncConnection, inbound: Inbound) -> Row[Any] | None:
    wanted = {"conversation_id": inbound.conversation, "own_id": inbound.message_id}
    return (await connection.execute(_BY_MESSAGE_ID, wanted)).first()


async def _replies(connection: AsyncConnection, conversation: str, to: int) -> tuple[Reply, ...]:
    rows = await connection.execute(_REPLIES, {"conversation_id": conversation, "message_number": to})
    return tuple(Reply(m.text, m.buttons, m.card) for m in map(message_of, rows))


async def _offered(connection: AsyncConnection, conversation: str, before: int) -> tuple[frozenset[str], Author | None]:
    """Button payloads of the newest reply before message number `before`, and who gave it."""
    wanted = {"conversation_id": conversation, "message_number": before}
    row = (await connection.execute(_OFFERED, wanted)).first()
    if row is None:
        return frozenset(), None
    return frozenset(button["payload"] for button in row.buttons or ()), cast(Author, row.author)
