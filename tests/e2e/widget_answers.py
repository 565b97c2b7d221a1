"""What the stand-in chat server answers to which word: texts, buttons and order cards, all of them fictional."""

from datetime import UTC, datetime, timedelta
from typing import Any

Frame = dict[str, Any]


def ago(**past: float) -> str:
    """An ISO time that far in the past."""
    return (datetime.now(UTC) - timedelta(**past)).isoformat()


def parcel(number: str, carrier: str, status: str, text: str, scan: Frame | None, url: str | None) -> Frame:
    """One parcel of an order card."""
    return {
        "tracking_number": number,
        "carrier_name": carrier,
        "status": status,
        "status_text": text,
        "last_scan": scan,
        "url": url,
    }


def order_card(number: str, status: str, headline: str, progress: int, parcels: list[Frame]) -> Frame:
    """An order card, expected tomorrow afternoon while it is on its way."""
    noon = datetime.now(UTC).replace(hour=13, minute=0, second=0) + timedelta(days=1)
    arrival = {"earliest": noon.isoformat(), "latest": (noon + timedelta(hours=4)).isoformat()}
    return {
        "type": "order",
        "number": number,
        "status": status,
        "headline": headline,
        "progress": progress,
        "parcels": parcels,
        "arrival": arrival if progress in (1, 2, 3) else None,
        "last_checked_at": ago(minutes=5),
    }


def scan(hours: float, place: str, what: str) -> Frame:
    """A last scan that many hours old."""
    return {"at": ago(hours=hours), "location": place, "description": what}


SCAN = scan(2, "Springfield", "Left the sorting centre")
ON_ITS_WAY = parcel("1Z0000000000000001", "UPS", "in_transit", "In transit", SCAN, "https://parcels.example/1Z")
UNSCANNED = parcel("JD000000000000000002", "DHL", "label_created", "Label created", None, None)
DOORSTEP = scan(20, "Springfield", "Left with a neighbour")
ARRIVED = parcel("1Z0000000000000003", "UPS", "delivered", "Delivered", DOORSTEP, "javascript:alert(1)")
HELD = parcel("1Z0000000000000004", "UPS", "exception", "Address incomplete", scan(30, "Shelbyville", "Held"), None)

ANSWERS: dict[str, Frame] = {
    "card": {
        "text": "Your order 1001 is on its way.",
        "card": order_card("1001", "in_transit", "On its way", 2, [ON_ITS_WAY]),
        "buttons": [{"title": "When will it arrive?", "payload": "When will 1001 arrive?"}],
    },
    "split": {
        "text": "One of two parcels is on its way.",
        "card": order_card("1002", "in_transit", "1 of 2 parcels on its way", 2, [ON_ITS_WAY, UNSCANNED]),
    },
    "delivered": {"card": order_card("1003", "delivered", "Delivered yesterday", 4, [ARRIVED]), "text": "It's there."},
    "exception": {"card": order_card("1004", "exception", "Held: address incomplete", -1, [HELD]), "text": "Sorry."},
    "buttons": {
        "text": "Which order do you mean?",
        "buttons": [
            {"title": "Order 1001, blue shoes", "payload": '/choose_order{"number": "1001"}'},
            {"title": "Order 1002, teapot", "payload": '/choose_order{"number": "1002"}'},
        ],
    },
    "hostile": {
        "text": "<img src=x onerror='window.hacked=1'><script>window.hacked=2</script> [x](javascript:alert(1))"
    },
    "links": {"text": "See https://parcels.example/track?id=1. Not javascript:alert(1)."},
    "person": {"text": "A person will be with you.", "owner": "human"},
}
