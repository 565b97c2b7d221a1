"""The scans of a parcel, newest first and day by day, each with the carrier's clock and ours; pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from tracking.model import Order, Shipment, Status, TrackingEvent
from web.track.ports import Times
from web.track.private import town, without_customer
from web.track.words import HEADLINES

MOST_SCANS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One scan. `scanned` is by the carrier's clock in `zone`, `learned` is when we heard of it, in the same zone."""

    what: str
    where: str
    scanned: str
    zone: str
    learned: str
    at: str


@dataclass(frozen=True, slots=True)
class Day:
    """The scans of one day on the spot."""

    name: str
    rows: tuple[Row, ...]


def history(order: Order, shipment: Shipment, times: Times) -> tuple[Day, ...]:
    """Return the newest scans by day."""
    newest = tuple(reversed(shipment.events))[:MOST_SCANS]
    days = groupby(newest, key=lambda event: event.occurred_at.date())
    return tuple(Day(_day(day), tuple(_row(order, event, times) for event in events)) for day, events in days)


def _row(order: Order, event: TrackingEvent, times: Times) -> Row:
    unread = event.status is Status.UNKNOWN and not event.description
    said = "News that we can't read" if unread else without_customer(event.description, order)
    learned = event.recorded_at.astimezone(event.occurred_at.tzinfo)
    same_day = learned.date() == event.occurred_at.date()
    return Row(
        what=said or HEADLINES[event.status],
        where=without_customer(town(event.location), order),
        scanned=times.clock(event.occurred_at),
        zone=zone_name(event.occurred_at),
        learned=times.clock(learned)
        if same_day
        else f"{learned:%a} {learned.day} {learned:%b}, {times.clock(learned)}",
        at=event.occurred_at.isoformat(),
    )


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def zone_name(at: datetime) -> str:
    """Return "UTC−5" or "UTC+5:30", which is right whatever the place calls its zone."""
    offset = at.utcoffset() or timedelta()
    minutes = abs(int(offset.total_seconds())) // 60
    if not minutes:
        return "UTC"
    sign = "−" if offset < timedelta() else "+"
    return f"UTC{sign}{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")
