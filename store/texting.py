"""Keeps who may be texted and what became of each text; implements `OptOuts` and `Texts` of `support.ports`."""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update
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


# Made once: building a statement takes SQLAlchemy longer than running it takes the database.
_STOPPED = select(opt_outs.c.stopped).where(
    opt_outs.c.number == bindparam("whose"), opt_outs.c.medium == bindparam("on")
)
_KNOWN = select(texts.c.id).where(texts.c.key == bindparam("known"))
_NEW = ("key", "conversation", "number", "segments", "state", "error", "at", "moved_at")
_ADD = (
    insert(texts)
    .from_select(
        _NEW,
        select(*(bindparam(f"new_{name}", type_=texts.c[name].type) for name in _NEW)).where(
            ~select(texts.c.id).where(texts.c.key == bindparam("new_key")).exists()
        ),
    )
    .returning(texts.c.id)
)
"""Adds a text unless there is one of its key; gives back nothing then."""
_TAKEN = select(texts.c.provider_id).where(texts.c.id == bindparam("text"))
_MOVE = (
    update(texts)
    .where(texts.c.id == bindparam("text"), texts.c.state.in_(bindparam("before", expanding=True)))
    .returning(texts.c.key)
)


class OptOutTable:
    """Opt-outs in our database. Every method raises Unavailable when the database doesn't answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stopped(self, number: str, medium: str) -> bool:
        """See `support.ports.OptOuts.stopped`."""
        return any(row.stopped for row in await self._database.look(_STOPPED, {"whose": number, "on": medium}))

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
        new = {"key": key, "conversation": conversation, "number": number, "segments": segments}
        new |= {"state": TextState.QUEUED, "error": "", "at": now, "moved_at": now}
        added = await self._database.change(_ADD, {f"new_{name}": value for name, value in new.items()})
        found = added or await self._database.look(_KNOWN, {"known": key})
        return int(found[0].id)

    async def taken(self, text: int) -> bool:
        """See `support.ports.Texts.taken`."""
        return any(row.provider_id for row in await self._database.look(_TAKEN, {"text": text}))

    async def move(self, text: int, state: TextState, provider_id: str, error: str, now: datetime) -> None:
        """See `support.ports.Texts.move`."""
        news = {"state": state, "error": error, "moved_at": now, "provider_id": provider_id}
        values = {**news, "text": text, "before": _BEFORE[state]}
        if state not in _ALERTS:
            await self._database.change(_MOVE, values)
            return
        async with self._database.write() as connection:
            key = (await connection.execute(_MOVE, values)).scalar()
            if key:
                await move_text(connection, key, _ALERTS[state], error, now)
