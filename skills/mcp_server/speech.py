"""Makes replies fit to be spoken by anybody: no addresses of the web or of mail, no long numbers; chooses no words."""

import re
from collections.abc import Iterable

_EMAIL = re.compile(r"[^\s@<>(),;:]+@[^\s@<>(),;:]+\.[^\s@<>(),;:.!?]+")
_LINK = re.compile(r"(?:https?://|www\.)\S*[\w/]", re.IGNORECASE)
_UNSPEAKABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NUMBER = re.compile(r"(?<![\w-])(?!\d{4}-\d\d-\d\d\b)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?![\w-])")
_LONG = 7
"""From this many digits on nobody follows a number by ear; its last four tell it apart."""

_ENDS = ".!?;"


def speakable(texts: Iterable[str]) -> str:
    """Join replies into whole sentences, one after the other."""
    lines = (" ".join(_short(line).split()) for text in texts for line in _UNSPEAKABLE.sub("", text).splitlines())
    return " ".join(line if line[-1] in _ENDS else f"{line.rstrip(',:')}." for line in lines if line)


def _short(line: str) -> str:
    return _NUMBER.sub(_ending, _LINK.sub("the website", _EMAIL.sub("the e-mail address", line)))


def _ending(found: re.Match[str]) -> str:
    digits = [character for character in found[0] if character.isdigit()]
    return f"ending in {' '.join(digits[-4:])}" if len(digits) >= _LONG else found[0]
