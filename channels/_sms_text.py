"""Makes replies fit for texting: plain characters, whole parts, counted segments; sends nothing."""

import re
import unicodedata
from collections.abc import Iterable

from smsutil import is_valid_gsm, split

from support.model import Reply

LONGEST = 1600
"""Characters of one text at most, by Twilio's rule; longer answers become several texts."""
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
_BREAKS = ("\n", ". ", " ")


def plain(text: str) -> str:
    """Return the text in characters that cost least: near ones for others, none for pictures.

    Letters of other alphabets stay, as a name in other letters would be another name; such a text costs more.
    """
    return "".join(map(_near, text.translate(_NEAR))).strip()


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


def texts(replies: Iterable[Reply]) -> list[str]:
    """Return the texts that say these replies: one, unless it is too long to be sent as one."""
    whole = plain("\n".join(reply.text for reply in replies if reply.text))
    parts: list[str] = []
    while len(whole) > LONGEST:
        end = _break(whole)
        parts.append(whole[:end].strip())
        whole = whole[end:].strip()
    return [part for part in [*parts, whole] if part]


def _break(text: str) -> int:
    """Return where to cut: after a line, a sentence or a word, never inside a word or a link."""
    head = text[:LONGEST]
    for mark in _BREAKS:
        place = head.rfind(mark)
        if place > LONGEST // 2:
            return place + len(mark)
    words = re.search(r"\s", text[: LONGEST + 1][::-1])
    return LONGEST - words.start() if words and words.start() < LONGEST else LONGEST
