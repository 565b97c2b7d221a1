"""Royal Mail: its Tracking API v2; its push is for accounts that agree on it, and isn't received."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tracking.carriers.aggregators._events import collect
from tracking.carriers.apis._reading import day_window, event, not_found, report, status_of, when, window
from tracking.carriers.apis.base import Answer, Call, CarrierApi, Keys, Parcel, Rate, Report, Values, setting
from tracking.model import DeliveryWindow, Status, TrackingEvent
from tracking.reading import moment, obj, objects, text

NAMES: Mapping[str, Status] = {
    "sender preparing item": Status.LABEL_CREATED,
    "sender despatching item": Status.LABEL_CREATED,
    "sender dispatching item": Status.LABEL_CREATED,
    "accepted at post office": Status.PICKED_UP,
    "accepted from sender": Status.PICKED_UP,
    "collected from customer": Status.PICKED_UP,
    "collected from sender": Status.PICKED_UP,
    "item collected": Status.PICKED_UP,
    "item received": Status.IN_TRANSIT,
    "item dispatched": Status.IN_TRANSIT,
    "item despatched": Status.IN_TRANSIT,
    "item leaving the uk": Status.IN_TRANSIT,
    "arrived at delivery office": Status.IN_TRANSIT,
    "ready for delivery": Status.IN_TRANSIT,
    "forwarded": Status.IN_TRANSIT,
    "forwarded - mis-sort": Status.DELAYED,
    "delayed": Status.DELAYED,
    "out for delivery": Status.OUT_FOR_DELIVERY,
    "due to be delivered today": Status.OUT_FOR_DELIVERY,
    "attempted delivery": Status.ATTEMPT_FAILED,
    "delivery attempted": Status.ATTEMPT_FAILED,
    "delivery attempted - no answer": Status.ATTEMPT_FAILED,
    "delivery attempted - business closed": Status.ATTEMPT_FAILED,
    "ready for redelivery or collection": Status.AVAILABLE_FOR_PICKUP,
    "available for collection": Status.AVAILABLE_FOR_PICKUP,
    "address unclear": Status.EXCEPTION,
    "refused": Status.EXCEPTION,
    "delivered": Status.DELIVERED,
    "delivered by": Status.DELIVERED,
    "delivered to neighbour": Status.DELIVERED,
    "delivered to safeplace": Status.DELIVERED,
    "delivered to your safeplace": Status.DELIVERED,
    "delivered to your letterbox": Status.DELIVERED,
    "collected": Status.DELIVERED,
    "collected by addressee": Status.DELIVERED,
    "being returned to sender": Status.RETURNING,
    "return to sender": Status.RETURNING,
    "returned to sender": Status.RETURNED,
}
"""What the names of events mean. The list of its event codes is for account holders, so codes only are kept."""

_LONDON = ZoneInfo("Europe/London")
_NOT_FOUND = frozenset({"E1142", "E1144", "E1145", "E1307", "E1308"})


def _auth(values: Values) -> Keys:
    return Keys(
        {
            "X-IBM-Client-Id": setting(values, "royal_mail_client_id"),
            "X-IBM-Client-Secret": setting(values, "royal_mail_client_secret"),
            "X-Accept-RMG-Terms": "yes",
        }
    )


def _call(parcel: Parcel, _values: Values) -> Call:
    return Call(f"/mailpieces/v2/{parcel.number}/events")


def _read(answer: Answer, parcel: Parcel, now: datetime) -> Report:
    data = answer.data()
    piece = obj(data.get("mailPieces"))
    errors = objects(data.get("errors")) or [obj(piece.get("error"))]
    codes = [text(error.get("errorCode"), 20) for error in errors]
    if answer.status == 404 or _NOT_FOUND.intersection(codes):
        return not_found(parcel, now)
    answer.checked(codes[0] if codes else "")
    if not piece:
        return not_found(parcel, now)
    names = {text(entry.get("eventCode"), 20): _plain(entry) for entry in objects(piece.get("events"))}
    found = collect(piece.get("events"), "mailPieces.events", lambda entry: _event(entry, now))
    return report(
        parcel,
        found,
        now,
        carrier="royal_mail",
        estimate=_estimate(obj(piece.get("estimatedDelivery")), now),
        signed_by=text(obj(piece.get("signature")).get("recipientName")),
        unmapped=found.unmapped(lambda scan: names.get(scan.raw_status) in NAMES),
    )


def _plain(entry: dict[str, Any]) -> str:
    return " ".join(text(entry.get("eventName"), 200).casefold().split())


def _event(entry: dict[str, Any], now: datetime) -> TrackingEvent:
    return event(
        "royal_mail",
        status_of(_plain(entry), NAMES),
        when(moment(entry.get("eventDateTime")), _LONDON, now, "eventDateTime"),
        now,
        raw=text(entry.get("eventCode"), 20),
        location=text(entry.get("locationName")),
        description=entry.get("eventName"),
    )


def _estimate(due: dict[str, Any], now: datetime) -> DeliveryWindow | None:
    found = window(due.get("startOfEstimatedWindow"), due.get("endOfEstimatedWindow"), _LONDON, now)
    day = moment(due.get("date"))
    return found or (day_window(day.date(), day.date(), _LONDON, now) if day else None)


API = CarrierApi(
    code="royal_mail",
    name="Royal Mail",
    covers=("royal_mail",),
    settings=("royal_mail_client_id", "royal_mail_client_secret"),
    address="https://api.royalmail.net",
    rate=Rate(2, 5),
    auth=_auth,
    call=_call,
    read=_read,
    statuses=NAMES,
    asks="Tracking API v2, `GET /mailpieces/v2/{number}/events`",
    zones="offset as written; else London",
    proof="`signature.recipientName`",
    estimates="estimated window, else day",
)
