"""EasyPost: verifies and reads its tracker events; asks EasyPost nothing."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from tracking.carriers import carrier_code
from tracking.carriers.aggregators._events import TOO_FAR_AHEAD, collect, with_signature
from tracking.errors import InvalidInput
from tracking.model import DeliveryWindow, EventUpdate, Status, TrackingEvent
from tracking.reading import decode, end_of, is_date, joined, moment, obj, required, start_of, text, utc_moment
from tracking.webhooks import Headers, Message, Webhook, header, signed_hex

STATUSES: Mapping[str, Status] = {
    # No news: EasyPost has heard nothing yet. Never a delay.
    "unknown": Status.UNKNOWN,
    "pre_transit": Status.LABEL_CREATED,
    "in_transit": Status.IN_TRANSIT,
    "out_for_delivery": Status.OUT_FOR_DELIVERY,
    "available_for_pickup": Status.AVAILABLE_FOR_PICKUP,
    "delivered": Status.DELIVERED,
    "return_to_sender": Status.RETURNING,
    "failure": Status.ATTEMPT_FAILED,
    "cancelled": Status.CANCELLED,
    "error": Status.EXCEPTION,
}

_ON_THE_ROAD: Mapping[str, Status] = {
    "address_correction": Status.EXCEPTION,
    "arrived_at_pickup_location": Status.AVAILABLE_FOR_PICKUP,
    "awaiting_information": Status.EXCEPTION,
    "cancelled": Status.CANCELLED,
    "damaged": Status.EXCEPTION,
    "delayed": Status.DELAYED,
    "delivery_exception": Status.EXCEPTION,
    # EasyPost stopped watching; the parcel did nothing.
    "expired": Status.UNKNOWN,
    "held": Status.EXCEPTION,
    "lost": Status.EXCEPTION,
    "missorted": Status.DELAYED,
    "received_at_origin_facility": Status.PICKED_UP,
    "refused": Status.EXCEPTION,
    "return": Status.RETURNING,
    "transit_exception": Status.EXCEPTION,
    "weather_delay": Status.DELAYED,
}

DETAILS: Mapping[str, Mapping[str, Status]] = {
    "in_transit": _ON_THE_ROAD,
    "error": {**_ON_THE_ROAD, "received_at_origin_facility": Status.EXCEPTION},
    "failure": {
        key: _ON_THE_ROAD[key] for key in ("damaged", "lost", "refused", "return", "held", "address_correction")
    },
    "return_to_sender": {"arrived_at_destination": Status.RETURNED},
}
"""Where the detail says more than the status; any other pair means what the status means."""

NEUTRAL_DETAILS = frozenset(
    {"arrived_at_destination", "arrived_at_facility", "departed_facility", "departed_origin_facility", "failure"}
    | {"in_transit", "label_created", "out_for_delivery", "received_at_destination_facility", "status_update"}
    | {"transferred_to_destination_carrier", "unknown"}
)
"""The documented details that add nothing to any status."""


def verify(body: bytes, headers: Headers, secret: str) -> bool:
    """Whether EasyPost signed the body; the secret is normalised (NFKD) as EasyPost does it."""
    prefix, _, given = header(headers, "X-Hmac-Signature").partition("=")
    return prefix == "hmac-sha256-hex" and signed_hex(body, unicodedata.normalize("NFKD", secret), given)


def parse(body: bytes, _headers: Headers, recorded_at: datetime) -> Message:
    """Return all scans of a tracker event; any other event of EasyPost says nothing to us."""
    envelope = decode(body)
    delivery_id, topic = text(envelope.get("id")), required(envelope.get("description"), "description")
    if topic not in {"tracker.created", "tracker.updated"}:
        return Message(delivery_id=delivery_id, rejected=(f"not a tracker update: {topic[:60]}",))
    return read_tracker(obj(envelope.get("result")), "result", recorded_at, delivery_id)


def read_tracker(tracker: dict[str, Any], where: str, recorded_at: datetime, delivery_id: str = "") -> Message:
    """Return all scans of a tracker, the same whether EasyPost sent it or was asked for it."""
    number = required(tracker.get("tracking_code"), f"{where}.tracking_code")
    found = collect(tracker.get("tracking_details"), f"{where}.tracking_details", lambda d: _event(d, recorded_at))
    updated_at = utc_moment(tracker.get("updated_at")) or recorded_at
    heard_at = min(updated_at, recorded_at)
    events = with_signature(found.events, text(tracker.get("signed_by")))
    estimate, carrier = estimate_of(tracker, heard_at), carrier_code(text(tracker.get("carrier")))
    service = text(obj(tracker.get("carrier_detail")).get("service"), 64)
    return Message(
        delivery_id=delivery_id,
        events=tuple(EventUpdate(number, event, carrier, estimate, heard_at, service) for event in events),
        rejected=found.rejected,
        unmapped=found.unmapped(lambda event: _is_mapped(event.raw_status)),
    )


def _event(detail: dict[str, Any], recorded_at: datetime) -> TrackingEvent:
    written = moment(detail.get("datetime"))
    if written is None:
        raise InvalidInput("datetime is missing or is no time")
    occurred_at = written if written.tzinfo else written.replace(tzinfo=UTC)
    if occurred_at > recorded_at + TOO_FAR_AHEAD:
        raise InvalidInput("datetime lies in the future")
    status, code = text(detail.get("status"), 60), text(detail.get("status_detail"), 60)
    place = obj(detail.get("tracking_location"))
    return TrackingEvent(
        status=_status(status, code),
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        source="easypost",
        raw_status=f"{status}/{code}" if code else status,
        location=joined(place.get("city"), place.get("state"), place.get("country")) or text(place.get("zip")),
        description=text(detail.get("message"), 500) or text(detail.get("description"), 500),
        # EasyPost writes UTC when it doesn't know where the scan was made.
        zone_source="offset" if occurred_at.utcoffset() else "utc",
    )


def _status(status: str, detail: str) -> Status:
    return DETAILS.get(status, {}).get(detail) or STATUSES.get(status, Status.UNKNOWN)


def _is_mapped(raw: str) -> bool:
    status, _, detail = raw.partition("/")
    return status in STATUSES and (not detail or detail in _ON_THE_ROAD or detail in NEUTRAL_DETAILS)


def estimate_of(tracker: dict[str, Any], made_at: datetime) -> DeliveryWindow | None:
    """Return the carrier's own estimate of a tracker: its whole day, or until the hour it names."""
    local = obj(tracker.get("carrier_detail")).get("est_delivery_date_local")
    until = (utc_moment(local) if is_date(local) else None) or utc_moment(tracker.get("est_delivery_date"))
    if until is None:
        return None
    zone = until.tzinfo or UTC
    latest = end_of(until.date(), zone) if until.time() < time(0, 0, 1) else until
    return DeliveryWindow(start_of(until.date(), zone), latest, made_at, basis="carrier")


AGGREGATOR = Webhook("easypost", "EasyPost", "easypost_secret", verify, parse)
