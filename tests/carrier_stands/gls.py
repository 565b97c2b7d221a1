"""GLS: Track And Trace v1."""

from datetime import datetime, timedelta, timezone
from typing import Any

from tests.carrier_stands.base import Asked, CarrierStand, Known

KINDS = {
    "label": "INTIAL.PREADVICE",
    "picked_up": "INTIAL.NORMAL",
    "transit": "INBOUD.NORMAL",
    "out": "OUTDEL.NORMAL",
    "pickup": "DELIVD.PARCELSHOP",
    "delivered": "DELIVD.NORMAL",
    "unheard": "TELEPO.RTED",
}


class GlsStand(CarrierStand):
    code = carrier = "gls"
    number = "36301917596"
    token_path = "/oauth2/v2/token"
    zone = timezone(timedelta(hours=1))
    kinds = tuple(KINDS)

    def keys(self) -> dict[str, str]:
        return {"gls_client_id": "client-example", "gls_client_secret": "secret-example"}

    def reply(self, asked: Asked) -> tuple[int, Any]:
        number = asked.path.removeprefix("/track-and-trace-v1/tracking/simple/references/")
        if number not in self.parcels:
            error = {"requested": number, "errorCode": "E_404_01", "errorMessage": "Resource Not Found"}
            return 200, {"parcels": [error]}
        return 200, self.answer(number, self.parcels[number])

    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        when = f"{at:%Y-%m-%dT%H:%M:%S%z}"
        place = {"city": "Berlin", "postalCode": "10437", "country": "DE"}
        return {"code": KINDS[kind], **place, "description": "said", "eventDateTime": when}

    def answer(self, number: str, known: Known) -> Any:
        events = self.scans(known)
        told = {"requested": number, "unitno": number, "status": "", "statusDateTime": events[0]["eventDateTime"]}
        return {"parcels": [{**told, "events": events}]}
