"""Keeps what is known of pictures; implements `support.files.FileStore`. Their bytes are `store.shelf`'s."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, case, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.file_tables import files
from store.loading import matching
from store.outbox import add_job
from store.support_tables import conversations, ticket_number
from store.tickets import join_pictures
from support.files import File
from support.model import Author


class FileTable:
    """Pictures in our database. Every method raises Unavailable when the database doesn't answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_key(self, conversation: str, key: str) -> File | None:
        """See `support.files.FileStore.by_key`."""
        async with self._database.read() as connection:
            return await _by_key(connection, conversation, key)

    async def count(self, conversation: str, since: datetime) -> tuple[int, int]:
        """See `support.files.FileStore.count`."""
        async with self._database.read() as connection:
            return await _count(connection, conversation, since)

    async def add(self, file: File, key: str, since: datetime, most: tuple[int, int]) -> File | None:
        """See `support.files.FileStore.add`."""

        async def work(connection: AsyncConnection) -> File | None:
            if connection.dialect.name == "postgresql":
                # Two at once see each other, so that together they keep to the limit.
                await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(file.conversation))))
            known = await _by_key(connection, file.conversation, key)
            if known:
                return known
            lately, in_all = await _count(connection, file.conversation, since)
            if lately >= most[0] or in_all >= most[1]:
                return None
            await connection.execute(insert(files).values(_values(file, key)))
            await join_pictures(connection, file.conversation, file.at)
            return await _by_key(connection, file.conversation, key)

        return await self._database.run(work)

    async def get(self, file: str) -> File | None:
        """See `support.files.FileStore.get`."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(files).where(files.c.id == file))).first()
        return _file(row) if row else None

    async def of(self, conversation: str) -> tuple[File, ...]:
        """See `support.files.FileStore.of`."""
        wanted = select(files).where(files.c.conversation == conversation).order_by(files.c.at, files.c.id)
        async with self._database.read() as connection:
            return tuple(map(_file, await connection.execute(wanted)))

    async def known(self, ids: Collection[str]) -> frozenset[str]:
        """See `support.files.FileStore.known`."""
        async with self._database.read() as connection:
            rows = await matching(connection, select(files.c.id), files.c.id, ids)
        return frozenset(row["id"] for row in rows)

    async def forget_lost(self, before: datetime) -> int:
        """See `support.files.FileStore.forget_lost`."""
        lost = files.c.conversation.not_in(select(conversations.c.id)) & (files.c.at < before)
        async with self._database.write() as connection:
            return (await connection.execute(delete(files).where(lost))).rowcount

    async def fetch_later(self, conversation: str, key: str, payload: Mapping[str, Any], now: datetime) -> None:
        """See `support.files.FileStore.fetch_later`."""

        async def work(connection: AsyncConnection) -> None:
            await add_job(connection, "mms", f"mms:{key}", conversation, payload, now)

        await self._database.run(work)


async def _by_key(connection: AsyncConnection, conversation: str, key: str) -> File | None:
    wanted = select(files).where(files.c.conversation == conversation, files.c.key == key)
    row = (await connection.execute(wanted)).first()
    return _file(row) if row else None


async def _count(connection: AsyncConnection, conversation: str, since: datetime) -> tuple[int, int]:
    lately = func.count(case((files.c.at > since, 1)))
    wanted = select(lately, func.count()).where(files.c.conversation == conversation)
    row = (await connection.execute(wanted)).one()
    return row[0], row[1]


def _values(file: File, key: str) -> dict[str, Any]:
    names = ("id", "conversation", "author", "type", "size", "width", "height", "sha256", "at")
    return {"key": key, **{name: getattr(file, name) for name in names}}


def _file(row: Row[Any]) -> File:
    return File(
        id=row.id,
        conversation=row.conversation,
        author=cast(Author, row.author),
        type=row.type,
        size=row.size,
        width=row.width,
        height=row.height,
        sha256=row.sha256,
        at=row.at,
        ticket=ticket_number(row.ticket_id) if row.ticket_id else None,
    )
