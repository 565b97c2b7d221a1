"""Tracking webhooks of every source as it writes and signs them, of scans that a test chooses."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.carrier_stands import STANDS
from tests.carrier_stands.base import CarrierStand, Known
from tests.fakes import SECRETS

Json = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """One sender. `scans` is the way to its list of scans, `dates` the fields of a scan that say when it was made.

    A source with `single` tells one scan a message.
    """

    code: str
    wrapped: Callable[[Any], Json]
    scans: tuple[str | int, ...]
    dates: tuple[str, ...]
    signed: Callable[[bytes, str], dict[str, str]]
    single: bool = False

    @property
    def stand(self) -> CarrierStand:
        return STANDS[self.code]()

    def told(self, *scans: tuple[str, datetime]) -> Json:
        """The message about these scans, kinds as the stand-ins name them, oldest first."""
        stand = self.stand
        known = Known(tuple(kind for kind, _ in scans), due=False)
        known.at = [at for _, at in scans]
        return self.wrapped(stand.answer(stand.number, known))

    def listed(self, told: Json) -> list[Json]:
        """The list of a message's scans, to be changed in place."""
        inner: Any = told
        for step in self.scans:
            inner = inner[step]
        return [inner] if self.single else inner

    def headers(self, body: bytes) -> dict[str, str]:
        """The headers with which it sends a body."""
        return self.signed(body, SECRETS[f"{self.code}_secret"])


def as_bytes(told: object) -> bytes:
    return json.dumps(told).encode()


def _digest(body: bytes, secret: str) -> "hmac.HMAC":
    return hmac.new(secret.encode(), body, hashlib.sha256)


def _base64(name: str) -> Callable[[bytes, str], dict[str, str]]:
    return lambda body, secret: {name: base64.b64encode(_digest(body, secret).digest()).decode()}


def _shippo(body: bytes, secret: str) -> dict[str, str]:
    return {"Shippo-Auth-Signature": f"t=1795198865,v1={_digest(b'1795198865.' + body, secret).hexdigest()}"}


def _pushed_by_ups(answer: Any) -> Json:
    """A scan of UPS' answer as UPS pushes it."""
    package = answer["trackResponse"]["shipment"][0]["package"][0]
    scan = package["activity"][0]
    place, status = scan["location"]["address"], scan["status"]
    return {
        "trackingNumber": package["trackingNumber"],
        "localActivityDate": scan["date"],
        "localActivityTime": scan["time"],
        "activityLocation": {
            "city": place["city"],
            "stateProvince": place["stateProvince"],
            "postalCode": "04441",
            "country": place["countryCode"],
        },
        "activityStatus": {
            "type": status["type"],
            "code": status["code"],
            "description": status["description"],
            "descriptionCode": status["statusCode"],
        },
        "gmtActivityDate": scan["gmtDate"],
        "gmtActivityTime": scan["gmtTime"].replace(":", ""),
    }


_TRACKING = "https://api.shipengine.com/v1/tracking?carrier_code=usps&tracking_number=9405803699300124287899"

SOURCES = {
    source.code: source
    for source in (
        Source(
            "easypost",
            lambda told: {"id": "evt_1", "object": "Event", "description": "tracker.updated", "result": told},
            ("result", "tracking_details"),
            ("datetime",),
            lambda body, secret: {"X-Hmac-Signature": f"hmac-sha256-hex={_digest(body, secret).hexdigest()}"},
        ),
        Source(
            "aftership",
            lambda told: {"event": "tracking_update", "event_id": "00000000-0000-4000-8000-000000000001", "msg": told},
            ("msg", "checkpoints"),
            ("checkpoint_time",),
            _base64("aftership-hmac-sha256"),
        ),
        Source(
            "fedex",
            lambda told: told,
            ("output", "completeTrackResults", 0, "trackResults", 0, "scanEvents"),
            ("date",),
            _base64("fdx-signature"),
        ),
        Source(
            "karrio",
            lambda told: {"id": "evt_1", "event": "tracker.updated", "test_mode": False, "data": told},
            ("data", "events"),
            ("date",),
            lambda _, secret: {"X-Event-Id": secret},
        ),
        Source(
            "seventeentrack",
            lambda told: {"event": "TRACKING_UPDATED", "data": told},
            ("data", "track_info", "tracking", "providers", 0, "events"),
            ("time_iso", "time_utc"),
            lambda body, secret: {"sign": hashlib.sha256(body + b"/" + secret.encode()).hexdigest()},
        ),
        Source(
            "shipengine",
            lambda told: {"resource_type": "API_TRACK", "resource_url": _TRACKING, "data": told},
            ("data", "events"),
            ("occurred_at", "carrier_occurred_at"),
            lambda _, secret: {"X-Doorstep-Secret": secret},
        ),
        Source(
            "shippo",
            lambda told: {"event": "track_updated", "test": False, "data": told},
            ("data", "tracking_history"),
            ("status_date",),
            _shippo,
        ),
        Source(
            "ups",
            _pushed_by_ups,
            (),
            ("localActivityDate", "gmtActivityDate"),
            lambda _, secret: {"credential": secret},
            single=True,
        ),
    )
}
