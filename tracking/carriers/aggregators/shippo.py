"""Shippo: verifies and reads its tracking webhooks; asking Shippo is in `apis`."""

from datetime import datetime

from tracking.carriers import carrier_code
from tracking.carriers.apis._reading import to_message
from tracking.carriers.apis.base import Parcel
from tracking.carriers.apis.shippo import number_of, read_track
from tracking.reading import decode, obj, text
from tracking.webhooks import Headers, Message, Webhook, header, signed_hex


def verify(body: bytes, headers: Headers, secret: str) -> bool:
    """Whether Shippo signed the body and its time.

    The time isn't held against the clock: a message sent again by somebody else says nothing that isn't stored.
    """
    parts = dict(part.strip().partition("=")[::2] for part in header(headers, "Shippo-Auth-Signature").split(","))
    at = parts.get("t", "")
    return bool(at) and signed_hex(f"{at}.".encode("utf-8", "replace") + body, secret, parts.get("v1", ""))


def parse(body: bytes, _headers: Headers, recorded_at: datetime) -> Message:
    """Return all scans of a track; any other event of Shippo says nothing to us."""
    told = decode(body)
    topic = text(told.get("event"))
    if topic != "track_updated":
        return Message(rejected=(f"not a tracking update: {topic[:60]}",))
    track = obj(told.get("data"))
    parcel = Parcel(number_of(track, "data"), carrier_code(text(track.get("carrier"))) or "")
    return to_message(read_track(track, parcel, recorded_at))


AGGREGATOR = Webhook("shippo", "Shippo", "shippo_secret", verify, parse)
