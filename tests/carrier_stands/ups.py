"""UPS: the Tracking API and the subscription to Track Alert."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from tests.carrier_stands.base import DUE, Asked, CarrierStand, Known, basic
from tracking.model import Status

KINDS = {
    "label": ("M", "MP", "003", "Shipper created a label, UPS has not received the package yet. "),
    "picked_up": ("P", "PU", "038", "Picked Up"),
    "transit": ("I", "DP", "005", "Departed from Facility"),
    "customs": ("X", "CC", "058", "Clearance information is required"),
    "exception": ("X", "X1", "059", "Damage was reported"),
    "delay": ("X", "W1", "052", "Severe weather"),
    "out": ("I", "OT", "021", "Out For Delivery Today"),
    "attempt": ("X", "A1", "022", "The receiver was not available"),
    "pickup": ("I", "2W", "040", "Delivered to UPS Access Point, awaiting customer pickup"),
    "delivered": ("D", "FS", "011", "DELIVERED "),
    "returning": ("X", "RS", "035", "Returning to Sender"),
    "unheard": ("I", "QQ", "999", "Teleported"),
}


class UpsStand(CarrierStand):
    code = carrier = "ups"
    number = "1Z5R89390357567127"
    token_path = "/security/v1/oauth/token"
    proves = estimates = registers = True
    kinds = tuple(KINDS)
    unlike: ClassVar = {"customs": Status.EXCEPTION}

    def keys(self) -> dict[str, str]:
        return {
            "ups_client_id": "client-example",
            "ups_client_secret": "secret-example",
            "ups_secret": "push-example",
            "public_url": "https://shop.example.com",
        }

    def is_client(self, asked: Asked) -> bool:
        form = asked.body or {}
        named = asked.headers.get("authorization") == basic("client-example", "secret-example")
        return named and form.get("grant_type") == "client_credentials"

    def reply(self, asked: Asked) -> tuple[int, Any]:
        if not asked.headers.get("transid") or not asked.headers.get("transactionsrc"):
            return 400, {"response": {"errors": [{"code": "TV0002", "message": "Missing transId"}]}}
        if asked.path == "/api/track/v1/subscription/standard/package" and asked.method == "POST":
            self.registered += asked.body["trackingNumberList"]
            assert asked.body["destination"]["credential"] == "push-example"
            return 200, {"validTrackingNumbers": asked.body["trackingNumberList"]}
        number = asked.path.removeprefix("/api/track/v1/details/")
        if number not in self.parcels:
            return 404, {"response": {"errors": [{"code": "TW0001", "message": "Tracking Information Not Found"}]}}
        return 200, self.answer(number, self.parcels[number])

    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        type_, code, status, said = KINDS[kind]
        gmt = at.astimezone(UTC)
        return {
            "location": {
                "address": {"city": "GREENVILLE", "stateProvince": "ME", "countryCode": "US", "country": "US"},
                "slic": "0441",
            },
            "status": {"type": type_, "description": said, "code": code, "statusCode": status},
            "date": f"{at:%Y%m%d}",
            "time": f"{at:%H%M%S}",
            "gmtDate": f"{gmt:%Y%m%d}",
            "gmtOffset": f"{at:%z}"[:3] + ":" + f"{at:%z}"[3:],
            "gmtTime": f"{gmt:%H:%M:%S}",
        }

    def answer(self, number: str, known: Known) -> Any:
        package: dict[str, Any] = {
            "trackingNumber": number,
            "activity": self.scans(known),
            "packageAddress": [
                {"type": "ORIGIN", "address": {"city": "PORTLAND", "stateProvince": "ME", "countryCode": "US"}},
                {"type": "DESTINATION", "address": {"city": "GREENVILLE", "stateProvince": "ME", "countryCode": "US"}},
            ],
            "packageCount": 1,
        }
        if known.due:
            package["deliveryDate"] = [{"type": "SDD", "date": f"{DUE:%Y%m%d}"}]
            package["deliveryTime"] = {"type": "EDW", "startTime": "130000", "endTime": "170000"}
        if known.signed_by:
            package["deliveryInformation"] = {"receivedBy": known.signed_by, "location": "FRONT DOOR"}
        return {"trackResponse": {"shipment": [{"inquiryNumber": number, "package": [package]}]}}
