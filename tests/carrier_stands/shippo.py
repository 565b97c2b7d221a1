"""Shippo: tracks."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from tests.carrier_stands.base import DUE, Asked, CarrierStand, Known
from tracking.model import Status

KINDS = {
    "label": ("PRE_TRANSIT", "information_received"),
    "picked_up": ("TRANSIT", "package_accepted"),
    "transit": ("TRANSIT", "package_departed"),
    "customs": ("TRANSIT", "package_held"),
    "delay": ("TRANSIT", "delayed"),
    "exception": ("FAILURE", "package_lost"),
    "attempt": ("TRANSIT", "delivery_attempted"),
    "out": ("TRANSIT", "out_for_delivery"),
    "pickup": ("TRANSIT", "pickup_available"),
    "delivered": ("DELIVERED", "delivered"),
    "returning": ("RETURNED", "return_to_sender"),
    "unheard": ("TELEPORTED", ""),
}


class ShippoStand(CarrierStand):
    code = "shippo"
    carrier = "usps"
    number = "9405803699300124287899"
    estimates = registers = True
    zone = UTC
    kinds = tuple(KINDS)
    unlike: ClassVar = {"customs": Status.EXCEPTION}

    def keys(self) -> dict[str, str]:
        return {"shippo_api_key": "key-example"}

    def authorised(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == "ShippoToken key-example"

    def reply(self, asked: Asked) -> tuple[int, Any]:
        if asked.method == "POST" and asked.path == "/tracks/":
            self.registered.append(asked.body["tracking_number"])
            assert asked.body["carrier"] == "usps"
            return 201, {"tracking_number": asked.body["tracking_number"], "tracking_status": None}
        _, tracks, carrier, number = asked.path.split("/")
        assert (tracks, carrier) == ("tracks", "usps")
        known = self.parcels.get(number)
        nothing = {"carrier": carrier, "tracking_number": number, "tracking_status": None, "tracking_history": []}
        return 200, self.answer(number, known) if known else nothing

    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        status, substatus = KINDS[kind]
        return {
            "object_id": "example",
            "status": status,
            "status_details": "said",
            "status_date": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "substatus": {"code": substatus, "text": "said", "action_required": False} if substatus else None,
            "location": {"city": "Greenville", "state": "ME", "zip": "04441", "country": "US"},
        }

    def answer(self, number: str, known: Known) -> Any:
        history = self.scans(known)[::-1]
        return {
            "carrier": "usps",
            "tracking_number": number,
            "address_to": {"city": "Greenville", "state": "ME", "country": "US"},
            "eta": f"{DUE}T00:00:00Z" if known.due else None,
            "tracking_status": history[-1] if history else None,
            "tracking_history": history,
        }
