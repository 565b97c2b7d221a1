"""Karrio: asks a self-hosted Karrio server over HTTP, never its library; how it reads serves its webhooks too."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracking.carriers import carrier_code
from tracking.carriers.aggregators._events import collect
from tracking.carriers.apis._reading import day_window, event, newest, not_found, own_id, report, status_of, when
from tracking.carriers.apis.base import Answer, Call, CarrierApi, Keys, Parcel, Rate, Report, Values, setting
from tracking.errors import InvalidInput
from tracking.model import Status, TrackingEvent
from tracking.reading import moment, obj, objects, text

CARRIERS: Mapping[str, str] = {
    "australia_post": "australiapost",
    "canada_post": "canadapost",
    "canpar": "canpar",
    "dhl": "dhl_express",
    "dpd": "dpd",
    "fedex": "fedex",
    "gls": "gls",
    "postnord": "postnord",
    "purolator": "purolator",
    "royal_mail": "royalmail",
    "ups": "ups",
    "usps": "usps",
}
"""Karrio's names of carriers; the server must have an account with the carrier."""

STATUSES: Mapping[str, Status] = {
    # No news. Karrio says unknown also of what its carrier's map lacks: never a delay.
    "unknown": Status.UNKNOWN,
    "pending": Status.LABEL_CREATED,
    "picked_up": Status.PICKED_UP,
    "in_transit": Status.IN_TRANSIT,
    "out_for_delivery": Status.OUT_FOR_DELIVERY,
    "ready_for_pickup": Status.AVAILABLE_FOR_PICKUP,
    "delivery_failed": Status.ATTEMPT_FAILED,
    "delivery_delayed": Status.DELAYED,
    "on_hold": Status.EXCEPTION,
    "delivered": Status.DELIVERED,
    "return_to_sender": Status.RETURNING,
    "cancelled": Status.CANCELLED,
}


def read_tracker(tracker: dict[str, Any], parcel: Parcel, now: datetime) -> Report:
    """Return the report of a tracker, the same whether Karrio sent it or was asked for it.

    Karrio gives a status to the parcel and only sometimes to a scan: the newest scan has the parcel's, an older one
    without its own stays UNKNOWN. Raises InvalidInput when the events are no list.
    """
    entries = objects(tracker.get("events"))
    latest = newest(entries, [_written(entry) for entry in entries])
    overall = text(tracker.get("status"), 40)
    found = collect(tracker.get("events"), "events", lambda e: _event(e, overall if e is latest else "", now))
    due = moment(tracker.get("estimated_delivery"))
    return report(
        parcel,
        found,
        now,
        carrier=carrier_code(text(tracker.get("carrier_name"))) or parcel.carrier or None,
        estimate=day_window(due.date(), due.date(), due.tzinfo, now) if due else None,
        signed_by=text(obj(tracker.get("info")).get("signed_by")),
        unmapped=[overall] if overall not in STATUSES else (),
    )


def _written(entry: dict[str, Any]) -> datetime | None:
    """When a scan was made, naive: Karrio drops the zone, and what it writes as UTC is the local time all the same."""
    day, clock = text(entry.get("date"), 10), text(entry.get("time"), 12).upper()
    for form in ("%I:%M %p", "%H:%M:%S", "%H:%M"):
        try:
            return moment(f"{day}T{datetime.strptime(clock, form).time()}")  # noqa: DTZ007 - a time of day has no zone
        except ValueError:
            continue
    return moment(day)


def _event(entry: dict[str, Any], overall: str, now: datetime) -> TrackingEvent:
    raw = text(entry.get("status"), 40) or overall
    code, where = text(entry.get("code"), 60), text(entry.get("location"))
    return event(
        "karrio",
        status_of(raw, STATUSES),
        when(_written(entry), None, now, "date"),
        now,
        raw="/".join(filter(None, (raw, code))),
        location=where,
        description=entry.get("description"),
        event_id=own_id(entry.get("date"), entry.get("time"), code or entry.get("description"), where),
    )


def _auth(values: Values) -> Keys:
    return Keys({"Authorization": f"Token {setting(values, 'karrio_api_key')}"})


def _call(parcel: Parcel, _values: Values) -> Call:
    return Call(f"/v1/trackers/{parcel.number}")


def _read(answer: Answer, parcel: Parcel, now: datetime) -> Report:
    if answer.status == 404:
        return not_found(parcel, now)
    data = answer.data()
    codes = [text(error.get("code"), 60) for error in objects(data.get("errors"))]
    answer.checked(codes[0] if codes else "")
    if text(data.get("tracking_number")).upper() != parcel.number.upper():
        raise InvalidInput("the tracker is of another number")
    return read_tracker(data, parcel, now)


def _register(parcel: Parcel, _values: Values) -> Call:
    if parcel.carrier not in CARRIERS:
        raise InvalidInput("Karrio has to be told the carrier, and must know it; name it with --carrier.")
    body = {"tracking_number": parcel.number, "carrier_name": CARRIERS[parcel.carrier]}
    return Call("/v1/trackers", "POST", json=body)


API = CarrierApi(
    code="karrio",
    name="Karrio",
    covers=(),
    settings=("karrio_api_url", "karrio_api_key"),
    address="",
    rate=Rate(10, 20),
    auth=_auth,
    call=_call,
    read=_read,
    statuses=STATUSES,
    asks="your own server, `GET /v1/trackers/{number}`",
    zones="none: Karrio drops it, so its times are taken as UTC and marked so",
    proof="`info.signed_by`",
    estimates="estimated day",
    register=_register,
)
