"""`doorstep carriers`: lists who can be asked about parcels and when each last answered; asks nobody."""

import asyncio
import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from doorstep.bootstrap import tracking_room
from doorstep.settings import Settings
from store.polling import PollTable
from tracking.carriers.aggregators import aggregators
from tracking.carriers.apis import CarrierApi, apis
from tracking.errors import Unavailable
from tracking.polls import SourceNote

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def carriers(as_json: AsJson = False) -> None:
    """List the carriers and aggregators that can be asked, what each still needs, and when it last answered."""
    settings = Settings()
    notes = asyncio.run(_notes(settings))
    rows = [_row(api, settings, notes.get(api.code, SourceNote())) for api in apis().values()]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = Table()
    for heading in ("code", "name", "asked", "pushes", "last answered", "last error", "to be asked needs"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        missing = "\n".join(f"DOORSTEP_{name.upper()}" for name in row["missing"])
        yes = ["yes" if row[heading] else "no" for heading in ("asked", "pushes")]
        error = f"{row['last_error']} at {row['last_error_at']}" if row["last_error"] else ""
        table.add_row(row["code"], row["name"], *yes, row["last_answered_at"] or "never", error, missing)
    Console().print(table)


async def _notes(settings: Settings) -> Mapping[str, SourceNote]:
    """What is known of the sources; without a database that answers, nothing."""
    try:
        async with tracking_room(settings) as room:
            return await PollTable(room.database).notes()
    except Unavailable as error:
        typer.echo(f"{error} So it isn't known when each last answered.", err=True)
        return {}


def _row(api: CarrierApi, settings: Settings, note: SourceNote) -> dict[str, Any]:
    missing = [name for name in api.settings if not settings.value(name)]
    webhook = aggregators().get(api.code)
    return {
        "code": api.code,
        "name": api.name,
        "asked": not missing,
        "pushes": bool(webhook and settings.value(webhook.secret_setting)),
        "missing": missing,
        "last_answered_at": note.last_answered_at and note.last_answered_at.isoformat(timespec="seconds"),
        "last_error": note.last_error or None,
        "last_error_at": note.last_error_at and note.last_error_at.isoformat(timespec="seconds"),
    }
