"""Texts in the characters that cost least, and what they cost; sends nothing."""

import unicodedata
from functools import lru_cache

from smsutil import is_valid_gsm, split

_NEAR = str.maketrans(
    {
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{HYPHEN}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{MINUS SIGN}": "-",
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{BULLET}": "-",
        "\N{MIDDLE DOT}": "-",
        "\N{MULTIPLICATION SIGN}": "x",
        "\N{RIGHTWARDS ARROW}": "->",
        "\N{GRAVE ACCENT}": "'",
        "\t": " ",
        **dict(zip("ŁłĐđıħ", "LlDdih", strict=True)),
        "Œ": "OE",
        "œ": "oe",
    }
)


def plain(text: str) -> str:
    """Return the text in characters that cost least: near ones for others, none for pictures.

    Letters of other alphabets stay, as a name in other letters would be another name; such a text costs more.
    """
    return "".join(map(_near, text.translate(_NEAR))).strip()


# Looked up for every character of every text, and smsutil takes its time.
@lru_cache(maxsize=4096)
def _near(char: str) -> str:
    if is_valid_gsm(char):
        return char
    bare = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    if bare and is_valid_gsm(bare):
        return bare
    return char if unicodedata.category(char)[0] in "LN" else ""


def segments(text: str) -> int:
    """Return how many segments a text is charged as."""
    return len(split(text).parts)
