"""Karrio: the trackers of a self-hosted server."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from tests.carrier_stands.base import DUE, Asked, CarrierStand, Known
from tracking.model import Status

NAMES = {
    "label": "pending",
    "transit": "in_transit",
    "customs": "on_hold",
    "delay": "delivery_delayed",
    "exception": "on_hold",
    "attempt": "delivery_failed",
    "out": "out_for_delivery",
    "pickup": "ready_for_pickup",
    "returning": "return_to_sender",
    "unheard": "teleported",
}


class KarrioStand(CarrierStand):
    code = "karrio"
    carrier = "usps"
    number = "9405803699300124287899"
    proves = estimates = registers = True
    zone = UTC
    zone_source = "utc"
    kinds = (*NAMES, "picked_up", "delivered")
    unlike: ClassVar = {"customs": Status.EXCEPTION}
    _names = NAMES

    def keys(self) -> dict[str, str]:
        return {"karrio_api_key": "key-example"}

    def authorised(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == "Token key-example"

    def reply(self, asked: Asked) -> tuple[int, Any]:
        if asked.method == "POST" and asked.path == "/v1/trackers":
            self.registered.append(asked.body["tracking_number"])
            assert asked.body["carrier_name"] == "usps"
            return 201, {"tracking_number": asked.body["tracking_number"], "events": []}
        number = asked.path.removeprefix("/v1/trackers/")
        known = self.parcels.get(number)
        if not known:
            return 404, {"errors": [{"code": "not_found", "message": "No Tracker matches the given query."}]}
        return 200, self.answer(number, known)

    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        return {
            "date": f"{at:%Y-%m-%d}",
            "time": f"{at:%I:%M %p}",
            "code": kind.upper(),
            "status": self._names.get(kind, kind),
            "location": "GREENVILLE, ME, US",
            "description": "said",
        }

    def answer(self, number: str, known: Known) -> Any:
        events = self.scans(known)
        return {
            "id": "trk_example",
            "carrier_name": "usps",
            "tracking_number": number,
            "status": events[0]["status"] if events else "unknown",
            "delivered": False,
            "estimated_delivery": str(DUE) if known.due else None,
            "info": {"signed_by": known.signed_by} if known.signed_by else {},
            "events": events,
        }
