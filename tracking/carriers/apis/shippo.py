"""Shippo: asks for tracks and starts new ones; how they read serves its webhooks too, received in `aggregators`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracking.carriers import carrier_code
from tracking.carriers.aggregators._events import collect
from tracking.carriers.apis._reading import event, not_found, place_zone, report, status_of, when, window
from tracking.carriers.apis.base import Answer, Call, CarrierApi, Keys, Parcel, Rate, Report, Values, setting
from tracking.errors import InvalidInput
from tracking.model import Status, TrackingEvent
from tracking.reading import joined, moment, obj, required, text

CARRIERS: Mapping[str, str] = {
    "australia_post": "australia_post",
    "canada_post": "canada_post",
    "dhl": "dhl_express",
    "dpd": "dpd_uk",
    "fedex": "fedex",
    "lasership": "lasership",
    "ontrac": "ontrac",
    "purolator": "purolator",
    "ups": "ups",
    "usps": "usps",
}
"""Shippo's tokens of carriers; it can't be asked without one."""

STATUSES: Mapping[str, Status] = {
    # No news: Shippo has heard nothing yet. Never a delay.
    "UNKNOWN": Status.UNKNOWN,
    "PRE_TRANSIT": Status.LABEL_CREATED,
    "TRANSIT": Status.IN_TRANSIT,
    "DELIVERED": Status.DELIVERED,
    "RETURNED": Status.RETURNED,
    "FAILURE": Status.ATTEMPT_FAILED,
}

SUBSTATUSES: Mapping[str, Status] = {
    "TRANSIT/address_issue": Status.EXCEPTION,
    "TRANSIT/contact_carrier": Status.EXCEPTION,
    "TRANSIT/delayed": Status.DELAYED,
    "TRANSIT/delivery_attempted": Status.ATTEMPT_FAILED,
    "TRANSIT/delivery_rescheduled": Status.DELAYED,
    "TRANSIT/location_inaccessible": Status.ATTEMPT_FAILED,
    "TRANSIT/notice_left": Status.ATTEMPT_FAILED,
    "TRANSIT/out_for_delivery": Status.OUT_FOR_DELIVERY,
    "TRANSIT/package_accepted": Status.PICKED_UP,
    "TRANSIT/package_damaged": Status.EXCEPTION,
    "TRANSIT/package_held": Status.EXCEPTION,
    "TRANSIT/pickup_available": Status.AVAILABLE_FOR_PICKUP,
    "TRANSIT/reschedule_delivery": Status.DELAYED,
    "TRANSIT/return_to_sender": Status.RETURNING,
    "RETURNED/return_to_sender": Status.RETURNING,
    "RETURNED/package_unclaimed": Status.RETURNING,
    "FAILURE/package_undeliverable": Status.EXCEPTION,
    "FAILURE/package_disposed": Status.EXCEPTION,
    "FAILURE/package_lost": Status.EXCEPTION,
}
"""Where the substatus says more than the status; any other pair means what the status means."""

NEUTRAL = frozenset({"information_received", "package_arrived", "package_departed", "package_processing"}) | {
    "package_processed",
    "package_forwarded",
    "delivered",
    "other",
}
"""The documented substatuses that add nothing."""

_KNOWN = NEUTRAL | {pair.partition("/")[2] for pair in SUBSTATUSES}


def read_track(track: dict[str, Any], parcel: Parcel, now: datetime) -> Report:
    """Return the report of a track, the same whether Shippo sent it or was asked for it.

    Raises InvalidInput when its history is no list.
    """
    history, latest = track.get("tracking_history"), obj(track.get("tracking_status"))
    found = collect(history or ([latest] if latest else []), "tracking_history", lambda entry: _event(entry, now))
    home = obj(track.get("address_to"))
    zone = place_zone(home.get("country"), home.get("state"))
    return report(
        parcel,
        found,
        now,
        carrier=carrier_code(text(track.get("carrier"))),
        estimate=window(track.get("eta"), track.get("eta"), zone, now),
        service=text(obj(track.get("servicelevel")).get("name"), 64),
        unmapped=found.unmapped(lambda scan: _mapped(scan.raw_status)),
    )


def number_of(track: dict[str, Any], where: str) -> str:
    """Return the number a track is about. Raises InvalidInput when there is none."""
    return required(track.get("tracking_number"), f"{where}.tracking_number")


def _event(entry: dict[str, Any], now: datetime) -> TrackingEvent:
    status, more, place = text(entry.get("status"), 40), entry.get("substatus"), obj(entry.get("location"))
    code = text(more, 60) or text(obj(more).get("code"), 60)
    raw = f"{status}/{code}" if code else status
    return event(
        "shippo",
        status_of(raw, SUBSTATUSES, {raw: status_of(status, STATUSES)}),
        when(
            moment(entry.get("status_date")), place_zone(place.get("country"), place.get("state")), now, "status_date"
        ),
        now,
        raw=raw,
        location=joined(place.get("city"), place.get("state"), place.get("country")),
        description=entry.get("status_details"),
    )


def _mapped(raw: str) -> bool:
    status, _, code = raw.partition("/")
    return status in STATUSES and (not code or code in _KNOWN)


def _auth(values: Values) -> Keys:
    return Keys({"Authorization": f"ShippoToken {setting(values, 'shippo_api_key')}"})


def _carrier(parcel: Parcel) -> str:
    if parcel.carrier not in CARRIERS:
        raise InvalidInput("Shippo has to be told the carrier, and must know it; name it with --carrier.")
    return CARRIERS[parcel.carrier]


def _call(parcel: Parcel, _values: Values) -> Call:
    return Call(f"/tracks/{_carrier(parcel)}/{parcel.number}")


def _read(answer: Answer, parcel: Parcel, now: datetime) -> Report:
    if answer.status == 404:
        return not_found(parcel, now)
    data = answer.checked().data()
    latest = text(obj(data.get("tracking_status")).get("status"))
    if not data.get("tracking_history") and latest in {"", "UNKNOWN"}:
        return not_found(parcel, now)
    return read_track(data, parcel, now)


def _register(parcel: Parcel, _values: Values) -> Call:
    return Call("/tracks/", "POST", form={"carrier": _carrier(parcel), "tracking_number": parcel.number})


API = CarrierApi(
    code="shippo",
    name="Shippo",
    covers=tuple(CARRIERS),
    settings=("shippo_api_key",),
    address="https://api.goshippo.com",
    rate=Rate(5, 10),
    auth=_auth,
    call=_call,
    read=_read,
    statuses={**STATUSES, **SUBSTATUSES},
    asks="Tracks, `GET /tracks/{carrier}/{number}`",
    zones="offset as written; else the scan's country or state; else UTC",
    proof="none",
    estimates="`eta`, as its whole day",
    register=_register,
)
