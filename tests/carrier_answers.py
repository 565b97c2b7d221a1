"""Answers of carriers without HTTP: made by their stand-ins, read as the program reads them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.carrier_stands import STANDS
from tests.carrier_stands.base import Known
from tracking.carriers.apis import Parcel, Report, apis
from tracking.carriers.apis.base import Answer

NOW = datetime(2026, 11, 21, tzinfo=UTC)
WRAP: dict[str, Callable[[Any], Any]] = {
    "aftership": lambda told: {"meta": {"code": 200}, "data": {"trackings": [told]}},
    "easypost": lambda told: {"trackers": [told]},
    "seventeentrack": lambda told: {"code": 0, "data": {"accepted": [told], "rejected": []}},
}
"""How an entry is wrapped where answers are lists; the tests write the entry."""


def read(code: str, told: object, number: str = "", status: int = 200) -> Report:
    if code in WRAP and isinstance(told, dict) and "code" not in told:
        told = WRAP[code](told)
    body = told.encode() if isinstance(told, str) else json.dumps(told).encode()
    stand = STANDS[code]
    return apis()[code].read(Answer(status, body), Parcel(number or stand.number, stand.carrier), NOW)


def answer(code: str, *kinds: str, **known: Any) -> Any:
    """An answer as the stand-in gives it; wrapped as its reply is."""
    stand = STANDS[code]()
    return stand.answer(stand.number, Known(kinds, **known))
