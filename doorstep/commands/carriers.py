"""`doorstep carriers`: lists who can be asked about parcels; asks nobody."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from doorstep.settings import Settings
from tracking.carriers.aggregators import aggregators
from tracking.carriers.apis import CarrierApi, apis

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
console = Console()


def carriers(as_json: AsJson = False) -> None:
    """List the carriers and aggregators that can be asked, and what each of them still needs."""
    settings = Settings()
    rows = [_row(api, settings) for api in apis().values()]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = Table()
    for heading in ("code", "name", "asked", "pushes", "to be asked needs"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        missing = "\n".join(f"DOORSTEP_{name.upper()}" for name in row["missing"])
        yes = ["yes" if row[heading] else "no" for heading in ("asked", "pushes")]
        table.add_row(row["code"], row["name"], *yes, missing)
    console.print(table)


def _row(api: CarrierApi, settings: Settings) -> dict[str, Any]:
    missing = [name for name in api.settings if not settings.value(name)]
    webhook = aggregators().get(api.code)
    pushes = bool(webhook and settings.value(webhook.secret_setting))
    return {"code": api.code, "name": api.name, "asked": not missing, "pushes": pushes, "missing": missing}
