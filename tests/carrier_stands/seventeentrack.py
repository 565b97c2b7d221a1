"""17TRACK: the API v2.2."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from tests.carrier_stands.base import DUE, Asked, CarrierStand, Known
from tracking.model import Status

KINDS = {
    "label": "InfoReceived",
    "picked_up": "InTransit_PickedUp",
    "transit": "InTransit_Arrival",
    "customs": "InTransit_CustomsRequiringInformation",
    "delay": "Exception_Delayed",
    "exception": "Exception_Lost",
    "attempt": "DeliveryFailure_NoBody",
    "out": "OutForDelivery_Other",
    "pickup": "AvailableForPickup_Other",
    "delivered": "Delivered_Other",
    "returning": "Exception_Returning",
    "unheard": "Teleported_Other",
}


class SeventeentrackStand(CarrierStand):
    code = "seventeentrack"
    carrier = "usps"
    number = "9405803699300124287899"
    estimates = registers = True
    kinds = tuple(KINDS)
    unlike: ClassVar = {"customs": Status.EXCEPTION}

    def keys(self) -> dict[str, str]:
        return {"seventeentrack_api_key": "key-example"}

    def authorised(self, asked: Asked) -> bool:
        return asked.headers.get("17token") == "key-example"

    def reply(self, asked: Asked) -> tuple[int, Any]:
        assert asked.method == "POST"
        asks = asked.body[0]
        assert asks["carrier"] == 21051
        if asked.path == "/track/v2.2/register":
            return 200, self._register(asks["number"])
        assert asked.path == "/track/v2.2/gettrackinfo"
        known = self.parcels.get(asks["number"])
        if known:
            return 200, self._envelope([self.answer(asks["number"], known)], [])
        error = {"code": -18019902, "message": "The tracking number has not been registered."}
        return 200, self._envelope([], [{"number": asks["number"], "error": error}])

    def _register(self, number: str) -> Any:
        if number in self.registered:
            error = {"code": -18019901, "message": "The tracking number has been registered."}
            return self._envelope([], [{"number": number, "error": error}])
        self.registered.append(number)
        return self._envelope([{"origin": 2, "number": number, "carrier": 21051}], [])

    def _envelope(self, accepted: list[Any], rejected: list[Any]) -> Any:
        return {"code": 0, "data": {"accepted": accepted, "rejected": rejected}}

    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        return {
            "time_iso": at.isoformat(),
            "time_utc": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "description": "said",
            "location": "GREENVILLE, ME",
            "stage": KINDS[kind],
            "address": {"country": "US", "state": "ME", "city": "GREENVILLE"},
        }

    def answer(self, number: str, known: Known) -> Any:
        events = self.scans(known)
        due = {"source": "Official", "from": f"{DUE}T08:00:00-05:00", "to": f"{DUE}T20:00:00-05:00"}
        return {
            "number": number,
            "carrier": 21051,
            "track_info": {
                "latest_status": {"status": "InTransit", "sub_status": events[0]["stage"]},
                "time_metrics": {"estimated_delivery_date": due if known.due else None},
                "tracking": {"providers": [{"provider": {"key": 21051, "name": "USPS"}, "events": events}]},
            },
        }
