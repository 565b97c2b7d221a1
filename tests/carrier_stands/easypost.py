"""EasyPost: trackers."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from tests.carrier_stands.base import DUE, Asked, CarrierStand, Known, basic
from tracking.model import Status

KINDS = {
    "label": ("pre_transit", "label_created", "Shipping Label Created"),
    "picked_up": ("in_transit", "received_at_origin_facility", "Accepted at USPS Origin Facility"),
    "transit": ("in_transit", "arrived_at_facility", "Arrived at USPS Regional Facility"),
    "customs": ("in_transit", "held", "Held in Customs"),
    "delay": ("in_transit", "delayed", "Delayed"),
    "exception": ("error", "lost", "Lost"),
    "attempt": ("failure", "failure", "Notice Left"),
    "out": ("out_for_delivery", "out_for_delivery", "Out for Delivery"),
    "pickup": ("available_for_pickup", "unknown", "Available for Pickup"),
    "delivered": ("delivered", "arrived_at_destination", "Delivered, Front Door/Porch"),
    "returning": ("return_to_sender", "return", "Return to Sender"),
    "unheard": ("teleported", "quantum", "Teleported"),
}


class EasypostStand(CarrierStand):
    code = "easypost"
    carrier = "usps"
    number = "9405803699300124287899"
    proves = estimates = registers = True
    kinds = tuple(KINDS)
    unlike: ClassVar = {"customs": Status.EXCEPTION}

    def keys(self) -> dict[str, str]:
        return {"easypost_api_key": "key-example"}

    def authorised(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == basic("key-example", "")

    def reply(self, asked: Asked) -> tuple[int, Any]:
        assert asked.path == "/v2/trackers"
        if asked.method == "POST":
            self.registered.append(asked.body["tracker"]["tracking_code"])
            assert asked.body["tracker"]["carrier"] == "USPS"
            return 201, {"object": "Tracker", **asked.body["tracker"]}
        number = asked.query["tracking_code"]
        known = self.parcels.get(number)
        return 200, {"trackers": [self.answer(number, known)] if known else [], "has_more": False}

    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        status, detail, said = KINDS[kind]
        return {
            "object": "TrackingDetail",
            "message": said,
            "description": "",
            "status": status,
            "status_detail": detail,
            "datetime": at.isoformat(),
            "source": "USPS",
            "tracking_location": {"city": "GREENVILLE", "state": "ME", "country": "US", "zip": "04441"},
        }

    def answer(self, number: str, known: Known) -> Any:
        return {
            "id": "trk_example",
            "object": "Tracker",
            "tracking_code": number,
            "carrier": "USPS",
            "status": "in_transit",
            "signed_by": known.signed_by or None,
            "est_delivery_date": f"{DUE}T00:00:00Z" if known.due else None,
            "created_at": "2026-11-16T00:00:00Z",
            "updated_at": f"{known.at[-1].astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "tracking_details": self.scans(known)[::-1],
            "carrier_detail": None,
        }
