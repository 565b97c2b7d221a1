"""One person's data, by command: all of it is handed out, all of it is erased, and nobody else's."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from doorstep.cli import app
from doorstep.pictures import erasing
from store.database import Database
from store.erasing import erase_contact
from store.file_tables import files
from store.outbox import Outbox
from store.support_tables import tickets
from store.tables import metadata, orders
from store.tickets import TicketTable
from support.jobs import Job
from support.model import TicketDraft, TicketReason
from support.sign_in import contact_hash
from tests.left_behind import PERSONAL, ROBIN, TEXTS, files_on, leave_everything, leave_orders
from tests.pictures import picture
from tests.reports import tracking_on
from tests.scans import NOON
from tracking.errors import DoorstepError

run = CliRunner()


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path) -> Path:
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", database_url)
    monkeypatch.setenv("DOORSTEP_FILES_DIR", str(tmp_path / "files"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "files"


async def everything(database: Database) -> dict[str, str]:
    """All that the database holds, as text, by table."""
    held = {}
    async with database.read() as connection:
        for table in metadata.sorted_tables:
            held[table.name] = "\n".join(str(dict(row)) for row in (await connection.execute(select(table))).mappings())
    return held


def names_somebody(held: dict[str, str]) -> set[str]:
    return {table for table, text in held.items() if any(word in text.lower() for word in PERSONAL)}


def on_disk(folder: Path) -> set[str]:
    return {path.name for path in paths_on_disk(folder)}


def paths_on_disk(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def told(*arguments: str, answer: str = "") -> Any:
    """Run the command in a thread of its own, as it brings a loop of its own."""
    return run.invoke(app, ["privacy", *arguments], input=answer)


async def test_the_person_is_everywhere_before(database: Database, settings: Path) -> None:
    await leave_everything(database, settings)
    held = await everything(database)
    assert names_somebody(held) >= {
        "orders",
        "tracking_events",
        "conversations",
        "messages",
        "tickets",
        "ticket_changes",
        "files",
        "notes",
        "ratings",
        "alerts",
        "alert_wishes",
        "texts",
        "opt_outs",
        "links",
        "link_codes",
        "alexa_users",
        "push_addresses",
        "outbox",
    }


@pytest.mark.parametrize("by", [["--email", "Robin@Example.com"], ["--phone", "+1 202-555-0142"]])
async def test_nothing_is_left_but_the_wish_for_silence(database: Database, settings: Path, by: list[str]) -> None:
    await leave_everything(database, settings)
    before = await everything(database)
    result = await asyncio.to_thread(told, "erase", *by, "--yes", "--json")
    assert result.exit_code == 0, result.output
    counts = json.loads(result.output)
    wanted = {
        "orders": 2,
        "conversations": 5,
        "tickets": 1,
        "files": 2,
        "texts": 2,
        "alerts": 1,
        "alert_wishes": 1,
        "links": 2,
    }
    assert {kind: counts[kind] for kind in wanted} == wanted
    held = await everything(database)
    assert names_somebody(held) == {"opt_outs"}
    assert contact_hash(ROBIN.email) not in held["sign_in_codes"]
    async with database.read() as connection:
        kept = set((await connection.execute(select(files.c.id))).scalars())
    assert len(kept) == 1
    assert on_disk(settings) == kept
    # Others' data is as it was, but for the contact in it.
    assert "others-phone" in held["push_addresses"]
    assert "alex" in held["orders"]
    assert "Was it sent to •••• or ••••? I'm Alex." in held["messages"]
    assert "Alex here" in held["messages"]
    for table in ("shipments", "order_items", "tracking_events"):
        assert held[table].count("OTHER1") == before[table].count("OTHER1")
    again = await asyncio.to_thread(told, "erase", *by, "--yes", "--json")
    assert sum(json.loads(again.output).values()) == 0


async def test_a_ticket_s_number_is_not_given_again(database: Database, settings: Path) -> None:
    await leave_everything(database, settings)
    await asyncio.to_thread(told, "erase", "--email", ROBIN.email, "--yes")
    async with database.read() as connection:
        before = (await connection.execute(select(tickets.c.id))).scalars().all()
    new = await TicketTable(database).open(TicketDraft("web-x", TicketReason.LATE, "x"), NOON)
    assert int(new.number.removeprefix("T-")) > max(before) + 1000


async def test_all_of_it_is_handed_out_and_nothing_is_changed(
    database: Database, settings: Path, tmp_path: Path
) -> None:
    await leave_everything(database, settings)
    before = await everything(database)
    result = await asyncio.to_thread(told, "export", "--email", ROBIN.email)
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert {kind: len(rows) for kind, rows in found.items()} == {
        "orders": 2,
        "conversations": 5,
        "tickets": 1,
        "ratings": 1,
        "files": 2,
        "texts": 2,
        "alerts": 1,
        "alert_wishes": 1,
        "opt_outs": 1,
        "links": 1,
        "push_addresses": 1,
    }
    first = next(row for row in found["orders"] if row["number"] == "1001")
    assert first["customer_name"] == "Robin Doe"
    assert first["parcels"][0]["events"][0]["signed_by"] == "R. Doe"
    texting = next(row for row in found["conversations"] if row["id"] == TEXTS)
    assert [message["text"] for message in texting["messages"]] == ["Robin here", "I see."]
    assert [note["text"] for note in texting["notes"]] == ["Robin is nice"]
    assert [line["what"] for line in found["tickets"][0]["history"]] == ["opened", "asked again"]
    assert {file["path"] for file in found["files"]} <= {str(path) for path in paths_on_disk(settings)}
    assert "alex@" not in result.output
    assert await everything(database) == before
    out = tmp_path / "robin.json"
    await asyncio.to_thread(told, "export", "--phone", ROBIN.phone, "--out", str(out), "--base64")
    written = json.loads(out.read_text())
    assert out.stat().st_mode & 0o777 == 0o600
    assert all(file["base64"].startswith("/9j/") for file in written["files"])


async def test_it_asks_before_it_erases(database: Database, settings: Path) -> None:
    await leave_everything(database, settings)
    before = await everything(database)
    result = await asyncio.to_thread(told, "erase", "--email", ROBIN.email, answer="n\n")
    assert result.exit_code == 1
    assert "2 orders, 5 conversations" in result.output
    assert await everything(database) == before
    result = await asyncio.to_thread(told, "erase", "--email", ROBIN.email, answer="y\n")
    assert "Erased: 2 orders" in result.output


@pytest.mark.parametrize(
    "by", [[], ["--email", "nobody"], ["--phone", "0142"], ["--phone", "2025550142"], ["--email", "%@example.com,x@y"]]
)
async def test_what_names_nobody_is_refused(database: Database, settings: Path, by: list[str]) -> None:
    await leave_orders(database)
    result = await asyncio.to_thread(told, "erase", *by, "--yes")
    assert isinstance(result.exception, DoorstepError)
    async with database.read() as connection:
        assert len((await connection.execute(select(orders))).all()) == 3


async def test_somebody_unknown_changes_nothing(database: Database, settings: Path) -> None:
    await leave_everything(database, settings)
    before = await everything(database)
    for contact in ("nobody@example.com", "obin@example.com", "robin@example.co"):
        result = await asyncio.to_thread(told, "erase", "--email", contact, "--yes")
        assert result.exit_code == 0
    assert await everything(database) == before


async def test_a_shop_s_own_request_has_the_bytes_deleted_by_the_worker(database: Database, settings: Path) -> None:
    await leave_everything(database, settings)
    before = on_disk(settings)
    await tracking_on(database).ingest.erase_customer("shop", email=ROBIN.email)
    assert on_disk(settings) == before  # rows first
    store = files_on(database, settings)
    jobs = await Outbox(database).lease(10, "w", datetime.now(UTC), datetime.now(UTC) + timedelta(minutes=1))
    mine = [job for job in jobs if job.kind == "erase_files"]
    for job in mine * 2:
        await erasing(store)(job)
    async with database.read() as connection:
        kept = set((await connection.execute(select(files.c.id))).scalars())
    assert on_disk(settings) == kept
    assert len(before) - len(kept) == 2


async def test_a_job_never_deletes_what_is_known(database: Database, settings: Path) -> None:
    store = files_on(database, settings)
    kept = await store.keep("web-1", "p-1", picture())
    job = Job(1, "erase_files", "k", {"files": [kept.id, "f" * 32]}, NOON, 0)
    await erasing(store)(job)
    assert on_disk(settings) == {kept.id}


async def test_a_crash_half_way_erases_nothing(database: Database, settings: Path) -> None:
    await leave_everything(database, settings)
    before = await everything(database)

    async def cut(connection: Any) -> None:
        await erase_contact(connection, ROBIN.email, "")
        raise RuntimeError("the process died here")

    with pytest.raises(RuntimeError):
        await database.run(cut)
    assert await everything(database) == before
