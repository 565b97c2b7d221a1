"""Canada Post: the Tracking web service, in XML."""

from datetime import datetime
from typing import Any

from tests.carrier_stands.base import DUE, Asked, CarrierStand, Known, basic

KINDS = {
    "label": ("3000", "Electronic information submitted by shipper"),
    "picked_up": ("2300", "Item accepted"),
    "transit": ("0100", "Item processed"),
    "delay": ("0117", "Item delayed"),
    "exception": ("0173", "Item redirected"),
    "attempt": ("1407", "Notice card left indicating where and when to pick up item"),
    "out": ("0174", "Item out for delivery"),
    "pickup": ("1701", "Item available for pickup"),
    "delivered": ("1408", "Item successfully delivered"),
    "returning": ("1415", "Item being returned to sender"),
    "unheard": ("9999", "Item teleported"),
}


class CanadaPostStand(CarrierStand):
    code = carrier = "canada_post"
    number = "0073938000549297"
    proves = estimates = True
    kinds = tuple(KINDS)

    def keys(self) -> dict[str, str]:
        return {"canada_post_user": "user-example", "canada_post_password": "secret-example"}

    def authorised(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == basic("user-example", "secret-example")

    def reply(self, asked: Asked) -> tuple[int, Any]:
        assert asked.headers["accept"] == "application/vnd.cpc.track-v2+xml"
        number = asked.path.removeprefix("/vis/track/pin/").removesuffix("/detail")
        if number not in self.parcels:
            return 404, (
                '<messages xmlns="http://www.canadapost.ca/ws/messages">'
                "<message><code>004</code><description>No Pin History</description></message></messages>"
            )
        return 200, self.answer(number, self.parcels[number])

    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        code, said = KINDS[kind]
        return {
            "event-identifier": code,
            "event-date": f"{at:%Y-%m-%d}",
            "event-time": f"{at:%H:%M:%S}",
            "event-time-zone": "EST",
            "event-description": said,
            "signatory-name": "",
            "event-site": "OTTAWA",
            "event-province": "ON",
        }

    def answer(self, number: str, known: Known) -> Any:
        scans = self.scans(known)
        for entry in scans:
            if entry["event-identifier"] == "1408":
                entry["signatory-name"] = known.signed_by
        events = "".join(
            f"<occurrence>{''.join(f'<{k}>{v}</{k}>' for k, v in entry.items())}</occurrence>" for entry in scans
        )
        due = f"<expected-delivery-date>{DUE}</expected-delivery-date>" if known.due else ""
        return (
            '<?xml version="1.0" encoding="UTF-8"?><tracking-detail xmlns="http://www.canadapost.ca/ws/track-v2">'
            f"<pin>{number}</pin>{due}<destination-postal-id>K1A0B1</destination-postal-id>"
            f"<significant-events>{events}</significant-events></tracking-detail>"
        )
