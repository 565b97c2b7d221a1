"""Takes out of carriers' texts what a forwarded link must not show: addresses, and who the customer is."""

import re

from tracking.model import Order

_DIGIT_WORD = re.compile(r"\S*\d\S*")
_STREET = re.compile(r"\b(?:street|avenue|ave|road|rd|lane|boulevard|blvd|drive|strasse|straße)\b\.?$", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_SHORTEST_NAME = 3


def town(location: str) -> str:
    """Return where a scan was, no closer than the town: no house numbers, streets or postcodes."""
    parts = (_town_part(part.strip()) for part in location.split(","))
    return ", ".join(part for part in parts if part)


def _town_part(part: str) -> str:
    if (part[:1].isdigit() and " " in part) or _STREET.search(part):  # "12 Main Street", but not "98101" alone
        return ""
    return _SPACES.sub(" ", _DIGIT_WORD.sub("", part)).strip(" -")


def without_customer(text: str, order: Order) -> str:
    """Return a carrier's text without the customer's name, e-mail, phone and postcode."""
    for secret in _secrets(order):
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "…", text, flags=re.IGNORECASE)
    return text


def is_customer(name: str, order: Order) -> bool:
    """Whether a receiver's name is, or holds a part of, the customer's."""
    return without_customer(name, order) != name


def _secrets(order: Order) -> list[str]:
    """What to take out, the longest first: the full name before its parts."""
    customer, postcode = order.customer, order.ship_to.postcode
    names = [part for part in re.split(r"[\s.,]+", customer.name) if len(part) >= _SHORTEST_NAME]
    found = {customer.name, *names, customer.email, customer.phone, postcode, postcode.replace(" ", "")}
    return sorted((secret for secret in found if len(secret) >= _SHORTEST_NAME), key=len, reverse=True)
