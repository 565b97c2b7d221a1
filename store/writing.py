"""Writes many rows at once; knows no table by name."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.loading import matching, portions

Rows = Sequence[Mapping[str, Any]]


async def insert_rows(connection: AsyncConnection, table: Table, rows: Rows) -> list[int]:
    """Insert rows of a table that has a unique `key` and return the ids the database gave them, in their order.

    Keyed rows go in at once and are looked up again: a statement that returns ids would go row by row on SQLite.
    """
    keyed = [row for row in rows if row["key"] is not None]
    await add_rows(connection, table, keyed)
    found = await matching(connection, select(table.c.key, table.c.id), table.c.key, [row["key"] for row in keyed])
    ids: dict[str | None, int] = {row["key"]: row["id"] for row in found}
    return [ids[row["key"]] if row["key"] is not None else await _insert_row(connection, table, row) for row in rows]


async def _insert_row(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> int:
    return int((await connection.execute(insert(table).values(row).returning(table.c.id))).scalar_one())


async def add_rows(connection: AsyncConnection, table: Table, rows: Rows) -> None:
    """Insert rows whose ids nobody needs."""
    if rows:
        await connection.execute(insert(table), rows)


async def update_rows(connection: AsyncConnection, table: Table, rows: Mapping[int, Mapping[str, Any]]) -> None:
    """Overwrite the columns given, by id."""
    if rows:
        statement = update(table).where(table.c.id == bindparam("row_id"))
        await connection.execute(statement, [{"row_id": row_id, **row} for row_id, row in rows.items()])


async def clear_rows(connection: AsyncConnection, table: Table, order_ids: Collection[int]) -> None:
    """Delete what a table has about these orders."""
    for some in portions(order_ids):
        await connection.execute(delete(table).where(table.c.order_id.in_(some)))
