"""Turns an answer into SSML that can be spoken: numbers digit by digit, no addresses of any kind; chooses no words."""

import re
import unicodedata
from collections.abc import Iterable
from html import escape

_EMAIL = re.compile(r"(?<!\S)[^\s@]+@[^\s@]*\w")
_LINK = re.compile(r"https?://\S*[\w/]|(?<![\w.-])(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}\b(?:[/:?#]\S*[\w/])?")
_TOKEN = re.compile(r"(#?)([A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}-\d{1,2}")
_AFTER_MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December),? $"
)
_SPELLED_FROM = 4
"""From this many digits on a token is a number to write down, not an amount."""

_UNSPEAKABLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "So"})
_PAUSE = '<break time="400ms"/>'


def ssml(texts: Iterable[str]) -> str:
    """Return one SSML document that says all texts, with a pause after each line."""
    lines = (line.strip() for text in texts for line in _without_addresses(text).splitlines())
    return f"<speak>{_PAUSE.join(_spoken(line) for line in lines if line)}</speak>"


def _without_addresses(text: str) -> str:
    return _LINK.sub("the website", _EMAIL.sub("the e-mail address", text))


def _spoken(line: str) -> str:
    kept = "".join(character for character in line if unicodedata.category(character) not in _UNSPEAKABLE)
    return _TOKEN.sub(_token, escape(kept, quote=False))


def _token(found: re.Match[str]) -> str:
    hash_sign, token = found.groups()
    if sum(character.isdigit() for character in token) < _SPELLED_FROM and not token.startswith("T-"):
        return found[0]
    if _DATE.fullmatch(token) or (len(token) == _SPELLED_FROM and _AFTER_MONTH.search(found.string[: found.start()])):
        return found[0]
    parts = (f'<say-as interpret-as="characters">{part}</say-as>' for part in token.split("-"))
    return f"{'number ' if hash_sign else ''}{' '.join(parts)}"
