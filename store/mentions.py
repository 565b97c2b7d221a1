"""Blots out addresses and numbers wherever any table still names them; knows no table by heart but those that stay."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    cast,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import metadata
from support.masking import DOTS

KEPT = frozenset({"opt_outs", "agents", "agent_looks"})
"""Tables that are left alone: who must not be texted, who works here, and the log that nobody may change."""
_FEWEST_DIGITS = 7
"""A shorter number would be found in too much that has nothing to do with it."""


async def blot_out(connection: AsyncConnection, contacts: Collection[str]) -> int:
    """Replace contacts by dots in every text and JSON value of every table; return in how many rows.

    A row whose own key names one is deleted.
    """
    patterns = [(_needle(contact), _pattern(contact)) for contact in contacts if _is_telling(contact)]
    found = 0
    for table in metadata.sorted_tables if patterns else ():
        if table.name not in KEPT:
            found += await _blot_out_in(connection, table, patterns)
    return found


async def _blot_out_in(connection: AsyncConnection, table: Table, patterns: list[tuple[str, re.Pattern[str]]]) -> int:
    columns = [column for column in table.c if isinstance(column.type, String | Text | JSON)]
    if not columns:
        return 0
    named = [_names(column, needle) for column in columns for needle, _ in patterns]
    rows = (await connection.execute(select(table).where(or_(*named)))).mappings().all()
    changed = 0
    for row in rows:
        new = {column.name: _blotted(row[column.name], patterns) for column in columns}
        new = {name: value for name, value in new.items() if value != row[name]}
        changed += bool(new)
        this = and_(*(column == row[column.name] for column in table.primary_key))
        if any(_is_key(table.c[name]) for name in new):
            await connection.execute(delete(table).where(this))
        elif new:
            await connection.execute(update(table).where(this).values(new))
    return changed


def _is_telling(contact: str) -> bool:
    return "@" in contact or sum(character.isdigit() for character in contact) >= _FEWEST_DIGITS


def _needle(contact: str) -> str:
    """What the database looks for: a number without its plus, and letters as JSON writes them."""
    return json.dumps(contact.lower().removeprefix("+"))[1:-1]


def _pattern(contact: str) -> re.Pattern[str]:
    if "@" in contact:
        return re.compile(rf"(?<![\w.+-]){re.escape(contact)}(?![\w-])", re.IGNORECASE)
    return re.compile(rf"(?<!\w)\+?{re.escape(contact.removeprefix('+'))}(?!\w)")


def _names(column: Column[Any], needle: str) -> ColumnElement[bool]:
    text = cast(column, Text)
    plain = json.loads(f'"{needle}"')
    return or_(*(func.lower(text).contains(one, autoescape=True) for one in {needle, plain}))


def _is_key(column: Column[Any]) -> bool:
    """Whether rows are told apart or joined by it, so that it can't be changed into something else."""
    constraints = (one for one in column.table.constraints if isinstance(one, UniqueConstraint))
    unique = any(column in set(one.columns) for one in constraints)
    return column.primary_key or bool(column.foreign_keys) or unique


def _blotted(value: Any, patterns: list[tuple[str, re.Pattern[str]]]) -> Any:
    if isinstance(value, str):
        for _, pattern in patterns:
            value = pattern.sub(DOTS, value)
        return value
    if isinstance(value, Mapping):
        return {_blotted(key, patterns): _blotted(inner, patterns) for key, inner in value.items()}
    return [_blotted(inner, patterns) for inner in value] if isinstance(value, list) else value
