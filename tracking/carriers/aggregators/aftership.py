"""AfterShip: verifies and reads its tracking webhooks; asks AfterShip nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from tracking.carriers import carrier_code
from tracking.carriers.aggregators._events import TOO_FAR_AHEAD, collect, with_signature
from tracking.carriers.aggregators._zones import zone_of
from tracking.errors import InvalidInput
from tracking.model import DeliveryWindow, EventUpdate, Status, TrackingEvent, ZoneSource
from tracking.reading import decode, end_of, joined, moment, obj, required, start_of, text, utc_moment
from tracking.webhooks import Headers, Message, Webhook, header, signed_base64

TAGS: Mapping[str, Status] = {
    # No scan: AfterShip is waiting for the first, or has given up after 30 days of silence. Never a delay.
    "Pending": Status.UNKNOWN,
    "Expired": Status.UNKNOWN,
    "InfoReceived": Status.LABEL_CREATED,
    "InTransit": Status.IN_TRANSIT,
    "OutForDelivery": Status.OUT_FOR_DELIVERY,
    "AttemptFail": Status.ATTEMPT_FAILED,
    "AvailableForPickup": Status.AVAILABLE_FOR_PICKUP,
    "Delivered": Status.DELIVERED,
    "Exception": Status.EXCEPTION,
}

SUBTAGS: Mapping[str, Status] = {
    "InTransit_002": Status.PICKED_UP,  # acceptance scan
    # Customers are told when a delivery is arranged; the van hasn't left.
    "OutForDelivery_004": Status.IN_TRANSIT,
    "Exception_004": Status.DELAYED,  # customs clearance
    "Exception_005": Status.DELAYED,  # external factors
    "Exception_010": Status.RETURNING,
    "Exception_011": Status.RETURNED,
    "Exception_016": Status.DELAYED,  # processing issue
    "Exception_017": Status.DELAYED,  # extreme weather
    "Exception_019": Status.DELAYED,  # late flight
    "Exception_020": Status.CANCELLED,
}
"""Where the sub-status says more than the status; any other means what its status means."""

_TOPICS = frozenset({"tracking_update", "edd_revise", "edd_update"})


def verify(body: bytes, headers: Headers, secret: str) -> bool:
    """Whether AfterShip signed the body."""
    return signed_base64(body, secret, header(headers, "aftership-hmac-sha256"))


def parse(body: bytes, _headers: Headers, recorded_at: datetime) -> Message:
    """Return all checkpoints of a tracking webhook; any other webhook of AfterShip says nothing to us."""
    envelope = decode(body)
    delivery_id, topic = text(envelope.get("event_id")), text(envelope.get("event")) or "tracking_update"
    if topic not in _TOPICS:
        return Message(delivery_id=delivery_id, rejected=(f"not a tracking update: {topic[:60]}",))
    return read_tracking(obj(envelope.get("msg")), "msg", recorded_at, delivery_id)


def read_tracking(tracking: dict[str, Any], where: str, recorded_at: datetime, delivery_id: str = "") -> Message:
    """Return all checkpoints of a tracking, the same whether AfterShip sent it or was asked for it."""
    number = required(tracking.get("tracking_number"), f"{where}.tracking_number")
    found = collect(tracking.get("checkpoints"), f"{where}.checkpoints", lambda point: _event(point, recorded_at))
    heard_at = min(utc_moment(tracking.get("updated_at")) or recorded_at, recorded_at)
    events = with_signature(found.events, text(tracking.get("signed_by")))
    estimate, carrier = estimate_of(tracking, heard_at), carrier_code(text(tracking.get("slug")))
    service = text(tracking.get("shipment_type"), 64)
    return Message(
        delivery_id=delivery_id,
        events=tuple(EventUpdate(number, event, carrier, estimate, heard_at, service) for event in events),
        rejected=found.rejected,
        unmapped=found.unmapped(lambda event: _tag(event.raw_status) in TAGS),
    )


def _event(point: dict[str, Any], recorded_at: datetime) -> TrackingEvent:
    occurred_at, zone_source = _when(point)
    if occurred_at > recorded_at + TOO_FAR_AHEAD:
        raise InvalidInput("checkpoint_time lies in the future")
    code = text(point.get("subtag"), 60) or text(point.get("tag"), 60)
    return TrackingEvent(
        status=_status(code, text(point.get("tag"), 60)),
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        source="aftership",
        raw_status=code,
        location=text(point.get("location")) or _place(point),
        description=text(point.get("message"), 500) or text(point.get("subtag_message"), 500),
        zone_source=zone_source,
    )


def _when(point: dict[str, Any]) -> tuple[datetime, ZoneSource]:
    written = moment(point.get("checkpoint_time"))
    if written is None:
        raise InvalidInput("checkpoint_time is missing or is no time")
    if written.tzinfo:
        return written, "offset"
    zone = zone_of(_country(point), text(point.get("state")))
    return (written.replace(tzinfo=zone), "location") if zone else (written.replace(tzinfo=UTC), "utc")


def _country(point: dict[str, Any]) -> str:
    return text(point.get("country_iso3")) or text(point.get("country_region"))


def _place(point: dict[str, Any]) -> str:
    country = text(point.get("country_name")) or text(point.get("country_region_name")) or _country(point)
    return joined(point.get("city"), point.get("state"), country)


def _status(code: str, tag: str) -> Status:
    return SUBTAGS.get(code) or TAGS.get(_tag(code)) or TAGS.get(tag, Status.UNKNOWN)


def _tag(code: str) -> str:
    return code.partition("_")[0]


def estimate_of(tracking: dict[str, Any], made_at: datetime) -> DeliveryWindow | None:
    """Return the courier's own estimate of a tracking."""
    courier = obj(tracking.get("courier_estimated_delivery_date"))
    day = courier.get("estimated_delivery_date") or tracking.get("expected_delivery")
    earliest = utc_moment(courier.get("estimated_delivery_date_min")) or utc_moment(day)
    latest = utc_moment(courier.get("estimated_delivery_date_max")) or utc_moment(day)
    if earliest is None or latest is None or earliest > latest:
        return None
    first, last = start_of(earliest.date(), earliest.tzinfo or UTC), end_of(latest.date(), latest.tzinfo or UTC)
    spans_days = earliest.time() == latest.time() == time.min or earliest == latest
    return DeliveryWindow(first if spans_days else earliest, last if spans_days else latest, made_at, basis="carrier")


AGGREGATOR = Webhook("aftership", "AfterShip", "aftership_secret", verify, parse)
