"""Imports orders from a CSV file of any length in little memory; `doorstep.csv_rows` knows the columns."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from doorstep.csv_rows import CsvRow, joined, open_csv, order_update, rows
from tracking.errors import InvalidInput
from tracking.ingest import MOST_ROWS_AT_ONCE, Ingest
from tracking.model import OrderUpdate

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row was left out; `line` counts from 1, the header being line 1."""

    line: int
    error: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How many orders were created, updated and found unchanged, and which rows were left out."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: tuple[RowError, ...] = ()


@dataclass(slots=True)
class _Tally:
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: list[RowError] = field(default_factory=list)

    def report(self) -> ImportReport:
        errors = tuple(sorted(self.errors, key=lambda error: error.line))
        return ImportReport(self.outcomes["created"], self.outcomes["updated"], self.outcomes["unchanged"], errors)


async def import_orders(path: Path, ingest: Ingest, progress: Callable[[int], None] = lambda _: None) -> ImportReport:
    """Create or update the orders of a CSV file; doing it again changes nothing.

    Bad rows are left out and listed, good ones kept, also those of the same order. `progress` is told how many bytes
    of the file are done. Raises InvalidInput if the header is wrong or the file isn't a CSV in UTF-8 (then nothing
    is imported), and Unavailable if the store doesn't answer.
    """
    scattered = _scattered(path)
    tally = _Tally()
    batch: list[tuple[int, OrderUpdate]] = []
    with open_csv(path) as file:
        for group in _groups(rows(file), scattered):
            batch += _read(group, tally)
            if len(batch) >= MOST_ROWS_AT_ONCE:
                await _save(batch, ingest, tally)
                batch.clear()
                progress(file.buffer.tell())
        await _save(batch, ingest, tally)
        progress(file.buffer.tell())
    return tally.report()


def _scattered(path: Path) -> set[str]:
    """Name the orders whose rows don't stand together. Only their rows are held in memory until the file is read."""
    seen: set[str] = set()
    found: set[str] = set()
    with open_csv(path) as file:
        for key, _ in groupby(row.key for row in rows(file)):
            (found if key in seen else seen).add(key)
    return found - {""}


def _groups(all_rows: Iterable[CsvRow], scattered: set[str]) -> Iterator[list[CsvRow]]:
    """Yield the rows order by order."""
    held: dict[str, list[CsvRow]] = {}
    for key, group in groupby(all_rows, key=lambda row: row.key):
        if key in scattered:
            held.setdefault(key, []).extend(group)
        else:
            yield list(group)
    yield from held.values()


def _read(group: list[CsvRow], tally: _Tally) -> list[tuple[int, OrderUpdate]]:
    updates: list[OrderUpdate] = []
    for row in group:
        update = _attempt(order_update, row, row.line, tally)
        updates += [update] if update else []
    whole = _attempt(joined, updates, group[0].line, tally) if updates else None
    return [(group[0].line, whole)] if whole else []


def _attempt(read: Callable[[T], OrderUpdate], written: T, line: int, tally: _Tally) -> OrderUpdate | None:
    try:
        return read(written)
    except InvalidInput as error:
        tally.errors.append(RowError(line, str(error)))
        return None


async def _save(batch: list[tuple[int, OrderUpdate]], ingest: Ingest, tally: _Tally) -> None:
    for result in await ingest.save_orders([update for _, update in batch]):
        if result.outcome == "refused":
            tally.errors.append(RowError(batch[result.row][0], result.error))
        else:
            tally.outcomes[result.outcome] += 1
