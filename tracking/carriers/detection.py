"""Recognises couriers by number and by name; never asks anyone."""

import re
import unicodedata
from functools import cache
from urllib.parse import quote

from tracking.carriers import couriers as _folder
from tracking.carriers.formats import Candidate, Courier, Format
from tracking.errors import DoorstepError
from tracking.plugins import scan

LONGEST_TEXT = 200
"""A longer text isn't a tracking number, however it is spaced out."""
LONGEST_NUMBER = 45
"""The longest number of any courier here has 41 characters."""

_NOISE = frozenset("-−./()[]{}#_:'\"*")
_NOT_NAME = re.compile(r"[\W_]+")


@cache
def couriers() -> dict[str, Courier]:
    """Return all couriers by code. Raises DoorstepError if a module is incomplete or a code is taken twice."""
    found = scan(_folder.__name__, list(_folder.__path__), "COURIER", Courier)
    for courier in found.values():
        _check_complete(courier)
    return found


def detect(number: str) -> list[Candidate]:
    """Return the couriers whose format a number fits, best first; empty when it fits none or isn't a number at all.

    A proven check digit goes before none, then the weightier format before the lighter. A number that
    fails a format's check digit is refused for that format.
    """
    text = clean(number)
    if not text:
        return []
    best: dict[str, tuple[bool, int]] = {}
    for code, fmt in _formats():
        if fmt.fits(text):
            rank = (fmt.check is None, -fmt.weight)
            best[code] = min(rank, best.get(code, rank))
    return [_candidate(code, text, best[code][0]) for code in sorted(best, key=lambda code: (best[code], code))]


def clean(number: str) -> str:
    """Return a number in capitals and ASCII digits without spaces and marks; empty when it can't be one."""
    if len(number) > LONGEST_TEXT:
        return ""
    text = number.upper() if number.isascii() and number.isalnum() else _strip(number)
    return text if len(text) <= LONGEST_NUMBER and text.isascii() and text.isalnum() else ""


def carrier_name(code: str, number: str = "") -> str | None:
    """Return the courier's name for shoppers, None for a code we don't know.

    With a number, an international postal item is named after the post that sent it.
    """
    courier = couriers().get(code)
    if courier is None:
        return None
    return _name(courier, clean(number)) if number else courier.name


def carrier_code(name: str | None) -> str | None:
    """Return our code for a courier as shops and aggregators write it ("FedEx Ground", "DHLExpress"), else None."""
    return _names().get(_plain(name)) if name else None


def tracking_url(carrier: str, number: str) -> str | None:
    """Return the courier's public tracking page for a number, None when there is none."""
    courier, text = couriers().get(carrier), clean(number)
    if courier is None or not text:
        return None
    template = courier.partner_url(text) if courier.partner_url else courier.url
    return template.format(number=quote(text, safe="")) if template else None


def _strip(number: str) -> str:
    kept = []
    for char in unicodedata.normalize("NFKC", number):
        if char.isdecimal():
            kept.append(str(unicodedata.decimal(char)))
        elif not (char.isspace() or char in _NOISE or unicodedata.category(char) in {"Pd", "Cf"}):
            kept.append(char.upper())
    return "".join(kept)


@cache
def _formats() -> tuple[tuple[str, Format], ...]:
    return tuple((code, fmt) for code, courier in couriers().items() for fmt in courier.formats)


def _candidate(code: str, number: str, unproven: bool) -> Candidate:
    return Candidate(code, _name(couriers()[code], number), "none" if unproven else "ok")


def _name(courier: Courier, number: str) -> str:
    return (courier.partner(number) if courier.partner else "") or courier.name


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for code, courier in couriers().items():
        for name in (code, courier.name, *courier.aliases):
            if names.setdefault(_plain(name), code) != code:
                raise DoorstepError(f"The couriers {names[_plain(name)]!r} and {code!r} both claim the name {name!r}.")
    return names


def _plain(name: str) -> str:
    return _NOT_NAME.sub("", name).casefold()


def _check_complete(courier: Courier) -> None:
    where = f"The courier {courier.code!r}"
    if not (courier.code and courier.name and courier.formats):
        raise DoorstepError(f"{where} needs a code, a name and at least one number format.")
    for fmt in courier.formats:
        if not fmt.valid:
            raise DoorstepError(f"{where}: the format {fmt.name!r} needs an example number.")
        if bool(fmt.check) != bool(fmt.rule) or (fmt.check and not fmt.invalid):
            raise DoorstepError(f"{where}: the format {fmt.name!r} has a check digit; say its rule and a wrong number.")
    if courier.url and "{number}" not in courier.url:
        raise DoorstepError(f"{where}: its tracking page must contain {{number}}.")
