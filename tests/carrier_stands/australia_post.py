"""Australia Post: tracking of the Shipping and Tracking API."""

from datetime import datetime, timedelta, timezone
from typing import Any

from tests.carrier_stands.base import Asked, CarrierStand, Known, basic

KINDS = {
    "label": "Shipping information received by Australia Post",
    "picked_up": "Received by Australia Post",
    "transit": "Item processed at facility",
    "exception": "Item found damaged",
    "attempt": "Unsuccessful delivery attempt",
    "out": "Onboard for delivery",
    "pickup": "Awaiting collection at Example LPO",
    "delivered": "Delivered - Left in a safe place",
    "returning": "Returning to sender",
    "unheard": "Teleported",
}


class AustraliaPostStand(CarrierStand):
    code = carrier = "australia_post"
    number = "7XX1000634011427"
    zone = timezone(timedelta(hours=11))
    kinds = tuple(KINDS)

    def keys(self) -> dict[str, str]:
        return {
            "australia_post_key": "key-example",
            "australia_post_password": "secret-example",
            "australia_post_account": "0000000001",
        }

    def authorised(self, asked: Asked) -> bool:
        known = asked.headers.get("account-number") == "0000000001"
        return known and asked.headers.get("authorization") == basic("key-example", "secret-example")

    def reply(self, asked: Asked) -> tuple[int, Any]:
        assert asked.path == "/shipping/v1/track"
        number = asked.query["tracking_ids"]
        if number not in self.parcels:
            errors = [{"code": "ESB-10001", "name": "Invalid tracking ID"}]
            return 200, {"tracking_results": [{"tracking_id": number, "errors": errors}]}
        return 200, self.answer(number, self.parcels[number])

    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        return {"location": "SYDNEY NSW", "description": KINDS[kind], "date": at.isoformat()}

    def answer(self, number: str, known: Known) -> Any:
        # Damage is said of an article, not of a scan.
        status = "Article damaged" if known.kinds[-1:] == ("exception",) else ""
        item = {"article_id": number, "product_type": "Parcel", "status": status, "events": self.scans(known)}
        return {"tracking_results": [{"tracking_id": number, "trackable_items": [item]}]}
