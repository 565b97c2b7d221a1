"""`doorstep detect`, `doorstep track` and `doorstep import orders`."""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from doorstep.bootstrap import tracking_room
from doorstep.importing import ImportReport
from doorstep.importing import import_orders as import_file
from doorstep.settings import Settings
from tracking.carriers import carrier_name
from tracking.carriers import detect as find_carriers
from tracking.errors import InvalidInput
from tracking.model import Order, Shipment

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
console = Console()


def detect(
    numbers: Annotated[list[str] | None, typer.Argument(help="Tracking numbers; none: one a line on input.")] = None,
    as_json: AsJson = False,
) -> None:
    """Name the carriers a tracking number can belong to, best first."""
    given = numbers or [line.strip() for line in sys.stdin if line.strip()]
    found = [(number, find_carriers(number)) for number in given]
    if as_json:
        typer.echo(
            json.dumps([{"number": n, "candidates": [asdict(c) for c in candidates]} for n, candidates in found])
        )
        return
    for number, candidates in found:
        names = ", ".join(f"{c.name} ({c.carrier}, check digit {c.check_digit})" for c in candidates)
        typer.echo(f"{number}: {names or 'no carrier we know'}")


def track(
    number: Annotated[str, typer.Argument(help="An order number or a tracking number.")], as_json: AsJson = False
) -> None:
    """Show what is stored about an order or a parcel."""
    order = asyncio.run(_find(number))
    if order is None:
        raise InvalidInput(f"No order or parcel {number!r} is stored here.")
    if as_json:
        typer.echo(json.dumps(_as_json(order)))
        return
    for shipment in order.shipments:
        console.print(_scans(order, shipment))
    if not order.shipments:
        console.print(f"Order {order.number}: no parcel yet.")


async def _find(number: str) -> Order | None:
    async with tracking_room(Settings()) as room:
        return await room.orders.find(number) or await room.orders.find_by_tracking_number(number)


def _as_json(order: Order) -> dict[str, object]:
    parcels = [
        {
            "tracking_number": parcel.tracking_number,
            "carrier": parcel.carrier,
            "status": parcel.status,
            "last_checked_at": _iso(parcel.last_checked_at),
            "events": [
                {"status": e.status, "occurred_at": _iso(e.occurred_at), "location": e.location, "raw": e.raw_status}
                for e in parcel.events
            ],
        }
        for parcel in order.shipments
    ]
    return {"number": order.number, "cancelled": order.cancelled, "shipments": parcels}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _scans(order: Order, shipment: Shipment) -> Table:
    name = carrier_name(shipment.carrier) if shipment.carrier else "carrier not known"
    table = Table(title=f"Order {order.number}, parcel {shipment.tracking_number} ({name}): {shipment.status}")
    for heading in ("when", "status", "where", "what"):
        table.add_column(heading)
    for event in shipment.events:
        table.add_row(_iso(event.occurred_at), event.status, event.location, event.description)
    return table


def import_orders(
    file: Annotated[Path, typer.Argument(help="A CSV file; docs/import.md lists the columns.")],
    as_json: AsJson = False,
) -> None:
    """Create or update orders from a CSV file; running it twice changes nothing."""
    if not file.is_file():
        raise InvalidInput(f"There is no file {file}.")
    with Progress(console=Console(stderr=True), disable=as_json) as bar:
        task = bar.add_task("Importing", total=file.stat().st_size)
        report = asyncio.run(_import(file, lambda done: bar.update(task, completed=done)))
    _print_report(report, as_json)


async def _import(file: Path, progress: Callable[[int], None]) -> ImportReport:
    async with tracking_room(Settings()) as room:
        return await import_file(file, room.ingest, progress)


def _print_report(report: ImportReport, as_json: bool) -> None:
    errors = [{"line": error.line, "error": error.error} for error in report.errors]
    counts = {"created": report.created, "updated": report.updated, "unchanged": report.unchanged}
    if as_json:
        typer.echo(json.dumps({**counts, "refused": len(errors), "errors": errors}))
    else:
        typer.echo(", ".join(f"{count} {name}" for name, count in {**counts, "refused": len(errors)}.items()))
        for error in errors:
            typer.echo(f"line {error['line']}: {error['error']}", err=True)
    if errors:
        raise typer.Exit(1)
