"""ShipEngine: verifies and reads its tracking webhooks; asking ShipEngine is in `apis`."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from tracking.carriers import carrier_code
from tracking.carriers.apis._reading import to_message
from tracking.carriers.apis.base import Parcel
from tracking.carriers.apis.shipengine import read_tracking
from tracking.reading import decode, obj, required, text
from tracking.webhooks import Headers, Message, Webhook, header, same


def verify(_body: bytes, headers: Headers, secret: str) -> bool:
    """Whether the message carries the header that was given to ShipEngine for it."""
    return same(secret, secret, header(headers, "X-Doorstep-Secret"))


def parse(body: bytes, _headers: Headers, recorded_at: datetime) -> Message:
    """Return all events of a tracking webhook; any other webhook of ShipEngine says nothing to us."""
    told = decode(body)
    topic = text(told.get("resource_type"))
    if topic != "API_TRACK":
        return Message(rejected=(f"not a tracking update: {topic[:60]}",))
    tracking = obj(told.get("data"))
    number = required(tracking.get("tracking_number"), "data.tracking_number")
    return to_message(read_tracking(tracking, Parcel(number, _carrier(told.get("resource_url"))), recorded_at))


def _carrier(resource_url: object) -> str:
    """The carrier's code, which only the address of the resource names; empty where it doesn't."""
    try:
        named = parse_qs(urlsplit(text(resource_url, 1000)).query).get("carrier_code", [""])[0]
    except ValueError:
        return ""
    return carrier_code(named) or ""


AGGREGATOR = Webhook("shipengine", "ShipEngine", "shipengine_secret", verify, parse)
