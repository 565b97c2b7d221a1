"""Masks more in what is over and done with: addresses, phone numbers and, where somebody finds them, names."""

import re
from collections.abc import Callable, Iterable

from support.masking import DOTS

Names = Callable[[str], Iterable[tuple[int, int]]]
"""Finds names of people and places: where each begins and ends."""

_PATTERNS = (
    re.compile(r"[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,5}[a-z]{2,24}", re.IGNORECASE),
    re.compile(r"(?<![\w.-])(?:\+|00)?\(?\d(?:[\s().-]{0,2}\d){8,14}(?![\w-])"),
    re.compile(
        r"\b\d{1,5}[a-z]?\s(?:[A-Z][\w'-]{1,30}\s){1,4}"
        r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|place|pl|way|boulevard|blvd|close|terrace)\b\.?",
        re.IGNORECASE,
    ),
)


def mask_more(text: str, names: Names = lambda _: ()) -> str:
    """Return the text without e-mail addresses, phone numbers, street addresses and `names`; twice changes nothing."""
    for start, end in sorted(names(text), reverse=True):
        text = f"{text[:start]}{DOTS}{text[end:]}"
    for pattern in _PATTERNS:
        text = pattern.sub(DOTS, text)
    return text
