"""Importing CSV files into the store."""

import time
from pathlib import Path

import pytest

from doorstep.importing import ImportReport, RowError, import_orders
from store.database import Database
from tests.reports import Tracking, order, tracking_on
from tests.scans import NOON
from tracking.errors import InvalidInput
from tracking.model import Contact, Item

HEADER = "number,placed_at,email,sku,tracking_number\n"


@pytest.fixture
def tracking(database: Database) -> Tracking:
    return tracking_on(database)


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "orders.csv"
    path.write_bytes(text.encode(encoding))
    return path


async def test_good_rows_are_kept_and_bad_ones_listed_with_their_lines(tracking: Tracking, tmp_path: Path) -> None:
    rows = [
        "1001,2026-03-08,robin@example.com,A,1Z1",
        "1002,nonsense,,,",
        ",2026-03-08,,,",
        "1003,2026-03-08,,,",
        f"{'9' * 65},2026-03-08,,,",
        "1001,,,B,1Z2",
    ]
    report = await import_orders(written(tmp_path, HEADER + "\n".join(rows), "utf-8-sig"), tracking.ingest)
    assert (report.created, report.updated, report.unchanged) == (2, 0, 0)
    assert [error.line for error in report.errors] == [3, 4, 6]
    assert report.errors[1] == RowError(4, "number is missing")
    stored = await tracking.orders.find("1001")
    assert stored is not None
    assert stored.items == (Item("A", "A"), Item("B", "B"))
    assert [s.tracking_number for s in stored.shipments] == ["1Z1", "1Z2"]


async def test_importing_twice_changes_nothing_and_a_correction_something(tracking: Tracking, tmp_path: Path) -> None:
    text = HEADER + "".join(f"{number},2026-03-08,a@example.com,A,P{number}\n" for number in range(1000, 2200))
    path = written(tmp_path, text)
    assert await import_orders(path, tracking.ingest) == ImportReport(created=1200)
    assert await import_orders(path, tracking.ingest) == ImportReport(unchanged=1200)
    path = written(tmp_path, text.replace("1500,2026-03-08,a@", "1500,2026-03-08,b@"))
    assert await import_orders(path, tracking.ingest) == ImportReport(updated=1, unchanged=1199)


async def test_an_import_does_not_undo_what_the_shop_said_since(tracking: Tracking, tmp_path: Path) -> None:
    await tracking.ingest.save_orders([order(placed_at=NOON, customer=Contact(email="new@example.com"))])
    await import_orders(written(tmp_path, HEADER + "1001,2026-03-08,old@example.com,A,\n"), tracking.ingest)
    stored = await tracking.orders.find("1001")
    assert stored is not None
    assert (stored.customer.email, stored.items) == ("new@example.com", (Item("A", "A"),))


@pytest.mark.parametrize("content", [HEADER.encode() + b"1001,2026-03-08,\xff\xfe,,\n", b"\xff\xfenumber"])
async def test_a_file_that_is_no_text_imports_nothing(tracking: Tracking, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match="UTF-8"):
        await import_orders(path, tracking.ingest)
    assert await tracking.orders.find("1001") is None


async def test_a_long_file_is_imported_fast_enough_and_tells_how_far_it_is(tracking: Tracking, tmp_path: Path) -> None:
    rows = 5_000
    text = HEADER + "".join(f"{n},2026-03-08T10:00:00Z,c{n}@example.com,A,1Z{n:016}\n" for n in range(rows))
    path, told = written(tmp_path, text), list[int]()
    started = time.process_time()
    report = await import_orders(path, tracking.ingest, told.append)
    # 100,000 rows in 60 seconds; processor time, because other work on the machine must not decide.
    assert time.process_time() - started < 60 * rows / 100_000
    assert report.created == rows
    assert told == sorted(told)
    assert told[-1] == len(text)
