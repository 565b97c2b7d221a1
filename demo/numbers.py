"""Makes fictional tracking numbers that have their couriers' shape and check digit; belongs to no real parcel."""

from functools import cache
from string import ascii_uppercase, digits

from tracking.carriers import detect
from tracking.errors import DoorstepError

_SHAPES = {
    "amazon": "TBA{:012d}",
    "canada_post": "4000{:011d}?",
    "dhl": "30{:07d}?",
    "dpd": "0998{:010d}?",
    "fedex": "9000{:07d}?",
    "lasership": "LX1{:07d}",
    "ontrac": "D1000{:09d}?",
    "royal_mail": "ZZ{:08d}?GB",
    "ups": "1ZDEMO0003{:07d}?",
    "usps": "94001{:016d}?",
}
"""By courier: where the serial number goes, and where the check digit, if there is one."""


@cache
def tracking_number(carrier: str, serial: int) -> str:
    """Return the courier's number with this serial. Raises DoorstepError for a courier whose shape isn't here."""
    if carrier not in _SHAPES:
        raise DoorstepError(f"The demo has no tracking numbers of {carrier!r}.")
    shape = _SHAPES[carrier].format(serial)
    checked = "ok" if "?" in shape else "none"
    for check in digits + ascii_uppercase if checked == "ok" else " ":
        number = shape.replace("?", check)
        if any(c.carrier == carrier and c.check_digit == checked for c in detect(number)):
            return number
    raise DoorstepError(f"No check digit fits {shape!r}.")
