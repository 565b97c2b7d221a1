"""17TRACK: asks for track info and registers numbers; how it reads serves its webhooks too, in `aggregators`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracking.carriers import carrier_code
from tracking.carriers.aggregators._events import collect
from tracking.carriers.apis._reading import (
    event,
    newest,
    not_found,
    own_id,
    place_zone,
    report,
    status_of,
    when,
    window,
)
from tracking.carriers.apis.base import Answer, Call, CarrierApi, Keys, Parcel, Rate, Refused, Report, Values, setting
from tracking.model import Status, TrackingEvent
from tracking.reading import joined, moment, obj, objects, text, utc_moment

CARRIERS: Mapping[str, int] = {
    "australia_post": 1151,
    "canada_post": 3041,
    "dhl": 100001,
    "fedex": 100003,
    "royal_mail": 11031,
    "ups": 100002,
    "usps": 21051,
}
"""17TRACK's numbers of carriers; of any other it is told nothing and finds out by itself."""

STATUSES: Mapping[str, Status] = {
    # No news: no carrier knows the number, or 17TRACK has given up. Never a delay.
    "NotFound": Status.UNKNOWN,
    "Expired": Status.UNKNOWN,
    "InfoReceived": Status.LABEL_CREATED,
    "InTransit": Status.IN_TRANSIT,
    "AvailableForPickup": Status.AVAILABLE_FOR_PICKUP,
    "OutForDelivery": Status.OUT_FOR_DELIVERY,
    "DeliveryFailure": Status.ATTEMPT_FAILED,
    "Delivered": Status.DELIVERED,
    "Exception": Status.EXCEPTION,
    # The names of stages that are no status of their own.
    "PickedUp": Status.PICKED_UP,
    "Departure": Status.IN_TRANSIT,
    "Arrival": Status.IN_TRANSIT,
    "Returning": Status.RETURNING,
    "Returned": Status.RETURNED,
}

SUBSTATUSES: Mapping[str, Status] = {
    "InTransit_PickedUp": Status.PICKED_UP,
    "InTransit_CustomsRequiringInformation": Status.EXCEPTION,
    "DeliveryFailure_Rejected": Status.EXCEPTION,
    "DeliveryFailure_InvalidAddress": Status.EXCEPTION,
    "Exception_Returning": Status.RETURNING,
    "Exception_Returned": Status.RETURNED,
    "Exception_Delayed": Status.DELAYED,
    "Exception_Cancel": Status.CANCELLED,
}
"""Where the sub-status says more than the status; any other means what its status means."""

_NOT_KNOWN = frozenset({-18019902, -18019909, -18010012, -18019903})
_REGISTERED = -18019901


def read_info(item: dict[str, Any], parcel: Parcel, now: datetime) -> Report:
    """Return the report of a number, the same whether 17TRACK sent it or was asked for it.

    All carriers' scans count: one brings the parcel, another delivers it. Raises InvalidInput when they are no list.
    """
    info = obj(item.get("track_info"))
    providers = objects(obj(info.get("tracking")).get("providers"))
    entries = [entry for provider in providers for entry in objects(provider.get("events"))]
    latest = newest(entries, [utc_moment(_written(entry)) for entry in entries])
    status = obj(info.get("latest_status"))
    now_is = text(status.get("sub_status"), 60) or text(status.get("status"), 60)
    found = collect(entries, "events", lambda entry: _event(entry, now_is if entry is latest else "", now))
    due = obj(obj(info.get("time_metrics")).get("estimated_delivery_date"))
    home = obj(obj(info.get("shipping_info")).get("recipient_address"))
    zone = place_zone(home.get("country"), home.get("state"))
    return report(
        parcel,
        found,
        now,
        carrier=_carrier(item, providers),
        estimate=window(due.get("from"), due.get("to"), zone, now),
        unmapped=found.unmapped(lambda scan: not scan.raw_status or scan.raw_status.partition("_")[0] in STATUSES),
    )


def _carrier(item: dict[str, Any], providers: list[dict[str, Any]]) -> str | None:
    by_key = {key: code for code, key in CARRIERS.items()}
    number = item.get("carrier")
    known = by_key.get(number) if isinstance(number, int) else None
    return known or next(
        filter(None, (carrier_code(text(obj(p.get("provider")).get("name"))) for p in providers)), None
    )


def _written(entry: dict[str, Any]) -> object:
    return entry.get("time_iso") or entry.get("time_utc")


def _event(entry: dict[str, Any], now_is: str, now: datetime) -> TrackingEvent:
    place, own = obj(entry.get("address")), text(entry.get("sub_status"), 60) or text(entry.get("stage"), 60)
    raw, country = own or now_is, place.get("country")
    where = text(entry.get("location")) or joined(place.get("city"), place.get("state"), country)
    return event(
        "seventeentrack",
        status_of(raw, SUBSTATUSES, {raw: status_of(raw.partition("_")[0], STATUSES)}),
        when(moment(_written(entry)), place_zone(country, place.get("state")), now, "time_iso"),
        now,
        raw=raw,
        location=where,
        description=entry.get("description"),
        event_id="" if own else own_id(_written(entry), entry.get("description"), where),
    )


def _auth(values: Values) -> Keys:
    return Keys({"17token": setting(values, "seventeentrack_api_key")})


def _asked(parcel: Parcel) -> list[dict[str, Any]]:
    carrier = CARRIERS.get(parcel.carrier)
    return [{"number": parcel.number, **({"carrier": carrier} if carrier else {})}]


def _call(parcel: Parcel, _values: Values) -> Call:
    return Call("/track/v2.2/gettrackinfo", "POST", json=_asked(parcel))


def _read(answer: Answer, parcel: Parcel, now: datetime) -> Report:
    item, code = _item(answer, parcel)
    if code in _NOT_KNOWN or (item is None and not code):
        return not_found(parcel, now)
    if item is None:
        raise Refused(f"the question was refused ({code})")
    status = text(obj(obj(item.get("track_info")).get("latest_status")).get("status"))
    report_ = read_info(item, parcel, now)
    return report_ if report_.events or status not in {"", "NotFound"} else not_found(parcel, now)


def _item(answer: Answer, parcel: Parcel) -> tuple[dict[str, Any] | None, int]:
    """Return what was accepted, or the code of why it was not."""
    data = answer.checked().data()
    if data.get("code") != 0:
        raise Refused(f"the question was refused ({text(data.get('code'), 20)})")
    body = obj(data.get("data"))
    asked = [i for i in objects(body.get("accepted")) if text(i.get("number")).upper() == parcel.number.upper()]
    errors = [obj(entry.get("error")).get("code") for entry in objects(body.get("rejected"))]
    codes = [code for code in errors if isinstance(code, int)]
    return (asked[0] if asked else None), (codes[0] if codes else 0)


def _register(parcel: Parcel, _values: Values) -> Call:
    return Call("/track/v2.2/register", "POST", json=_asked(parcel))


def _registered(answer: Answer) -> None:
    """Check that the number is registered now. Raises Refused."""
    data = answer.checked().data()
    errors = [obj(entry.get("error")).get("code") for entry in objects(obj(data.get("data")).get("rejected"))]
    wrong = [code for code in errors if code != _REGISTERED]
    if data.get("code") != 0 or wrong:
        raise Refused(f"the number was refused ({text(wrong[0] if wrong else data.get('code'), 20)})")


API = CarrierApi(
    code="seventeentrack",
    name="17TRACK",
    covers=(),
    settings=("seventeentrack_api_key",),
    address="https://api.17track.net",
    rate=Rate(3, 3),
    auth=_auth,
    call=_call,
    read=_read,
    statuses={**STATUSES, **SUBSTATUSES},
    asks="API v2.2, `POST /track/v2.2/gettrackinfo`",
    zones="offset as written; else the scan's country or state; else UTC",
    proof="none",
    estimates="estimated delivery date, from and to",
    register=_register,
    registered=_registered,
)
