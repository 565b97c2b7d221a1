"""DHL: Shipment Tracking Unified."""

from datetime import datetime
from typing import Any

from tests.carrier_stands.base import DUE, Asked, CarrierStand, Known

KINDS = {
    "label": ("pre-transit", "LABEL CREATED", "Shipment information received"),
    "picked_up": ("transit", "PU", "Shipment picked up"),
    "transit": ("transit", "DF", "Departed facility"),
    "customs": ("transit", "CD", "Clearance event"),
    "exception": ("failure", "", "The shipment could not be delivered"),
    "out": ("transit", "OUT FOR DELIVERY", "With delivery courier"),
    "attempt": ("failure", "NH", "Delivery attempted; recipient not home"),
    "delivered": ("delivered", "OK", "Delivered"),
    "returning": ("failure", "RT", "Returned to shipper"),
    "unheard": ("teleported", "", "Teleported"),
}


class DhlStand(CarrierStand):
    code = carrier = "dhl"
    number = "3318810025"
    proves = estimates = True
    kinds = tuple(KINDS)

    def keys(self) -> dict[str, str]:
        return {"dhl_api_key": "key-example"}

    def authorised(self, asked: Asked) -> bool:
        return asked.headers.get("dhl-api-key") == "key-example"

    def reply(self, asked: Asked) -> tuple[int, Any]:
        assert asked.path == "/track/shipments"
        number = asked.query["trackingNumber"]
        if number not in self.parcels:
            return 404, {"title": "No result found", "status": 404, "detail": "No shipment with given tracking number."}
        return 200, self.answer(number, self.parcels[number])

    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        code, status, said = KINDS[kind]
        place = {"address": {"countryCode": "US", "addressLocality": "GREENVILLE, ME"}}
        told = {"timestamp": at.isoformat(), "location": place, "statusCode": code, "description": said}
        return {**told, "status": status} if status else told

    def answer(self, number: str, known: Known) -> Any:
        events = self.scans(known)
        shipment: dict[str, Any] = {
            "id": number,
            "service": "express",
            "status": events[0] if events else {},
            "events": events,
            "details": {"proofOfDelivery": {"signed": {"type": "Person", "name": known.signed_by}}},
            "destination": {"address": {"countryCode": "US"}},
        }
        if known.due:
            shipment["estimatedTimeOfDelivery"] = f"{DUE}T23:59:00-05:00"
        return {"shipments": [shipment]}
