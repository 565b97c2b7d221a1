"""ShipEngine: tracking and its start."""

from datetime import UTC, datetime
from typing import Any

from tests.carrier_stands.base import DUE, Asked, CarrierStand, Known

KINDS = {
    "label": ("AC", "ELEC_ADVICE_RECD_BY_CARRIER"),
    "picked_up": ("IT", "COLLECTION_MADE"),
    "transit": ("IT", "IN_TRANSIT"),
    "customs": ("IT", "HELD_BY_CUSTOMS"),
    "exception": ("EX", "PARCEL_LOST"),
    "attempt": ("AT", "CUSTOMER_CARDED"),
    "out": ("IT", "OUT_FOR_DELIVERY"),
    "pickup": ("SP", "AWAITING_COLLECTION_FROM_PICKUP_POINT"),
    "delivered": ("DE", "DELIVERED"),
    "returning": ("EX", "RETURN_TO_SENDER"),
    "unheard": ("ZZ", "TELEPORTED"),
}


class ShipengineStand(CarrierStand):
    code = "shipengine"
    carrier = "usps"
    number = "9405803699300124287899"
    proves = estimates = registers = True
    kinds = tuple(KINDS)

    def keys(self) -> dict[str, str]:
        return {"shipengine_api_key": "key-example"}

    def authorised(self, asked: Asked) -> bool:
        return asked.headers.get("api-key") == "key-example"

    def reply(self, asked: Asked) -> tuple[int, Any]:
        number = asked.query["tracking_number"]
        assert asked.query["carrier_code"] == "usps"
        if asked.path == "/v1/tracking/start" and asked.method == "POST":
            self.registered.append(number)
            return 204, {}
        assert asked.path == "/v1/tracking"
        known = self.parcels.get(number)
        return 200, self.answer(number, known) if known else self.answer(number, Known(()))

    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        status, detail = KINDS[kind]
        return {
            "occurred_at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "carrier_occurred_at": f"{at:%Y-%m-%dT%H:%M:%S}",
            "description": "said",
            "city_locality": "GREENVILLE",
            "state_province": "ME",
            "country_code": "US",
            "signer": "",
            "event_code": "10",
            "status_code": status,
            "status_detail_code": detail,
        }

    def answer(self, number: str, known: Known) -> Any:
        events = self.scans(known)
        for entry in events:
            if entry["status_code"] == "DE":
                entry["signer"] = known.signed_by
        return {
            "tracking_number": number,
            "status_code": events[0]["status_code"] if events else "UN",
            "carrier_code": "usps",
            "estimated_delivery_date": f"{DUE}T00:00:00Z" if known.due and events else None,
            "events": events,
        }
