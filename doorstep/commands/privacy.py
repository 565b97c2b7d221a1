"""`doorstep privacy export` and `doorstep privacy erase`: what the law lets people ask for."""

import asyncio
import base64
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from doorstep.bootstrap import tracking_room
from doorstep.settings import Settings
from store.erasing import Erased, erase_contact
from store.exporting import export_contact
from store.shelf import DiskShelf
from tracking.errors import InvalidInput
from tracking.shops.phones import normal_email, normal_phone

Email = Annotated[str, typer.Option(help="The person's e-mail address.")]
Phone = Annotated[str, typer.Option(help="The person's phone number with its country, such as +12025550123.")]
_FILE_MODE = 0o600
app = typer.Typer(help="Hand out or erase all that is stored about one person.", no_args_is_help=True)


@app.command()
def export(
    email: Email = "",
    phone: Phone = "",
    out: Annotated[Path | None, typer.Option(help="A file to write; without it, standard output.")] = None,
    base64_pictures: Annotated[
        bool, typer.Option("--base64", help="Put pictures into the JSON, not their paths.")
    ] = False,
) -> None:
    """Write all that is stored about a person as JSON."""
    settings, contact = Settings(), _contact(email, phone)
    found = json.dumps(asyncio.run(_export(settings, *contact, base64_pictures)), indent=2, default=_written)
    if out is None:
        typer.echo(found)
        return
    out.touch(mode=_FILE_MODE)
    out.write_text(found + "\n", encoding="utf-8")
    typer.echo(f"Written to {out}.", err=True)


@app.command()
def erase(
    email: Email = "",
    phone: Phone = "",
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Erase all that is stored about a person, for good; a wish to get no more texts is kept."""
    settings, contact = Settings(), _contact(email, phone)
    if not yes:
        found = asyncio.run(_export(settings, *contact, False))
        typer.echo(_counted({kind: len(rows) for kind, rows in found.items()}))
        typer.confirm("Erase all of this for good?", abort=True)
    erased = asyncio.run(_erase(settings, *contact))
    typer.echo(json.dumps(dict(erased.counts)) if as_json else f"Erased: {_counted(erased.counts)}.")


def _contact(email: str, phone: str) -> tuple[str, str]:
    if not email and not phone:
        raise InvalidInput("Say whose data: --email or --phone, or both.")
    known = normal_email(email), normal_phone(phone)
    if email and not known[0]:
        raise InvalidInput("--email: that is no e-mail address.")
    if phone and not known[1]:
        raise InvalidInput("--phone: write the number with its country, such as +12025550123.")
    return known


async def _export(settings: Settings, email: str, phone: str, with_bytes: bool) -> dict[str, list[dict[str, Any]]]:
    shelf = DiskShelf(Path(settings.files_dir))
    async with tracking_room(settings) as room:
        found = {kind: list(rows) for kind, rows in (await export_contact(room.database, email, phone)).items()}
    for file in found["files"]:
        file["path"] = str(shelf.path(file["id"]))
        data = await shelf.get(file["id"]) if with_bytes else None
        if data is not None:
            file["base64"] = base64.b64encode(data).decode()
    return found


async def _erase(settings: Settings, email: str, phone: str) -> Erased:
    """Erase rows first, then bytes: what a crash leaves in between, the worker's job deletes."""
    async with tracking_room(settings) as room:
        erased = await room.database.run(lambda connection: erase_contact(connection, email, phone))
    await DiskShelf(Path(settings.files_dir)).drop(erased.files)
    return erased


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in counts.items())


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
