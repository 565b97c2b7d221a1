"""PostNord (Sweden, Denmark, Norway, Finland): its Track & Trace API v5; it pushes nothing to be received here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracking.carriers.aggregators._events import collect
from tracking.carriers.apis._reading import day_window, event, not_found, place_zone, report, status_of, when
from tracking.carriers.apis.base import Answer, Call, CarrierApi, Keys, Parcel, Rate, Report, Values, setting
from tracking.model import Status, TrackingEvent
from tracking.reading import joined, moment, obj, objects, text

STATUSES: Mapping[str, Status] = {
    "CREATED": Status.LABEL_CREATED,
    "INFORMED": Status.LABEL_CREATED,
    "EN_ROUTE": Status.IN_TRANSIT,
    "DELAYED": Status.DELAYED,
    "EXPECTED_DELAY": Status.DELAYED,
    "STOPPED": Status.EXCEPTION,
    "AVAILABLE_FOR_DELIVERY": Status.AVAILABLE_FOR_PICKUP,
    "AVAILABLE_FOR_DELIVERY_PAR_LOC": Status.AVAILABLE_FOR_PICKUP,
    "DELIVERY_IMPOSSIBLE": Status.ATTEMPT_FAILED,
    "DELIVERY_REFUSED": Status.EXCEPTION,
    "DELIVERED": Status.DELIVERED,
    "RETURNED": Status.RETURNED,
    # Not a status of one parcel, or PostNord does not say.
    "SPLIT": Status.UNKNOWN,
    "OTHER": Status.UNKNOWN,
}
"""The documented statuses of an item, which each of its events has too."""

_NAMES = {"sweden": "SE", "denmark": "DK", "norway": "NO", "finland": "FI", "germany": "DE"}
_INVALID = "NOT_FOUND"


def _auth(values: Values) -> Keys:
    return Keys(params={"apikey": setting(values, "postnord_api_key")})


def _call(parcel: Parcel, _values: Values) -> Call:
    where = "/rest/shipment/v5/trackandtrace/findByIdentifier.json"
    return Call(where, params={"id": parcel.number, "locale": "en"})


def _read(answer: Answer, parcel: Parcel, now: datetime) -> Report:
    if answer.status == 404:
        return not_found(parcel, now)
    data = answer.data()
    outer = obj(data.get("TrackingInformationResponse"))
    faults = objects(obj(outer.get("compositeFault") or data.get("compositeFault")).get("faults"))
    codes = [text(fault.get("faultCode"), 60) for fault in faults]
    if any(code.upper().endswith(_INVALID) for code in codes):
        return not_found(parcel, now)
    answer.checked(codes[0] if codes else "")
    shipments = objects(outer.get("shipments"))
    items = [(shipment, item) for shipment in shipments for item in objects(shipment.get("items"))]
    if not items:
        return not_found(parcel, now)
    asked = [pair for pair in items if text(pair[1].get("itemId")).upper() == parcel.number.upper()]
    return _read_item(*(asked or items)[0], parcel, now)


def _read_item(shipment: dict[str, Any], item: dict[str, Any], parcel: Parcel, now: datetime) -> Report:
    found = collect(item.get("events"), "events", lambda entry: _event(entry, now))
    due = moment(item.get("estimatedTimeOfArrival")) or moment(shipment.get("estimatedTimeOfArrival"))
    home = obj(obj(shipment.get("consignee")).get("address"))
    zone = place_zone(home.get("countryCode"))
    return report(
        parcel,
        found,
        now,
        carrier="postnord",
        estimate=day_window(due.date(), due.date(), due.tzinfo or zone, now) if due else None,
        signed_by=text(obj(item.get("acceptor")).get("name")),
        unmapped=found.unmapped(lambda scan: scan.raw_status.partition("/")[0] in STATUSES),
    )


def _event(entry: dict[str, Any], now: datetime) -> TrackingEvent:
    place, status, code = obj(entry.get("location")), text(entry.get("status"), 60), text(entry.get("eventCode"), 20)
    land = text(place.get("country"))
    country = text(place.get("countryCode"), 2) or _NAMES.get(land.casefold(), "")
    return event(
        "postnord",
        status_of(status, STATUSES),
        when(moment(entry.get("eventTime")), place_zone(country), now, "eventTime"),
        now,
        raw="/".join(filter(None, (status, code))),
        location=joined(place.get("displayName") or place.get("name"), place.get("city"), land or country),
        description=entry.get("eventDescription"),
    )


API = CarrierApi(
    code="postnord",
    name="PostNord",
    covers=("postnord",),
    settings=("postnord_api_key",),
    address="https://api2.postnord.com",
    rate=Rate(1, 5),
    auth=_auth,
    call=_call,
    read=_read,
    statuses=STATUSES,
    asks="Track & Trace v5, `GET /rest/shipment/v5/trackandtrace/findByIdentifier.json`",
    zones="the scan's country: PostNord writes local time; else UTC",
    proof="`acceptor.name`",
    estimates="estimated day of arrival",
)
