"""DHL (Express, Parcel, eCommerce, Post): its Shipment Tracking Unified API; its push isn't received, see the docs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracking.carriers.aggregators._events import collect
from tracking.carriers.apis._reading import day_window, event, newest, not_found, place_zone, report, status_of, when
from tracking.carriers.apis._reading import window as span
from tracking.carriers.apis.base import Answer, Call, CarrierApi, Keys, Parcel, Rate, Report, Values, setting
from tracking.model import DeliveryWindow, Status, TrackingEvent
from tracking.reading import joined, moment, obj, objects, text, utc_moment

CODES: Mapping[str, Status] = {
    "pre-transit": Status.LABEL_CREATED,
    "transit": Status.IN_TRANSIT,
    "delivered": Status.DELIVERED,
    "failure": Status.EXCEPTION,
    # No news: DHL does not say what the scan means.
    "unknown": Status.UNKNOWN,
}
"""The status codes that all divisions of DHL share."""

_CHECKPOINTS: Mapping[Status, str] = {
    Status.PICKED_UP: "PU SA",
    Status.IN_TRANSIT: "AF AR BN CI CR DF FD IC PL PO RR RW SC SM TP TR",
    Status.OUT_FOR_DELIVERY: "WC",
    Status.AVAILABLE_FOR_PICKUP: "CC",
    Status.ATTEMPT_FAILED: "CA ND NH",
    Status.DELAYED: "CD HP MC MD MS OH TD UD",
    Status.EXCEPTION: "BA DM PD RD SS",
    Status.DELIVERED: "OK",
    Status.RETURNING: "RT",
}
CHECKPOINTS: Mapping[str, Status] = {code: status for status, codes in _CHECKPOINTS.items() for code in codes.split()}
"""DHL Express' checkpoints, which say more; they stand in an event's `status`."""

WORDS: Mapping[str, Status] = {
    "out for delivery": Status.OUT_FOR_DELIVERY,
    "delivery attempted": Status.ATTEMPT_FAILED,
    "ready for pickup": Status.AVAILABLE_FOR_PICKUP,
    "returned": Status.RETURNED,
    "returned to sender": Status.RETURNED,
    "return to sender": Status.RETURNING,
}
"""What other divisions write there where it says more than the code."""


def _auth(values: Values) -> Keys:
    return Keys({"DHL-API-Key": setting(values, "dhl_api_key")})


def _call(parcel: Parcel, _values: Values) -> Call:
    return Call("/track/shipments", params={"trackingNumber": parcel.number, "language": "en"})


def _read(answer: Answer, parcel: Parcel, now: datetime) -> Report:
    if answer.status == 404:
        return not_found(parcel, now)
    data = answer.checked().data()
    shipments = objects(data.get("shipments"))
    if not shipments:
        return not_found(parcel, now)
    # A number may be known to two divisions; the one that scanned it last has it.
    shipment = newest(shipments, [utc_moment(obj(entry.get("status")).get("timestamp")) for entry in shipments])
    entries = shipment.get("events")
    if not entries and shipment.get("status"):
        entries = [shipment["status"]]
    found = collect(entries, "shipment.events", lambda entry: _event(entry, now))
    return report(
        parcel,
        found,
        now,
        carrier="dhl",
        estimate=_estimate(shipment, now),
        signed_by=_signed_by(shipment),
        unmapped=found.unmapped(lambda scan: _code(scan.raw_status) in CODES),
    )


def _event(entry: dict[str, Any], now: datetime) -> TrackingEvent:
    place = obj(obj(entry.get("location")).get("address"))
    code, more = text(entry.get("statusCode"), 40).lower(), text(entry.get("status"), 60)
    raw = f"{code}/{more}" if _says_more(more) else code
    return event(
        "dhl",
        dhl_status(raw),
        when(moment(entry.get("timestamp")), place_zone(place.get("countryCode")), now, "timestamp"),
        now,
        raw=raw,
        location=joined(place.get("addressLocality"), place.get("countryCode")),
        description=text(entry.get("description"), 500) or more,
    )


def dhl_status(raw: str) -> Status:
    """Return what a raw status means: a checkpoint or a known word before the shared code."""
    code, _, more = raw.partition("/")
    return status_of(more, CHECKPOINTS, {more: WORDS.get(more.casefold(), status_of(code, CODES))})


def _says_more(more: str) -> bool:
    return more in CHECKPOINTS or more.casefold() in WORDS


def _code(raw: str) -> str:
    return raw.partition("/")[0]


def _signed_by(shipment: dict[str, Any]) -> str:
    signed = obj(obj(obj(shipment.get("details")).get("proofOfDelivery")).get("signed"))
    names = " ".join(filter(None, (text(signed.get("givenName")), text(signed.get("familyName")))))
    return text(signed.get("name")) or names


def _estimate(shipment: dict[str, Any], now: datetime) -> DeliveryWindow | None:
    home = obj(obj(shipment.get("destination")).get("address"))
    zone, frame = place_zone(home.get("countryCode")), obj(shipment.get("estimatedDeliveryTimeFrame"))
    found = span(frame.get("estimatedFrom"), frame.get("estimatedThrough"), zone, now)
    due = moment(shipment.get("estimatedTimeOfDelivery"))
    return found or (day_window(due.date(), due.date(), due.tzinfo or zone, now) if due else None)


API = CarrierApi(
    code="dhl",
    name="DHL",
    covers=("dhl",),
    settings=("dhl_api_key",),
    address="https://api-eu.dhl.com",
    # DHL's first service level: 250 a day.
    rate=Rate(250 / 86_400, 25),
    auth=_auth,
    call=_call,
    read=_read,
    statuses={**CODES, **CHECKPOINTS, **WORDS},
    asks="Shipment Tracking Unified, `GET /track/shipments`",
    zones="offset as written; else the scan's country; else UTC",
    proof="`proofOfDelivery.signed`",
    estimates="estimated time frame, else estimated day",
)
