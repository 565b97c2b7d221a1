"""What the readers of carriers' answers share: times and their zones, estimates, and reports made of scans."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any

from tracking.carriers.aggregators._events import TOO_FAR_AHEAD, Scans, with_signature
from tracking.carriers.aggregators._zones import zone_of
from tracking.carriers.apis.base import Parcel, Report
from tracking.errors import InvalidInput
from tracking.model import DeliveryWindow, EventUpdate, Status, TrackingEvent, ZoneSource
from tracking.reading import end_of, moment, start_of, text
from tracking.webhooks import Message

_COUNTRIES = """
AT:AUT BE:BEL BG:BGR CH:CHE CZ:CZE DE:DEU DK:DNK EE:EST FI:FIN FR:FRA GB:GBR GR:GRC HR:HRV HU:HUN IE:IRL IS:ISL IT:ITA
LT:LTU LU:LUX LV:LVA MT:MLT NL:NLD NO:NOR PL:POL RO:ROU RS:SRB SE:SWE SI:SVN SK:SVK TR:TUR AE:ARE BD:BGD CN:CHN HK:HKG
IN:IND IL:ISR JP:JPN KR:KOR LK:LKA MO:MAC MY:MYS PK:PAK PH:PHL QA:QAT SA:SAU SG:SGP TH:THA TW:TWN VN:VNM EG:EGY GH:GHA
KE:KEN MA:MAR NG:NGA ZA:ZAF AR:ARG CO:COL CR:CRI JM:JAM PA:PAN PE:PER PR:PRI UY:URY US:USA CA:CAN AU:AUS
"""
_ALPHA3 = {pair[:2]: pair[3:] for pair in _COUNTRIES.split()}


@dataclass(frozen=True, slots=True)
class When:
    """A moment, aware, and where its zone came from."""

    at: datetime
    zone: ZoneSource


def place_zone(country: object, region: object = "") -> tzinfo | None:
    """Return the zone of a country (ISO 3166 alpha-2) or of its region; None where that isn't sure."""
    code = text(country, 2).upper()
    return zone_of(_ALPHA3.get(code, ""), text(region, 40))


def when(written: datetime | None, zone: tzinfo | None, recorded_at: datetime, where: str) -> When:
    """Return the moment a scan was made: by the offset it is written with, else by `zone`, else as UTC.

    Raises InvalidInput naming `where` when there is no time, or one too far ahead of `recorded_at`.
    """
    if written is None:
        raise InvalidInput(f"{where} is missing or is no time")
    if written.tzinfo:
        found = When(written, "offset")
    else:
        found = When(written.replace(tzinfo=zone or UTC), "location" if zone else "utc")
    if found.at > recorded_at + TOO_FAR_AHEAD:
        raise InvalidInput(f"{where} lies in the future")
    return found


def stamp(day: object, clock: object) -> datetime | None:
    """Return the naive time written as YYYYMMDD and HHMMSS (a leading zero may be missing); None if it is none."""
    date_text, clock_text = text(day, 10).replace("-", ""), text(clock, 10).replace(":", "").rjust(6, "0")
    if not (date_text.isascii() and clock_text.isascii() and date_text.isdigit() and clock_text.isdigit()):
        return None
    if len(date_text) != 8 or len(clock_text) != 6:
        return None
    return moment(f"{date_text}T{clock_text}")


def shifted(instant: datetime | None, local: datetime | None) -> datetime | None:
    """Return an instant (naive, UTC) with the offset that its local time shows; in UTC where that makes no sense."""
    if instant is None:
        return None
    aware = instant.replace(tzinfo=UTC)
    offset = (local - instant) if local is not None else timedelta()
    sensible = abs(offset) <= timedelta(hours=14) and offset.total_seconds() % 900 == 0
    return aware.astimezone(timezone(offset)) if sensible else aware


def day_window(earliest: date, latest: date, zone: tzinfo | None, made_at: datetime) -> DeliveryWindow | None:
    """Return whole days as an estimate; None when the last comes before the first."""
    if earliest > latest:
        return None
    return DeliveryWindow(start_of(earliest, zone or UTC), end_of(latest, zone or UTC), made_at, basis="carrier")


def window(earliest: object, latest: object, zone: tzinfo | None, made_at: datetime) -> DeliveryWindow | None:
    """Return an estimate from ISO 8601 texts; a time at midnight, or one moment only, stands for its whole day."""
    first, last = moment(earliest) or moment(latest), moment(latest) or moment(earliest)
    if first is None or last is None:
        return None
    first, last = _aware(first, zone), _aware(last, zone)
    if first == last or (first.time() == time.min and last.time() == time.min):
        return day_window(first.date(), last.date(), last.tzinfo, made_at)
    return DeliveryWindow(first, last, made_at, basis="carrier") if first < last else None


def _aware(found: datetime, zone: tzinfo | None) -> datetime:
    return found if found.tzinfo else found.replace(tzinfo=zone or UTC)


def status_of(code: str, *maps: Mapping[str, Status]) -> Status:
    """Return what the first map that knows the code says of it, UNKNOWN when none does."""
    return next((found[code] for found in maps if code in found), Status.UNKNOWN)


def report(
    parcel: Parcel,
    scans: Scans,
    checked_at: datetime,
    *,
    mapped: Mapping[str, Status] | None = None,
    carrier: str | None = None,
    estimate: DeliveryWindow | None = None,
    signed_by: str = "",
    service: str = "",
    unmapped: Sequence[str] = (),
) -> Report:
    """Return the report of a parcel that was found. `mapped` is the map to hold raw codes against, if one will do."""
    events = with_signature(scans.events, signed_by)
    if mapped is not None:
        unmapped = scans.unmapped(lambda event: event.raw_status in mapped)
    return Report(
        number=parcel.number,
        checked_at=checked_at,
        events=tuple(EventUpdate(parcel.number, event, carrier, estimate, checked_at, service) for event in events),
        estimate=estimate,
        carrier=carrier,
        rejected=scans.rejected,
        unmapped=tuple(unmapped),
    )


def not_found(parcel: Parcel, checked_at: datetime) -> Report:
    """Return the report of a parcel that the source has never heard of."""
    return Report(parcel.number, checked_at, found=False)


def from_message(parcel: Parcel, message: Message, checked_at: datetime, estimate: DeliveryWindow | None) -> Report:
    """Return the report that an aggregator's reader of webhooks makes of the same content.

    Its updates keep when the aggregator itself heard from the carrier: asking it makes that no fresher.
    """
    first = message.events[0] if message.events else None
    return Report(
        number=parcel.number,
        checked_at=checked_at,
        events=message.events,
        estimate=estimate or (first.estimate if first else None),
        carrier=first.carrier if first else None,
        rejected=message.rejected,
        unmapped=message.unmapped,
    )


def to_message(report: Report, delivery_id: str = "") -> Message:
    """Return a report as a webhook's message, for what a source pushes in the words in which it answers."""
    return Message(delivery_id, events=report.events, rejected=report.rejected, unmapped=report.unmapped)


def newest(entries: list[dict[str, Any]], moments: Sequence[datetime | None]) -> dict[str, Any]:
    """Return the entry with the newest moment, the first where none has any; empty if there are none."""
    dated = [(at, -place) for place, at in enumerate(moments) if at is not None]
    return entries[-max(dated)[1]] if dated else (entries[0] if entries else {})


def own_id(*parts: object) -> str:
    """Return an event id of our making, for scans that get a status only while they are a parcel's newest.

    Their status can't be what tells them apart, or the same scan would be another one when the next comes.
    """
    said = "\x1f".join(text(part, 500).casefold() for part in parts)
    return "own-" + hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def event(
    source: str,
    status: Status,
    made: When,
    recorded_at: datetime,
    *,
    raw: str,
    location: str = "",
    description: object = "",
    event_id: str = "",
) -> TrackingEvent:
    """Return a scan."""
    return TrackingEvent(
        status=status,
        occurred_at=made.at,
        recorded_at=recorded_at,
        source=source,
        raw_status=raw[:255],
        location=location,
        description=text(description, 500),
        event_id=event_id,
        zone_source=made.zone,
    )
