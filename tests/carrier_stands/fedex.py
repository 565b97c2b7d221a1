"""FedEx: the Track API."""

from datetime import datetime
from typing import Any

from tests.carrier_stands.base import DUE, Asked, CarrierStand, Known

KINDS = {
    "label": ("OC", "", "Shipment information sent to FedEx"),
    "picked_up": ("PU", "", "Picked up"),
    "transit": ("DP", "", "Departed FedEx location"),
    "customs": ("CD", "A2", "Clearance delay"),
    "exception": ("DE", "03", "Delivery exception"),
    "delay": ("DY", "71", "Delay"),
    "attempt": ("DE", "08", "Delivery exception"),
    "out": ("OD", "", "On FedEx vehicle for delivery"),
    "pickup": ("HL", "", "Ready for recipient pickup"),
    "delivered": ("DL", "", "Delivered"),
    "returning": ("RS", "", "Returning package to shipper"),
    "unheard": ("ZZ", "", "Teleported"),
}


class FedexStand(CarrierStand):
    code = carrier = "fedex"
    number = "986578788855"
    token_path = "/oauth/token"
    proves = estimates = True
    kinds = tuple(KINDS)

    def keys(self) -> dict[str, str]:
        return {"fedex_client_id": "client-example", "fedex_client_secret": "secret-example"}

    def reply(self, asked: Asked) -> tuple[int, Any]:
        assert asked.method == "POST", asked
        number = asked.body["trackingInfo"][0]["trackingNumberInfo"]["trackingNumber"]
        if number not in self.parcels:
            error = {"code": "TRACKING.TRACKINGNUMBER.NOTFOUND", "message": "Tracking number cannot be found."}
            return 200, self._wrapped(number, {"trackingNumberInfo": {"trackingNumber": number}, "error": error})
        return 200, self.answer(number, self.parcels[number])

    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        code, reason, said = KINDS[kind]
        return {
            "date": at.isoformat(),
            "eventType": code,
            "eventDescription": said,
            "exceptionCode": reason,
            "exceptionDescription": "",
            "scanLocation": {"city": "GREENVILLE", "stateOrProvinceCode": "ME", "countryCode": "US"},
            "derivedStatusCode": code,
        }

    def result(self, number: str, known: Known) -> dict[str, Any]:
        result: dict[str, Any] = {
            "trackingNumberInfo": {
                "trackingNumber": number,
                "trackingNumberUniqueId": "12026~1",
                "carrierCode": "FDXE",
            },
            "recipientInformation": {
                "address": {"city": "GREENVILLE", "stateOrProvinceCode": "ME", "countryCode": "US"}
            },
            "scanEvents": self.scans(known),
            "deliveryDetails": {"receivedByName": known.signed_by} if known.signed_by else {},
        }
        if known.due:
            result["dateAndTimes"] = [{"type": "ESTIMATED_DELIVERY", "dateTime": f"{DUE}T20:00:00-05:00"}]
        return result

    def answer(self, number: str, known: Known) -> Any:
        return self._wrapped(number, self.result(number, known))

    def _wrapped(self, number: str, *results: dict[str, Any]) -> Any:
        complete = [{"trackingNumber": number, "trackResults": list(results)}]
        return {"transactionId": "example", "output": {"completeTrackResults": complete}}
