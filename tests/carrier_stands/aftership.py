"""AfterShip: the Tracking API 2025-07."""

from datetime import UTC, datetime
from typing import Any

from tests.carrier_stands.base import DUE, Asked, CarrierStand, Known

KINDS = {
    "label": ("InfoReceived", "InfoReceived_001"),
    "picked_up": ("InTransit", "InTransit_002"),
    "transit": ("InTransit", "InTransit_003"),
    "customs": ("Exception", "Exception_004"),
    "exception": ("Exception", "Exception_008"),
    "attempt": ("AttemptFail", "AttemptFail_001"),
    "out": ("OutForDelivery", "OutForDelivery_001"),
    "pickup": ("AvailableForPickup", "AvailableForPickup_001"),
    "delivered": ("Delivered", "Delivered_001"),
    "returning": ("Exception", "Exception_010"),
    "unheard": ("Teleported", "Teleported_001"),
}


class AftershipStand(CarrierStand):
    code = "aftership"
    carrier = "ups"
    number = "1Z5R89390357567127"
    proves = estimates = registers = True
    kinds = tuple(KINDS)

    def keys(self) -> dict[str, str]:
        return {"aftership_api_key": "key-example"}

    def authorised(self, asked: Asked) -> bool:
        return asked.headers.get("as-api-key") == "key-example"

    def reply(self, asked: Asked) -> tuple[int, Any]:
        assert asked.path == "/tracking/2025-07/trackings"
        if asked.method == "POST":
            if asked.body["tracking_number"] in self.registered:
                return 400, {"meta": {"code": 4003, "type": "BadRequest", "message": "Tracking already exists."}}
            self.registered.append(asked.body["tracking_number"])
            return 201, {"meta": {"code": 201}, "data": {"slug": asked.body["slug"]}}
        number = asked.query["tracking_numbers"]
        known = self.parcels.get(number)
        return 200, {"meta": {"code": 200}, "data": {"trackings": [self.answer(number, known)] if known else []}}

    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        tag, subtag = KINDS[kind]
        return {
            "checkpoint_time": at.isoformat(),
            "city": "Greenville",
            "state": "ME",
            "country_region": "USA",
            "country_region_name": "United States",
            "message": "said",
            "tag": tag,
            "subtag": subtag,
        }

    def answer(self, number: str, known: Known) -> Any:
        due = {"estimated_delivery_date": str(DUE)} if known.due else None
        return {
            "id": "example",
            "tracking_number": number,
            "slug": "ups",
            "tag": "InTransit",
            "signed_by": known.signed_by or None,
            "updated_at": f"{known.at[-1].astimezone(UTC):%Y-%m-%dT%H:%M:%S+00:00}",
            "courier_estimated_delivery_date": due,
            "checkpoints": self.scans(known)[::-1],
        }
