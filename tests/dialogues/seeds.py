"""What dialogues leave open: fresh numbers, contacts and times, and the orders as the API takes them."""

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_DIGITS = "zero one two three four five six seven eight nine".split()  # noqa: SIM905
_serial = itertools.count(3101)
_phones = itertools.count(100)
Json = dict[str, Any]


def names() -> dict[str, str]:
    """Return fresh values for what dialogues leave open."""
    # Phones differ, as they prove orders; their last digits begin with 0, as order numbers never do.
    last4 = f"0{next(_phones)}"
    values = {"postcode": "94110", "last4": last4, "phone": f"+1212555{last4}", "stranger": f"+1646555{last4}"}
    values["email"] = f"dana{next(_serial)}@example.com"
    values["unknown"] = str(next(_serial))
    for letter in "ABCD":
        number = str(next(_serial))
        values[letter] = number
        values[f"{letter}_spoken"] = " ".join(_DIGITS[int(digit)] for digit in number)
        values[f"{letter}_tracking"] = ups_number(number)
    return values


def ups_number(serial: str) -> str:
    """Return a UPS tracking number that holds `serial`, with its right check digit."""
    body = f"12345E02{serial:0>7}"
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in body]
    total = sum(value * (2 if place % 2 else 1) for place, value in enumerate(values))
    return f"1Z{body}{-total % 10}"


def fill(value: Any, given: dict[str, str]) -> Any:
    """Put the fresh values into every text of a structure; other braces stay."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda match: given.get(match[1], match[0]), value)
    if isinstance(value, list):
        return [fill(item, given) for item in value]
    if isinstance(value, dict):
        return {key: fill(item, given) for key, item in value.items()}
    return value


def when(text: str, *, day: bool = False) -> str:
    """Return a relative time as ISO 8601; with `day`, the midnight that its day begins with, as shops write days."""
    match = re.fullmatch(r"([+-]?\d+)([mhd])", text)
    if match is None:
        raise ValueError(f"{text!r} is no relative time such as -3h or 2d")
    at = datetime.now(UTC) + timedelta(**{_UNITS[match[2]]: int(match[1])})
    return (at.replace(hour=0, minute=0, second=0, microsecond=0) if day else at).isoformat()


def hand_in(client: httpx.Client, order: Json, given: dict[str, str]) -> None:
    """Hand in an order of a dialogue and its scans, as a shop and a carrier would."""
    letter = next((letter for letter in "ABCD" if given[letter] == order["number"]), "A")
    parcels = order.get("parcels", [])
    for place, parcel in enumerate(parcels):
        own = given[f"{letter}_tracking"] if place == 0 else ups_number(f"{place}{order['number']}")
        parcel.setdefault("tracking", own)
    _post(client, "/api/v1/orders", _order_json(order, given))
    events = [_event_json(parcel, event) for parcel in parcels for event in parcel.get("events", ())]
    if events:
        _post(client, "/api/v1/tracking-events", {"events": events})


def _post(client: httpx.Client, path: str, body: Json) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"


def _order_json(order: Json, given: dict[str, str]) -> Json:
    titles = order.get("items", ["Blue running shoes"])
    skus = {title: f"SKU-{place}" for place, title in enumerate(titles)}
    body: Json = {
        "number": order["number"],
        "placed_at": when(order.get("placed", "-7d")),
        "customer": {"name": "Dana Fields", "email": given["email"], "phone": given["phone"]},
        "ship_to": {"postcode": given["postcode"], "city": "San Francisco", "region": "CA", "country": "US"},
        "items": [{"sku": skus[title], "title": title, "quantity": 1} for title in titles],
        "shipments": [_shipment_json(parcel, skus) for parcel in order.get("parcels", ())],
        "status": order.get("status", "open"),
    }
    body["customer"] |= order.get("customer", {})
    if "refunds" in order:
        body["refunds"] = [{**refund, "at": when(refund["at"])} for refund in order["refunds"]]
    if "promised" in order:
        first, last = order["promised"]
        body["promised"] = {"earliest": when(first, day=True), "latest": when(last, day=True)}
    return body


def _shipment_json(parcel: Json, skus: dict[str, str]) -> Json:
    body = {"tracking_number": parcel["tracking"], "carrier": parcel.get("carrier", "ups")}
    return body | ({"items": [skus[title] for title in parcel["items"]]} if "items" in parcel else {})


def _event_json(parcel: Json, event: Json) -> Json:
    return {
        "tracking_number": parcel["tracking"],
        "status": event["status"],
        "occurred_at": when(event["at"]),
        "location": event.get("where", ""),
        "description": event.get("what", ""),
    }
