"""Keeps who may be texted and what became of each text; implements `OptOuts` and `Texts` of `support.ports`."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.ports import State
from store.alerts import move_text
from store.database import Database
from store.support_tables import opt_outs, texts
from support.model import TextState

_BEFORE = {
    TextState.QUEUED: (TextState.QUEUED,),
    TextState.SENT: (TextState.QUEUED,),
    TextState.DELIVERED: (TextState.QUEUED, TextState.SENT),
    TextState.UNDELIVERED: (TextState.QUEUED, TextState.SENT),
    TextState.FAILED: (TextState.QUEUED, TextState.SENT),
}
"""The states from which a text may come into a state."""


_ALERTS: dict[TextState, State] = {
    TextState.DELIVERED: "delivered",
    TextState.UNDELIVERED: "failed",
    TextState.FAILED: "failed",
}
"""What the end of a text means for the alert that it tells."""


class OptOutTable:
    """Opt-outs in our database. Every method raises Unavailable when the database doesn't answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stopped(self, number: str, medium: str) -> bool:
        """See `support.ports.OptOuts.stopped`."""
        wanted = select(opt_outs.c.stopped).where(opt_outs.c.number == number, opt_outs.c.medium == medium)
        async with self._database.read() as connection:
            return bool((await connection.execute(wanted)).scalar())

    async def set(self, number: str, medium: str, stopped: bool, now: datetime) -> None:
        """See `support.ports.OptOuts.set`."""
        key = (opt_outs.c.number == number) & (opt_outs.c.medium == medium)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(opt_outs).where(key))
            new = {"number": number, "medium": medium, "stopped": stopped, "at": now}
            await connection.execute(insert(opt_outs).values(new))

        await self._database.run(work)


class TextTable:
    """Texts in our database. Every method raises Unavailable when the database doesn't answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, key: str, conversation: str, number: str, segments: int, now: datetime) -> int:
        """See `support.ports.Texts.add`."""
        row = {"key": key, "conversation": conversation, "number": number, "segments": segments}
        new = insert(texts).values(row | {"state": TextState.QUEUED, "error": "", "at": now, "moved_at": now})

        async def work(connection: AsyncConnection) -> int:
            known = (await connection.execute(select(texts.c.id).where(texts.c.key == key))).scalar()
            return int(known or (await connection.execute(new.returning(texts.c.id))).scalar_one())

        return await self._database.run(work)

    async def taken(self, text: int) -> bool:
        """See `support.ports.Texts.taken`."""
        wanted = select(texts.c.provider_id).where(texts.c.id == text)
        async with self._database.read() as connection:
            return bool((await connection.execute(wanted)).scalar())

    async def move(self, text: int, state: TextState, provider_id: str, error: str, now: datetime) -> None:
        """See `support.ports.Texts.move`."""
        news = {"state": state, "error": error, "moved_at": now, "provider_id": provider_id}
        change = update(texts).where(texts.c.id == text, texts.c.state.in_(_BEFORE[state])).values(news)
        async with self._database.write() as connection:
            key = (await connection.execute(change.returning(texts.c.key))).scalar()
            if key and state in _ALERTS:
                await move_text(connection, key, _ALERTS[state], error, now)
