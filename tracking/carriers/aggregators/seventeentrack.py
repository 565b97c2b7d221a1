"""17TRACK: verifies and reads its tracking webhooks; asking 17TRACK is in `apis`."""

import hashlib
from datetime import datetime

from tracking.carriers.apis._reading import to_message
from tracking.carriers.apis.base import Parcel
from tracking.carriers.apis.seventeentrack import read_info
from tracking.reading import decode, obj, required, text
from tracking.webhooks import Headers, Message, Webhook, header, same


def verify(body: bytes, headers: Headers, secret: str) -> bool:
    """Whether 17TRACK signed the body: the SHA-256 of the body, a slash and the account's API key."""
    wanted = hashlib.sha256(body + b"/" + secret.encode()).hexdigest()
    return same(wanted, secret, header(headers, "sign").lower())


def parse(body: bytes, _headers: Headers, recorded_at: datetime) -> Message:
    """Return all scans of an update; any other event of 17TRACK says nothing to us."""
    told = decode(body)
    topic = text(told.get("event"))
    if topic != "TRACKING_UPDATED":
        return Message(rejected=(f"not a tracking update: {topic[:60]}",))
    item = obj(told.get("data"))
    return to_message(read_info(item, Parcel(required(item.get("number"), "data.number")), recorded_at))


AGGREGATOR = Webhook("seventeentrack", "17TRACK", "seventeentrack_secret", verify, parse)
