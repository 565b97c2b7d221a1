"""EasyPost: asks for trackers and makes new ones; they read as in its webhooks, which come in by `aggregators`."""

from collections.abc import Mapping
from datetime import datetime

import aiohttp

from tracking.carriers.aggregators.easypost import DETAILS, STATUSES, estimate_of, read_tracker
from tracking.carriers.apis._reading import from_message, newest, not_found
from tracking.carriers.apis.base import Answer, Call, CarrierApi, Keys, Parcel, Rate, Report, Values, setting
from tracking.model import Status
from tracking.reading import obj, objects, text, utc_moment

CARRIERS: Mapping[str, str] = {
    "australia_post": "AustraliaPost",
    "canada_post": "CanadaPost",
    "canpar": "Canpar",
    "dpd": "DPDUK",
    "fedex": "FedEx",
    "lasership": "LaserShipV2",
    "ontrac": "OnTrac",
    "purolator": "Purolator",
    "royal_mail": "RoyalMail",
    "ups": "UPS",
    "usps": "USPS",
}
"""EasyPost's names for carriers; of any other it is told nothing and finds out by itself."""

_DETAILS: Mapping[str, Status] = {
    f"{status}/{detail}": ours for status, details in DETAILS.items() for detail, ours in details.items()
}


def _auth(values: Values) -> Keys:
    return Keys({"Authorization": aiohttp.encode_basic_auth(setting(values, "easypost_api_key"), "")})


def _call(parcel: Parcel, _values: Values) -> Call:
    return Call("/v2/trackers", params={"tracking_code": parcel.number, "page_size": "5", **_carrier(parcel)})


def _carrier(parcel: Parcel) -> dict[str, str]:
    name = CARRIERS.get(parcel.carrier)
    return {"carrier": name} if name else {}


def _read(answer: Answer, parcel: Parcel, now: datetime) -> Report:
    data = answer.data()
    answer.checked(text(obj(data.get("error")).get("code"), 60))
    trackers = [
        tracker
        for tracker in objects(data.get("trackers"))
        if text(tracker.get("tracking_code")).upper() == parcel.number.upper()
    ]
    if not trackers:
        return not_found(parcel, now)
    tracker = newest(trackers, [utc_moment(tracker.get("created_at")) for tracker in trackers])
    message = read_tracker(tracker, "tracker", now)
    heard_at = min(utc_moment(tracker.get("updated_at")) or now, now)
    return from_message(parcel, message, now, estimate_of(tracker, heard_at))


def _register(parcel: Parcel, _values: Values) -> Call:
    return Call("/v2/trackers", "POST", json={"tracker": {"tracking_code": parcel.number, **_carrier(parcel)}})


API = CarrierApi(
    code="easypost",
    name="EasyPost",
    covers=(),
    settings=("easypost_api_key",),
    address="https://api.easypost.com",
    rate=Rate(5, 10),
    auth=_auth,
    call=_call,
    read=_read,
    statuses={**STATUSES, **_DETAILS},
    asks="Trackers, `GET /v2/trackers`",
    zones="offset as written; EasyPost writes UTC when it doesn't know the place",
    proof="`signed_by`",
    estimates="local estimated day, else estimated time",
    register=_register,
)
