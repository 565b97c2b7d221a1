"""The spellings of order and tracking numbers, made comparable."""

import re
import unicodedata

_SPACE = re.compile(r"\s+")
_DASHES = re.compile(r"[‐‑‒–—―−]")
_SEPARATORS = re.compile(r"[\s\-._/]+")


def order_key(number: str) -> str:
    """Return what all spellings of an order number share: "#1001", " 1001 " and "1001" are one; dashes count."""
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", number))
    return _SPACE.sub("", text).lstrip("#").casefold()


def tracking_key(tracking_number: str) -> str:
    """Return what all spellings of a tracking number share: upper case, no spaces, dashes, dots or slashes."""
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", tracking_number))
    return _SEPARATORS.sub("", text).upper()
