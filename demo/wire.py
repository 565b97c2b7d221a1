"""Writes tracker events as EasyPost documents and signs them; sends nothing."""

import hashlib
import hmac
import json
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.scans import Scan
from tracking.carriers import carrier_name

_WRITTEN = {"dhl": "DHLExpress", "ontrac": "OnTracV3", "royal_mail": "RoyalMail", "canada_post": "CanadaPost"}


@dataclass(frozen=True, slots=True)
class Tracker:
    """What a carrier knows about a parcel: all its scans so far, oldest first; `arrives` is days from now."""

    number: str
    carrier: str
    scans: tuple[Scan, ...]
    arrives: int | None = None
    signed_by: str = ""


def tracker_event(tracker: Tracker, now: datetime, description: str = "tracker.updated") -> bytes:
    """Return the body of the webhook with which EasyPost would tell the tracker's state at `now`."""
    stamp = _utc(now)
    event = {
        "id": f"evt_{uuid.uuid4().hex}",
        "object": "Event",
        "mode": "test",
        "description": description,
        "previous_attributes": {"status": tracker.scans[-2].stage.status if len(tracker.scans) > 1 else "unknown"},
        "status": "pending",
        "created_at": stamp,
        "updated_at": stamp,
        "pending_urls": [],
        "completed_urls": [],
        "result": _tracker(tracker, now),
    }
    return json.dumps(event).encode()


def signature(body: bytes, secret: str) -> str:
    """Return the value of EasyPost's `X-Hmac-Signature` header for a body."""
    key = unicodedata.normalize("NFKD", secret).encode()
    return "hmac-sha256-hex=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def _tracker(tracker: Tracker, now: datetime) -> dict[str, Any]:
    newest = tracker.scans[-1].stage if tracker.scans else None
    estimate = None
    if tracker.arrives is not None:
        estimate = (now + timedelta(days=tracker.arrives)).astimezone(UTC).strftime("%Y-%m-%dT00:00:00Z")
    return {
        "id": f"trk_{hashlib.sha256(tracker.number.encode()).hexdigest()[:32]}",
        "object": "Tracker",
        "mode": "test",
        "tracking_code": tracker.number,
        "status": newest.status if newest else "unknown",
        "status_detail": newest.detail if newest else "unknown",
        "created_at": _utc(tracker.scans[0].occurred_at if tracker.scans else now),
        "updated_at": _utc(now),
        "signed_by": tracker.signed_by if newest and newest.status == "delivered" and tracker.signed_by else None,
        "weight": None,
        "est_delivery_date": estimate,
        "shipment_id": None,
        "carrier": _WRITTEN.get(tracker.carrier) or carrier_name(tracker.carrier),
        "tracking_details": [_detail(scan, tracker.carrier) for scan in tracker.scans],
        "fees": [],
    }


def _detail(scan: Scan, carrier: str) -> dict[str, Any]:
    place = scan.place
    return {
        "object": "TrackingDetail",
        "message": scan.stage.message,
        "description": None,
        "status": scan.stage.status,
        "status_detail": scan.stage.detail,
        "datetime": scan.occurred_at.isoformat(timespec="seconds"),
        "source": carrier_name(carrier),
        "carrier_code": "",
        "tracking_location": {
            "object": "TrackingLocation",
            "city": place.city if place else None,
            "state": (place.state or None) if place else None,
            "country": place.country if place else None,
            "zip": place.postcode if place else None,
        },
    }


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
