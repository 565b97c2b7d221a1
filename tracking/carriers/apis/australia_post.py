"""Australia Post: the tracking part of its Shipping and Tracking API; it pushes nothing to be received here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import aiohttp

from tracking.carriers.aggregators._events import collect
from tracking.carriers.apis._reading import event, newest, not_found, own_id, report, status_of, when
from tracking.carriers.apis.base import Answer, Call, CarrierApi, Keys, Parcel, Rate, Refused, Report, Values, setting
from tracking.model import Status, TrackingEvent
from tracking.reading import moment, objects, text, utc_moment

STATUSES: Mapping[str, Status] = {
    "created": Status.LABEL_CREATED,
    "sealed": Status.LABEL_CREATED,
    "initiated": Status.LABEL_CREATED,
    "unsuccessful pickup": Status.LABEL_CREATED,
    "in transit": Status.IN_TRANSIT,
    "awaiting collection": Status.AVAILABLE_FOR_PICKUP,
    "possible delay": Status.DELAYED,
    "held by courier": Status.DELAYED,
    "article damaged": Status.EXCEPTION,
    "cannot be delivered": Status.EXCEPTION,
    "delivered": Status.DELIVERED,
    "cancelled": Status.CANCELLED,
    # An article in parts: each part says its own.
    "track items for detailed delivery information": Status.UNKNOWN,
}
"""The documented statuses of an article."""

WORDS: Mapping[str, Status] = {
    "shipping information received": Status.LABEL_CREATED,
    "shipping information approved": Status.LABEL_CREATED,
    "received by australia post": Status.PICKED_UP,
    "picked up": Status.PICKED_UP,
    "item processed": Status.IN_TRANSIT,
    "in transit": Status.IN_TRANSIT,
    "arrived at facility": Status.IN_TRANSIT,
    "onboard for delivery": Status.OUT_FOR_DELIVERY,
    "on board for delivery": Status.OUT_FOR_DELIVERY,
    "with driver for delivery": Status.OUT_FOR_DELIVERY,
    "awaiting collection": Status.AVAILABLE_FOR_PICKUP,
    "unsuccessful delivery": Status.ATTEMPT_FAILED,
    "delivery attempted": Status.ATTEMPT_FAILED,
    "delivered": Status.DELIVERED,
    "item delivered": Status.DELIVERED,
    "returning to sender": Status.RETURNING,
    "return to sender": Status.RETURNING,
    "returned to sender": Status.RETURNED,
}
"""How descriptions of scans begin; Australia Post gives no code with them."""

_NOT_FOUND = frozenset({"51101", "ESB-10001", "ESB-10002"})


def _auth(values: Values) -> Keys:
    key, password = setting(values, "australia_post_key"), setting(values, "australia_post_password")
    account = setting(values, "australia_post_account")
    return Keys({"Authorization": aiohttp.encode_basic_auth(key, password), "Account-Number": account})


def _call(parcel: Parcel, _values: Values) -> Call:
    return Call("/shipping/v1/track", params={"tracking_ids": parcel.number})


def _read(answer: Answer, parcel: Parcel, now: datetime) -> Report:
    data = answer.data()
    results = objects(data.get("tracking_results"))
    errors = [*objects(data.get("errors")), *(error for result in results for error in objects(result.get("errors")))]
    codes = [text(error.get("code"), 20) for error in errors]
    if answer.status == 404 or _NOT_FOUND.intersection(codes) or (not results and not codes and answer.status < 400):
        return not_found(parcel, now)
    answer.checked(codes[0] if codes else "")
    if codes:
        raise Refused(f"the question was refused ({codes[0]})")
    return _read_result(results[0], parcel, now)


def _read_result(result: dict[str, Any], parcel: Parcel, now: datetime) -> Report:
    items = objects(result.get("trackable_items"))
    asked = [item for item in items if text(item.get("article_id")).upper() == parcel.number.upper()]
    item = next(iter(asked or items), {})
    entries = objects(item.get("events"))
    latest = newest(entries, [utc_moment(entry.get("date")) for entry in entries])
    overall = text(item.get("status") or result.get("status"), 60).casefold()
    found = collect(item.get("events"), "events", lambda entry: _event(entry, overall if entry is latest else "", now))
    lost = found.unmapped(lambda scan: scan.status is not Status.UNKNOWN or _word(scan.raw_status) is not None)
    # Two words are enough to find a text by, and name nobody.
    lost = tuple(dict.fromkeys(" ".join(said.split()[:2]) for said in lost))
    return report(parcel, found, now, carrier="australia_post", unmapped=lost)


def _event(entry: dict[str, Any], overall: str, now: datetime) -> TrackingEvent:
    said, where = text(entry.get("description"), 255), text(entry.get("location"))
    return event(
        "australia_post",
        _word(said) or status_of(overall, STATUSES),
        when(moment(entry.get("date")), None, now, "date"),
        now,
        raw=said,
        location=where,
        description=said,
        event_id=own_id(entry.get("date"), said, where),
    )


def _word(said: str) -> Status | None:
    plain = " ".join(said.casefold().split())
    return next((status for word, status in WORDS.items() if plain.startswith(word)), None)


API = CarrierApi(
    code="australia_post",
    name="Australia Post",
    covers=("australia_post",),
    settings=("australia_post_key", "australia_post_password", "australia_post_account"),
    address="https://digitalapi.auspost.com.au",
    # Ten a minute.
    rate=Rate(10 / 60, 10),
    auth=_auth,
    call=_call,
    read=_read,
    statuses={**STATUSES, **WORDS},
    asks="Shipping and Tracking, `GET /shipping/v1/track`",
    zones="offset as written; else UTC",
    proof="none",
    estimates="none",
)
