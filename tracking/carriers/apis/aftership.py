"""AfterShip: asks for trackings and makes new ones; they read as in its webhooks, which come in by `aggregators`."""

from collections.abc import Mapping
from datetime import datetime

from tracking.carriers.aggregators.aftership import SUBTAGS, TAGS, estimate_of, read_tracking
from tracking.carriers.apis._reading import from_message, newest, not_found
from tracking.carriers.apis.base import Answer, Call, CarrierApi, Keys, Parcel, Rate, Report, Values, setting
from tracking.reading import obj, objects, text, utc_moment

SLUGS: Mapping[str, str] = {
    "australia_post": "australia-post",
    "canada_post": "canada-post",
    "canpar": "canpar",
    "dhl": "dhl",
    "dpd": "dpd",
    "fedex": "fedex",
    "gls": "gls",
    "lasership": "lasership",
    "ontrac": "ontrac",
    "postnord": "postnord",
    "purolator": "purolator",
    "royal_mail": "royal-mail",
    "ups": "ups",
    "usps": "usps",
    "yodel": "yodel",
}
"""AfterShip's names for couriers; of any other it is told nothing and finds out by itself."""

_EXISTS = 4003
_VERSION = "/tracking/2025-07"


def _auth(values: Values) -> Keys:
    return Keys({"as-api-key": setting(values, "aftership_api_key")})


def _slug(parcel: Parcel) -> dict[str, str]:
    slug = SLUGS.get(parcel.carrier)
    return {"slug": slug} if slug else {}


def _call(parcel: Parcel, _values: Values) -> Call:
    # Not by slug: AfterShip's own idea of the courier may differ from ours.
    return Call(f"{_VERSION}/trackings", params={"tracking_numbers": parcel.number})


def _read(answer: Answer, parcel: Parcel, now: datetime) -> Report:
    data = answer.data()
    answer.checked(text(obj(data.get("meta")).get("code"), 20))
    trackings = objects(obj(data.get("data")).get("trackings"))
    asked = [entry for entry in trackings if text(entry.get("tracking_number")).upper() == parcel.number.upper()]
    if not asked:
        return not_found(parcel, now)
    mine = [entry for entry in asked if entry.get("slug") == SLUGS.get(parcel.carrier)] or asked
    tracking = newest(mine, [utc_moment(entry.get("updated_at")) for entry in mine])
    heard_at = min(utc_moment(tracking.get("updated_at")) or now, now)
    message = read_tracking(tracking, "tracking", now)
    return from_message(parcel, message, now, estimate_of(tracking, heard_at))


def _register(parcel: Parcel, _values: Values) -> Call:
    return Call(f"{_VERSION}/trackings", "POST", json={"tracking_number": parcel.number, **_slug(parcel)})


def _registered(answer: Answer) -> None:
    """Check that the tracking exists now. Raises Refused."""
    code = obj(answer.data().get("meta")).get("code") if answer.status >= 400 else 0
    if code != _EXISTS:
        answer.checked(text(code, 20))


API = CarrierApi(
    code="aftership",
    name="AfterShip",
    covers=(),
    settings=("aftership_api_key",),
    address="https://api.aftership.com",
    rate=Rate(10, 10),
    auth=_auth,
    call=_call,
    read=_read,
    statuses={**TAGS, **SUBTAGS},
    asks="Tracking API 2025-07, `GET /trackings`",
    zones="offset as written; else the scan's country or state; else UTC",
    proof="`signed_by`",
    estimates="the courier's estimated window or day",
    register=_register,
    registered=_registered,
)
