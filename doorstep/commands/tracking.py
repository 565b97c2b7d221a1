"""`doorstep detect`, `doorstep track` and `doorstep import orders`; asking carriers itself is in `asking`."""

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

from doorstep.asking import Asked, ask_any
from doorstep.bootstrap import TrackingRoom, best_carrier, tracking_room
from doorstep.importing import ImportReport
from doorstep.importing import import_orders as import_file
from doorstep.settings import Settings
from store.polling import PollTable
from tracking.carriers import carrier_code, carrier_name
from tracking.carriers import detect as find_carriers
from tracking.carriers.apis import apis
from tracking.errors import InvalidInput
from tracking.folding import distinct, fold
from tracking.keys import tracking_key
from tracking.model import Order, Shipment
from tracking.polls import SourceNote

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
    number: Annotated[str, typer.Argument(help="An order number or a tracking number.")],
    carrier: Annotated[str, typer.Option("--carrier", help="The carrier, as ups; else as stored or recognised.")] = "",
    register: Annotated[bool, typer.Option("--register", help="Tell push providers to follow the parcel.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask the configured carriers about an order or a parcel, and show what is stored then."""
    order, asked = asyncio.run(_track(number, _code(carrier), register))
    for error in (error for one in asked for error in one.errors):
        typer.echo(error, err=True)
    if order is None:
        answered = [apis()[one.source].name for one in asked if one.report]
        heard = f"{answered[0]} does not know it" if answered else "no carrier could be asked"
        raise InvalidInput(f"No order or parcel {number!r} is stored here, and {heard}.")
    if as_json:
        typer.echo(json.dumps({**_as_json(order), "asked": [_asked_json(one) for one in asked]}))
        return
    for shipment in order.shipments:
        console.print(_scans(order, shipment))
    if not order.shipments:
        console.print(f"Order {order.number}: no parcel yet.")
    for one in asked:
        console.print(_answer(one))


def _code(carrier: str) -> str:
    """Our code for a carrier as people write it. Raises InvalidInput for one that nobody can be asked about."""
    code = carrier_code(carrier) or carrier.strip().lower()
    if code and carrier_code(code) is None and code not in apis():
        raise InvalidInput(f"There is no carrier {carrier!r}; `doorstep carriers` lists who can be asked.")
    return code


async def _track(number: str, carrier: str, register: bool) -> tuple[Order | None, list[Asked]]:
    settings = Settings()
    async with tracking_room(settings) as room:
        stored = await _find(room, number)
        asked = [
            await ask_any(parcel.tracking_number, carrier or parcel.carrier or "", settings, register)
            for parcel in _parcels(stored, number)
        ]
        for one in asked:
            if one.report and one.report.events:
                await room.ingest.record_events(one.report.events)
            if one.report:
                await PollTable(room.database).note(one.source, SourceNote(one.report.checked_at))
        order = await _find(room, number) or _stray(asked)
    return order, asked


async def _find(room: TrackingRoom, number: str) -> Order | None:
    return await room.orders.find(number) or await room.orders.find_by_tracking_number(number)


def _parcels(order: Order | None, number: str) -> list[Shipment]:
    """The parcels to ask about: the one that is meant, else all of an order, else a parcel of nobody's order."""
    if order is None:
        return [Shipment(number, best_carrier(number))] if tracking_key(number) else []
    meant = [parcel for parcel in order.shipments if tracking_key(parcel.tracking_number) == tracking_key(number)]
    return meant or list(order.shipments)


def _stray(asked: list[Asked]) -> Order | None:
    """A parcel that belongs to no order, as it was told of."""
    (report,) = [one.report for one in asked] or [None]
    if report is None or not report.found:
        return None
    events = distinct(update.event for update in report.events)
    parcel = Shipment(
        report.number,
        report.carrier,
        events=events,
        state=fold(events),
        last_checked_at=report.checked_at,
        estimate=report.estimate,
    )
    return Order(number="", placed_at=report.checked_at, shipments=(parcel,))


def _answer(asked: Asked) -> str:
    if asked.report is None:
        return f"{asked.number}: no carrier was asked." if not asked.errors else f"{asked.number}: no carrier answered."
    said = "answered" if asked.report.found else "does not know it"
    return f"{asked.number}: {apis()[asked.source].name} {said} at {_iso(asked.report.checked_at)}."


def _asked_json(asked: Asked) -> dict[str, object]:
    return {
        "tracking_number": asked.number,
        "source": asked.source or None,
        "found": asked.report.found if asked.report else None,
        "checked_at": _iso(asked.report.checked_at) if asked.report else None,
        "errors": list(asked.errors),
    }


def _as_json(order: Order) -> dict[str, object]:
    parcels = [
        {
            "tracking_number": parcel.tracking_number,
            "carrier": parcel.carrier,
            "status": parcel.status,
            "last_checked_at": _iso(parcel.last_checked_at),
            "estimate": parcel.estimate and [_iso(parcel.estimate.earliest), _iso(parcel.estimate.latest)],
            "events": [
                {"status": e.status, "occurred_at": _iso(e.occurred_at), "location": e.location, "raw": e.raw_status}
                for e in parcel.events
            ],
        }
        for parcel in order.shipments
    ]
    return {"number": order.number or None, "cancelled": order.cancelled, "shipments": parcels}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _scans(order: Order, shipment: Shipment) -> Table:
    name = carrier_name(shipment.carrier) or shipment.carrier if shipment.carrier else "carrier not known"
    whose = f"Order {order.number}" if order.number else "No order"
    table = Table(title=f"{whose}, parcel {shipment.tracking_number} ({name}): {shipment.status}")
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
