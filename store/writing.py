"""Writes many rows at once; knows no table by name."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.loading import portions

Rows = Sequence[Mapping[str, Any]]


async def insert_rows(connection: AsyncConnection, table: Table, rows: Rows) -> list[int]:
    """Insert rows and return the ids the database gave them, in their order."""
    if not rows:
        return []
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list((await connection.execute(statement, rows)).scalars())


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
