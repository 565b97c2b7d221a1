"""USPS: the Tracking API v3."""

from datetime import UTC, datetime
from typing import Any

from tests.carrier_stands.base import DUE, Asked, CarrierStand, Known

KINDS = {
    "label": ("GX", "Shipping Label Created, USPS Awaiting Item"),
    "picked_up": ("OA", "Accepted at USPS Origin Facility"),
    "transit": ("10", "Arrived at USPS Regional Facility"),
    "delay": ("08", "Missent"),
    "exception": ("05", "Undeliverable as Addressed"),
    "attempt": ("02", "Notice Left (No Authorized Recipient Available)"),
    "out": ("OF", "Out for Delivery"),
    "pickup": ("14", "Available for Pickup"),
    "delivered": ("01", "Delivered, Front Door/Porch"),
    "returning": ("09", "Return to Sender"),
    "unheard": ("Z9", "Teleported"),
}


class UspsStand(CarrierStand):
    code = carrier = "usps"
    number = "9405803699300124287899"
    token_path = "/oauth2/v3/token"
    proves = estimates = True
    kinds = tuple(KINDS)

    def keys(self) -> dict[str, str]:
        return {"usps_client_id": "client-example", "usps_client_secret": "secret-example"}

    def reply(self, asked: Asked) -> tuple[int, Any]:
        number = asked.path.removeprefix("/tracking/v3/tracking/")
        assert asked.query == {"expand": "DETAIL"}
        if number not in self.parcels:
            return 404, {"apiVersion": "/tracking/v3", "error": {"code": "404", "message": "No record of that item"}}
        return 200, self.answer(number, self.parcels[number])

    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        code, said = KINDS[kind]
        return {
            "eventType": said,
            "eventTimestamp": f"{at:%Y-%m-%dT%H:%M:%S}",
            "GMTTimestamp": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "GMTOffset": "-05:00",
            "eventCountry": None,
            "eventCity": "GREENVILLE",
            "eventState": "ME",
            "eventZIP": "04441",
            "firm": None,
            "name": None,
            "authorizedAgent": "false",
            "eventCode": code,
        }

    def answer(self, number: str, known: Known) -> Any:
        events = self.scans(known)
        for entry in events:
            if entry["eventCode"] == "01" and known.signed_by:
                entry["name"] = known.signed_by
        told = {"trackingNumber": number, "statusCategory": "In Transit", "trackingEvents": events}
        told |= {"destinationState": "ME", "destinationCountryCode": "US"}
        return {**told, "predictedDeliveryDate": str(DUE)} if known.due else told
