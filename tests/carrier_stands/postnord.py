"""PostNord: Track & Trace v5."""

from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar

from tests.carrier_stands.base import DUE, Asked, CarrierStand, Known
from tracking.model import Status

KINDS = {
    "label": "INFORMED",
    "transit": "EN_ROUTE",
    "customs": "STOPPED",
    "delay": "DELAYED",
    "exception": "DELIVERY_REFUSED",
    "attempt": "DELIVERY_IMPOSSIBLE",
    "pickup": "AVAILABLE_FOR_DELIVERY",
    "delivered": "DELIVERED",
    "returning": "RETURNED",
    "unheard": "TELEPORTED",
}


class PostnordStand(CarrierStand):
    code = carrier = "postnord"
    number = "96932007555SE"
    zone = timezone(timedelta(hours=1))
    zone_source = "location"
    proves = estimates = True
    kinds = tuple(KINDS)
    unlike: ClassVar = {"customs": Status.EXCEPTION, "returning": Status.RETURNED}

    def keys(self) -> dict[str, str]:
        return {"postnord_api_key": "key-example"}

    def authorised(self, asked: Asked) -> bool:
        return asked.query.get("apikey") == "key-example"

    def reply(self, asked: Asked) -> tuple[int, Any]:
        assert asked.path == "/rest/shipment/v5/trackandtrace/findByIdentifier.json"
        known = self.parcels.get(asked.query["id"])
        nothing = {"TrackingInformationResponse": {"shipments": []}}
        return 200, self.answer(asked.query["id"], known) if known else nothing

    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        return {
            "eventTime": f"{at:%Y-%m-%dT%H:%M:%S}",
            "eventCode": "10",
            "status": KINDS[kind],
            "eventDescription": "said",
            "location": {"displayName": "Stockholm", "countryCode": "SE", "country": "Sweden"},
        }

    def answer(self, number: str, known: Known) -> Any:
        item: dict[str, Any] = {"itemId": number, "status": "EN_ROUTE", "events": self.scans(known)}
        if known.signed_by:
            item["acceptor"] = {"name": known.signed_by}
        shipment: dict[str, Any] = {"shipmentId": number, "items": [item]}
        shipment["consignee"] = {"address": {"countryCode": "SE", "city": "Stockholm"}}
        if known.due:
            shipment["estimatedTimeOfArrival"] = f"{DUE}T12:00:00"
        return {"TrackingInformationResponse": {"shipments": [shipment]}}
