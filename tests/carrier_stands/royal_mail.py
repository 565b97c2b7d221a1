"""Royal Mail: the Tracking API v2."""

from datetime import UTC, datetime
from typing import Any

from tests.carrier_stands.base import DUE, Asked, CarrierStand, Known

KINDS = {
    "label": ("EVDAV", "Sender preparing item"),
    "picked_up": ("EVAIP", "Accepted at Post Office"),
    "transit": ("EVIPM", "Item received"),
    "delay": ("EVNMI", "Forwarded - Mis-sort"),
    "exception": ("EVNRF", "Refused"),
    "attempt": ("EVNAA", "Delivery attempted - no answer"),
    "out": ("EVGPD", "Out for Delivery"),
    "pickup": ("EVNPS", "Ready for redelivery or collection"),
    "delivered": ("EVKSP", "Delivered"),
    "returning": ("EVRTS", "Being returned to sender"),
    "unheard": ("EVZZZ", "Teleported"),
}


class RoyalMailStand(CarrierStand):
    code = carrier = "royal_mail"
    number = "RB123456785GB"
    proves = estimates = True
    zone = UTC
    kinds = tuple(KINDS)

    def keys(self) -> dict[str, str]:
        return {"royal_mail_client_id": "client-example", "royal_mail_client_secret": "secret-example"}

    def authorised(self, asked: Asked) -> bool:
        given = (asked.headers.get("x-ibm-client-id"), asked.headers.get("x-ibm-client-secret"))
        return given == ("client-example", "secret-example") and asked.headers.get("x-accept-rmg-terms") == "yes"

    def reply(self, asked: Asked) -> tuple[int, Any]:
        number = asked.path.removeprefix("/mailpieces/v2/").removesuffix("/events")
        if number not in self.parcels:
            error = {"errorCode": "E1142", "errorDescription": "Barcode reference mailPieceId isn't recognised"}
            return 404, {"httpCode": "404", "httpMessage": "Not Found", "errors": [error]}
        return 200, self.answer(number, self.parcels[number])

    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        code, name = KINDS[kind]
        when = f"{at:%Y-%m-%dT%H:%M:%S+0000}"
        return {"eventCode": code, "eventName": name, "eventDateTime": when, "locationName": "Mount Pleasant MC"}

    def answer(self, number: str, known: Known) -> Any:
        piece: dict[str, Any] = {"mailPieceId": number, "carrierShortName": "RM", "events": self.scans(known)}
        if known.due:
            start, end = f"{DUE}T10:00:00+00:00", f"{DUE}T14:00:00+00:00"
            piece["estimatedDelivery"] = {
                "date": str(DUE),
                "startOfEstimatedWindow": start,
                "endOfEstimatedWindow": end,
            }
        if known.signed_by:
            piece["signature"] = {"recipientName": known.signed_by}
        return {"mailPieces": piece}
