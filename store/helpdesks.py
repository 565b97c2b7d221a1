"""Keeps which thread of a helpdesk is which conversation; implements `support.helpdesks.ports.HelpdeskStore`."""

import secrets
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.following import follow
from store.helpdesk_tables import helpdesk_sent, helpdesk_threads
from store.support_tables import conversations, messages
from support.helpdesks.base import State
from support.helpdesks.ports import Begun, Thread

_threads, _sent = helpdesk_threads.c, helpdesk_sent.c


class HelpdeskTable:
    """Threads in our database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, helpdesk: str, conversation: str) -> Thread | None:
        """See `support.helpdesks.ports.HelpdeskStore.newest`."""
        wanted = select(helpdesk_threads).where(_threads.helpdesk == helpdesk, _threads.conversation == conversation)
        async with self._database.read() as connection:
            row = (await connection.execute(wanted.order_by(_threads.opened_at.desc()).limit(1))).first()
        return _thread_of(row) if row else None

    async def find(self, helpdesk: str, thread: str) -> Thread | None:
        """See `support.helpdesks.ports.HelpdeskStore.find`."""
        wanted = select(helpdesk_threads).where(_threads.helpdesk == helpdesk, _threads.thread == thread)
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).first()
        return _thread_of(row) if row else None

    async def opened(self, thread: Thread, now: datetime) -> None:
        """See `support.helpdesks.ports.HelpdeskStore.opened`."""
        same = select(_threads.thread).where(_threads.helpdesk == thread.helpdesk, _threads.thread == thread.id)
        values = {
            "helpdesk": thread.helpdesk,
            "thread": thread.id,
            "conversation": thread.conversation,
            "ticket": thread.ticket,
            "state": thread.state,
            "opened_at": now,
        }

        async def work(connection: AsyncConnection) -> None:
            if await _exists(connection, thread.conversation) and (await connection.execute(same)).first() is None:
                await connection.execute(insert(helpdesk_threads).values(values))

        await self._database.run(work)

    async def set_state(self, thread: Thread, state: State) -> None:
        """See `support.helpdesks.ports.HelpdeskStore.set_state`."""
        this = (_threads.helpdesk == thread.helpdesk) & (_threads.thread == thread.id)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(update(helpdesk_threads).where(this).values(state=state))

        await self._database.run(work)

    async def begin(self, helpdesk: str, conversation: str, key: str, now: datetime) -> Begun | None:
        """See `support.helpdesks.ports.HelpdeskStore.begin`."""
        this = {"helpdesk": helpdesk, "conversation": conversation, "key": key}

        async def work(connection: AsyncConnection) -> Begun | None:
            if not await _exists(connection, conversation):
                return None
            row = (await connection.execute(select(helpdesk_sent).filter_by(**this))).first()
            if row is None:
                await connection.execute(insert(helpdesk_sent).values(**this, begun_at=now))
            return Begun(row is not None, row.external_id if row else None)

        return await self._database.run(work)

    async def sent(self, helpdesk: str, conversation: str, key: str, external_id: str) -> None:
        """See `support.helpdesks.ports.HelpdeskStore.sent`."""
        this = (_sent.helpdesk == helpdesk) & (_sent.conversation == conversation) & (_sent.key == key)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(update(helpdesk_sent).where(this).values(external_id=external_id))

        await self._database.run(work)

    async def is_ours(self, helpdesk: str, conversation: str, external_id: str) -> bool:
        """See `support.helpdesks.ports.HelpdeskStore.is_ours`."""
        wanted = select(_sent.key).where(
            _sent.helpdesk == helpdesk, _sent.conversation == conversation, _sent.external_id == external_id
        )
        async with self._database.read() as connection:
            return (await connection.execute(wanted.limit(1))).first() is not None

    async def heard(self, conversation: str, message_id: str) -> bool:
        """See `support.helpdesks.ports.HelpdeskStore.heard`."""
        wanted = select(messages.c.number).where(
            messages.c.conversation == conversation, messages.c.message_id == message_id
        )
        async with self._database.read() as connection:
            return (await connection.execute(wanted)).first() is not None

    async def look_later(self, thread: Thread, now: datetime) -> None:
        """See `support.helpdesks.ports.HelpdeskStore.look_later`."""
        about = f"{thread.id}:{secrets.token_hex(8)}"

        async def work(connection: AsyncConnection) -> None:
            await follow(connection, [thread.helpdesk], thread.conversation, "look", about, now)

        await self._database.run(work)


async def _exists(connection: AsyncConnection, conversation: str) -> bool:
    return (await connection.execute(select(conversations.c.id).filter_by(id=conversation))).first() is not None


def _thread_of(row: Row[Any]) -> Thread:
    return Thread(row.helpdesk, row.thread, row.conversation, row.ticket, cast(State, row.state))
