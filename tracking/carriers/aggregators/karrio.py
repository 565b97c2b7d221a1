"""Karrio: verifies and reads the tracker webhooks of a self-hosted server; asking it is in `apis`."""

from datetime import datetime

from tracking.carriers import carrier_code
from tracking.carriers.apis._reading import to_message
from tracking.carriers.apis.base import Parcel
from tracking.carriers.apis.karrio import read_tracker
from tracking.reading import decode, obj, required, text
from tracking.webhooks import Headers, Message, Webhook, header, same, signed_hex

_TOPICS = frozenset({"tracker.created", "tracker.updated", "tracker_created", "tracker_updated"})


def verify(body: bytes, headers: Headers, secret: str) -> bool:
    """Whether the message carries the webhook's secret, as servers send it, or a signature, as Karrio's guide says."""
    signature = header(headers, "X-Karrio-Signature")
    if signature:
        return signed_hex(body, secret, signature)
    return same(secret, secret, header(headers, "X-Event-Id"))


def parse(body: bytes, _headers: Headers, recorded_at: datetime) -> Message:
    """Return all events of a tracker; any other event of Karrio says nothing to us."""
    told = decode(body)
    topic, delivery_id = text(told.get("event")) or text(told.get("type")), text(told.get("id"))
    if topic not in _TOPICS:
        return Message(delivery_id, rejected=(f"not a tracking update: {topic[:60]}",))
    tracker = obj(told.get("data"))
    number = required(tracker.get("tracking_number"), "data.tracking_number")
    parcel = Parcel(number, carrier_code(text(tracker.get("carrier_name"))) or "")
    return to_message(read_tracker(tracker, parcel, recorded_at), delivery_id)


AGGREGATOR = Webhook("karrio", "Karrio", "karrio_secret", verify, parse)
