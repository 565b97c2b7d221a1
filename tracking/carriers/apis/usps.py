"""USPS: its Tracking API v3; the post of the United States has no push that a shop can verify."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracking.carriers.aggregators._events import collect
from tracking.carriers.apis._reading import (
    day_window,
    event,
    not_found,
    place_zone,
    report,
    shifted,
    status_of,
    when,
    window,
)
from tracking.carriers.apis.base import Answer, Call, CarrierApi, OAuth, Parcel, Rate, Report, Values, setting
from tracking.model import DeliveryWindow, Status, TrackingEvent
from tracking.reading import joined, moment, obj, objects, required, text

_CODES: Mapping[Status, str] = {
    Status.LABEL_CREATED: "GX MA 89",
    Status.PICKED_UP: "03 OA UA AD TM 80 81 82 83",
    Status.IN_TRANSIT: "06 07 10 A1 EF L1 NT PC SF T1 U1",
    Status.OUT_FOR_DELIVERY: "OF",
    Status.AVAILABLE_FOR_PICKUP: "14 16",
    Status.ATTEMPT_FAILED: "02 51 52 53 54 55 56",
    Status.DELAYED: "08",
    Status.EXCEPTION: "04 05",
    Status.DELIVERED: "01",
    Status.RETURNING: "09 21 22 23 24 25 26 27 28 29",
}
CODES: Mapping[str, Status] = {code: status for status, codes in _CODES.items() for code in codes.split()}
"""The scan events of Publication 199, appendix G-4, as far as we are sure of them."""


def _auth(values: Values) -> OAuth:
    return OAuth("/oauth2/v3/token", setting(values, "usps_client_id"), setting(values, "usps_client_secret"))


def _call(parcel: Parcel, _values: Values) -> Call:
    return Call(f"/tracking/v3/tracking/{parcel.number}", params={"expand": "DETAIL"})


def _read(answer: Answer, parcel: Parcel, now: datetime) -> Report:
    if answer.status == 404:
        return not_found(parcel, now)
    data = answer.data()
    if answer.status >= 400:
        answer.checked(text(obj(data.get("error")).get("code"), 20))
    required(data.get("trackingNumber"), "trackingNumber")
    found = collect(data.get("trackingEvents"), "trackingEvents", lambda entry: _event(entry, now))
    signed = [
        text(entry.get("name")) for entry in objects(data.get("trackingEvents")) if entry.get("eventCode") == "01"
    ]
    return report(
        parcel,
        found,
        now,
        mapped=CODES,
        carrier="usps",
        estimate=_estimate(data, now),
        signed_by=next(filter(None, signed), ""),
    )


def _event(entry: dict[str, Any], now: datetime) -> TrackingEvent:
    code, country = text(entry.get("eventCode"), 10).upper(), text(entry.get("eventCountry")) or "US"
    local, gmt = moment(entry.get("eventTimestamp")), moment(entry.get("GMTTimestamp"))
    if gmt is not None and local is not None and local.tzinfo is None:
        # The GMT time has seconds, the local one often none.
        local = shifted(gmt.replace(tzinfo=None), local.replace(second=gmt.second, microsecond=gmt.microsecond))
    return event(
        "usps",
        status_of(code, CODES),
        when(local or gmt, place_zone(country, entry.get("eventState")), now, "eventTimestamp"),
        now,
        raw=code,
        location=joined(entry.get("eventCity"), entry.get("eventState"), entry.get("eventCountry")),
        description=entry.get("eventType"),
    )


def _estimate(data: dict[str, Any], now: datetime) -> DeliveryWindow | None:
    zone = place_zone(data.get("destinationCountryCode") or "US", data.get("destinationState"))
    day = text(data.get("predictedDeliveryDate"), 10)
    start, end = (
        text(data.get("predictedDeliveryWindowStartTime"), 8),
        text(data.get("predictedDeliveryWindowEndTime"), 8),
    )
    hours = window(f"{day}T{start}", f"{day}T{end}", zone, now) if day and start and end else None
    if hours:
        return hours
    due = (
        moment(day) or moment(data.get("expectedDeliveryTimeStamp")) or moment(data.get("guaranteedDeliveryTimeStamp"))
    )
    return day_window(due.date(), due.date(), due.tzinfo or zone, now) if due else None


API = CarrierApi(
    code="usps",
    name="USPS",
    covers=("usps",),
    settings=("usps_client_id", "usps_client_secret"),
    address="https://apis.usps.com",
    # The default quota is 60 an hour.
    rate=Rate(60 / 3600, 60),
    auth=_auth,
    call=_call,
    read=_read,
    statuses=CODES,
    asks="Tracking API v3, `GET /tracking/v3/tracking/{number}`",
    zones="offset by the GMT time that USPS gives; else the scan's state; else UTC",
    proof="`name` of the delivery",
    estimates="predicted day, with hours where given, else expected or guaranteed day",
)
