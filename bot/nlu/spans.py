"""A piece of text that means something, and text made plain without moving any character."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache


def table(text: str) -> list[str]:
    """Return the words of a table written as running text."""
    return text.split()


@dataclass(frozen=True)
class Span:
    """`value` is the normalised meaning of the characters from `start` up to before `end`."""

    entity: str
    start: int
    end: int
    value: str


def plain(text: str) -> str:
    """Return the text in as many characters: odd digits, dashes and quotes as ASCII, invisible ones as spaces."""
    return text if text.isascii() and text.isprintable() else "".join(map(_plain, text))


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category[0] in "CZ":
        return " "
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Pd" or char == "−":
        return "-"
    if char in "’‘`´":
        return "'"
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char


def overlaps(start: int, end: int, spans: list[Span]) -> bool:
    """Whether any span covers a part of start to end."""
    return any(start < span.end and span.start < end for span in spans)
