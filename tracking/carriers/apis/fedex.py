"""FedEx: its Track API, and how its results read; what FedEx pushes comes in by `aggregators` and reads the same."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracking.carriers.aggregators._events import collect
from tracking.carriers.apis._reading import (
    day_window,
    event,
    newest,
    not_found,
    place_zone,
    report,
    status_of,
    when,
    window,
)
from tracking.carriers.apis.base import Answer, Call, CarrierApi, OAuth, Parcel, Rate, Refused, Report, Values, setting
from tracking.model import DeliveryWindow, Status, TrackingEvent
from tracking.reading import joined, moment, obj, objects, required, text, utc_moment

_CODES: Mapping[Status, str] = {
    # Wishes for delivery, labels for a return that nobody has sent, and "the pieces differ": no scan of this parcel.
    Status.UNKNOWN: "DR LP OX RC RD RG RM RP RR SP",
    Status.LABEL_CREATED: "AP DS EP OC",
    Status.PICKED_UP: "DO IP PU PX",
    Status.IN_TRANSIT: "AA AC AF AO AR AX CC CH CP DP EA EO FD IT IX LO OF OW PF PL PM SF TR",
    Status.OUT_FOR_DELIVERY: "AD ED OD",
    Status.AVAILABLE_FOR_PICKUP: "HL HP",
    Status.DELAYED: "CD DD DY PD",
    Status.EXCEPTION: "DE SE",
    Status.DELIVERED: "DL",
    Status.RETURNING: "RS",
    Status.CANCELLED: "CA",
}
CODES: Mapping[str, Status] = {code: status for status, codes in _CODES.items() for code in codes.split()}
"""FedEx' tracking status codes, as they stand in `eventType`."""

REASONS: Mapping[str, Status] = {"DE/08": Status.ATTEMPT_FAILED}
"""Where the exception code says more than the event: nobody was in, or the business was closed."""

_NOT_FOUND = "NOTFOUND"


def _auth(values: Values) -> OAuth:
    return OAuth("/oauth/token", setting(values, "fedex_client_id"), setting(values, "fedex_client_secret"))


def _call(parcel: Parcel, _values: Values) -> Call:
    asked = {"trackingNumberInfo": {"trackingNumber": parcel.number}}
    body = {"includeDetailedScans": True, "trackingInfo": [asked]}
    return Call("/track/v1/trackingnumbers", "POST", headers={"X-locale": "en_US"}, json=body)


def _read(answer: Answer, parcel: Parcel, now: datetime) -> Report:
    data = answer.data()
    if answer.status >= 400:
        codes = [text(error.get("code"), 60) for error in objects(data.get("errors"))]
        if any(code.endswith(_NOT_FOUND) for code in codes):
            return not_found(parcel, now)
        answer.checked(codes[0] if codes else "")
    complete = objects(obj(data.get("output")).get("completeTrackResults"))
    results = [result for part in complete for result in objects(part.get("trackResults"))]
    known = [result for result in results if not result.get("error")]
    if not known:
        codes = [text(obj(result.get("error")).get("code"), 60) for result in results]
        if all(code.endswith(_NOT_FOUND) for code in codes):
            return not_found(parcel, now)
        raise Refused(f"the question was refused ({codes[0]})")
    return read_result(newest(known, [_last(result) for result in known]), parcel, now)


def _last(result: dict[str, Any]) -> datetime | None:
    """When a result was scanned last: FedEx uses numbers again, and answers with both parcels."""
    return max(filter(None, (utc_moment(scan.get("date")) for scan in objects(result.get("scanEvents")))), default=None)


def read_result(result: dict[str, Any], parcel: Parcel, now: datetime) -> Report:
    """Return the report of one track result. Raises InvalidInput when its scans are no list."""
    found = collect(result.get("scanEvents"), "scanEvents", lambda scan: _event(scan, now))
    delivery = obj(result.get("deliveryDetails"))
    return report(
        parcel,
        found,
        now,
        carrier="fedex",
        estimate=_estimate(result, now),
        signed_by=text(delivery.get("receivedByName")) or text(delivery.get("signedByName")),
        unmapped=found.unmapped(lambda scan: scan.raw_status.partition("/")[0] in CODES),
    )


def number_of(result: dict[str, Any]) -> str:
    """Return the number a track result is about. Raises InvalidInput when there is none."""
    return required(obj(result.get("trackingNumberInfo")).get("trackingNumber"), "trackingNumberInfo.trackingNumber")


def _event(scan: dict[str, Any], now: datetime) -> TrackingEvent:
    place, code, reason = obj(scan.get("scanLocation")), _code(scan), text(scan.get("exceptionCode"), 10)
    country, region = place.get("countryCode"), place.get("stateOrProvinceCode")
    raw = f"{code}/{reason}" if reason else code
    return event(
        "fedex",
        status_of(raw, REASONS, {raw: status_of(code, CODES)}),
        when(moment(scan.get("date")), place_zone(country, region), now, "date"),
        now,
        raw=raw,
        location=joined(place.get("city"), region, country),
        description=text(scan.get("exceptionDescription"), 500) or scan.get("eventDescription"),
    )


def _code(scan: dict[str, Any]) -> str:
    return (text(scan.get("eventType"), 10) or text(scan.get("derivedStatusCode"), 10)).upper()


def _estimate(result: dict[str, Any], now: datetime) -> DeliveryWindow | None:
    home = obj(obj(obj(result.get("recipientInformation"))).get("address"))
    zone = place_zone(home.get("countryCode"), home.get("stateOrProvinceCode"))
    for name in ("estimatedDeliveryTimeWindow", "standardTransitTimeWindow"):
        span = obj(obj(result.get(name)).get("window"))
        found = window(span.get("begins"), span.get("ends"), zone, now)
        if found:
            return found
    days = {text(entry.get("type"), 40): entry.get("dateTime") for entry in objects(result.get("dateAndTimes"))}
    due = moment(days.get("ESTIMATED_DELIVERY")) or moment(days.get("APPOINTMENT_DELIVERY"))
    return day_window(due.date(), due.date(), due.tzinfo or zone, now) if due else None


API = CarrierApi(
    code="fedex",
    name="FedEx",
    covers=("fedex",),
    settings=("fedex_client_id", "fedex_client_secret"),
    address="https://apis.fedex.com",
    rate=Rate(5, 10),
    auth=_auth,
    call=_call,
    read=_read,
    statuses={**CODES, **REASONS},
    asks="Track API v1, `POST /track/v1/trackingnumbers`",
    zones="offset as written; else the scan's country or state; else UTC",
    proof="`receivedByName` or `signedByName`",
    estimates="estimated window, else transit window, else estimated day",
)
