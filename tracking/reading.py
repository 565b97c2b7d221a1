"""Reads other people's JSON without trusting its types: the unusable reads as empty, the required is asked for."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from tracking.errors import InvalidInput

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_YEARS = range(2000, 2101)


def decode(body: bytes) -> dict[str, Any]:
    """Return a JSON object. Raises InvalidInput if the body is anything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"The body is not JSON that can be read ({type(error).__name__}).") from error
    if not isinstance(value, dict):
        raise InvalidInput("The body must be a JSON object.")
    return value


def obj(value: object) -> dict[str, Any]:
    """Return a JSON object, empty if the value is anything else."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[dict[str, Any]]:
    """Return the objects of a JSON list, without anything else that is in it; empty if the value isn't a list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def text(value: object, longest: int = 255) -> str:
    """Return a string or whole number as clean text, cut to `longest` characters; empty for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**20:
        return str(value)
    if not isinstance(value, str):
        return ""
    return (value if value.isprintable() else _UNPRINTABLE.sub("", value)).strip()[:longest].rstrip()


def count(value: object) -> int | None:
    """Return a whole number from 0 to a million, bigger ones cut to it; None for anything else."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        return None
    return min(value, 1_000_000)


def amount(value: object) -> Decimal | None:
    """Return a sum of money, written as text or as a number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = Decimal(str(value).strip()[:30])
    except InvalidOperation:
        return None
    return found if found.is_finite() and found >= 0 else None


def required(value: object, where: str) -> str:
    """Return clean text. Raises InvalidInput naming `where` if there is none."""
    found = text(value)
    if not found:
        raise InvalidInput(f"{where} is missing or empty.")
    return found


def moment(value: object) -> datetime | None:
    """Return an ISO 8601 time as it is written, aware or naive; None if it is none, or no year of this century."""
    try:
        found = datetime.fromisoformat(text(value, 40)) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.year in _YEARS else None


def utc_moment(value: object) -> datetime | None:
    """Return an ISO 8601 time, aware; one written without a zone is UTC. None if it is none."""
    found = moment(value)
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def is_date(value: object) -> bool:
    """Whether the value is a date without a time of day."""
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()) is not None


def start_of(day: date, zone: tzinfo) -> datetime:
    """Return the first moment of a day."""
    return datetime.combine(day, time.min, zone)


def end_of(day: date, zone: tzinfo) -> datetime:
    """Return the last second of a day."""
    return start_of(day, zone) + timedelta(days=1, seconds=-1)


def joined(*parts: object) -> str:
    """Return the parts that say something, separated by commas, each once."""
    found: dict[str, str] = {}
    for part in map(text, parts):
        found.setdefault(part.casefold(), part)
    return ", ".join(part for part in found.values() if part)
