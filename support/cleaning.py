"""Makes any typed text safe to store and to read; never changes what it says."""

import re
import unicodedata

_MARKS_IN_A_ROW = 3
_SPACES = re.compile(r"[ \t\u00a0]+")


def clean(text: str) -> str:
    """Drop control characters, broken surrogates and stacked marks; keep line breaks, words and emoji."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n"))
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category.startswith("M") else 0
        if character == "\n" or character == "\u200d" or (category[0] != "C" and marks <= _MARKS_IN_A_ROW):
            kept.append(character)
        elif category == "Cc":
            kept.append(" ")
    return _SPACES.sub(" ", "".join(kept)).strip()
