"""Keeps ratings; implements `support.ratings.RatingStore`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.support_tables import conversations
from store.tables import orders
from store.track_tables import ratings
from support.ratings import Kind, Rating, Subject


class RatingTable:
    """Ratings in our database; they are erased with the order or the conversation they are about."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, subject: Subject, rating: Rating, changeable_since: datetime) -> Rating | None:
        """See `support.ratings.RatingStore.put`."""

        async def work(connection: AsyncConnection) -> Rating | None:
            about = await _about(connection, subject)
            if about is None:
                return None
            known = (
                await connection.execute(select(ratings).where(_same(about, rating.kind)).with_for_update())
            ).first()
            if known is None:
                # Two at once: the second meets the unique key, is run again and changes the first.
                await connection.execute(insert(ratings).values({**about, **_values(rating), "at": rating.at}))
                return rating
            if known.at < changeable_since:
                return None
            changes = {name: value for name, value in _values(rating).items() if name not in {"kind", "source"}}
            await connection.execute(update(ratings).where(ratings.c.id == known.id).values(changes))
            return Rating(rating.kind, rating.score, rating.words, known.source, known.at, rating.changed_at)

        return await self._database.run(work)

    async def get(self, subject: Subject, kind: Kind) -> Rating | None:
        """See `support.ratings.RatingStore.get`."""
        async with self._database.read() as connection:
            about = await _about(connection, subject)
            row = (await connection.execute(select(ratings).where(_same(about, kind)))).first() if about else None
        return _rating(row) if row else None

    async def counts(self, kind: Kind, since: datetime, until: datetime) -> Mapping[int, int]:
        """See `support.ratings.RatingStore.counts`."""
        given = and_(ratings.c.kind == kind, ratings.c.at >= since, ratings.c.at <= until)
        counted = select(ratings.c.score, func.count()).where(given).group_by(ratings.c.score)
        async with self._database.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(counted)}


async def _about(connection: AsyncConnection, subject: Subject) -> dict[str, Any] | None:
    """The columns that name the subject; None if it isn't there (any more)."""
    if subject.order:
        found = (await connection.execute(select(orders.c.id).where(orders.c.key == subject.order))).scalar()
        return None if found is None else {"order_id": found}
    wanted = select(conversations.c.id).where(conversations.c.id == subject.conversation)
    found = (await connection.execute(wanted)).scalar()
    return None if found is None else {"conversation": found}


def _same(about: Mapping[str, Any], kind: Kind) -> ColumnElement[bool]:
    return and_(ratings.c.kind == kind, *(ratings.c[name] == value for name, value in about.items()))


def _values(rating: Rating) -> dict[str, Any]:
    return {
        "kind": rating.kind,
        "score": rating.score,
        "words": rating.words,
        "source": rating.source,
        "changed_at": rating.changed_at,
    }


def _rating(row: Row[Any]) -> Rating:
    return Rating(cast(Kind, row.kind), row.score, row.words, row.source, row.at, row.changed_at)
