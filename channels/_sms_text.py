"""Makes replies fit for texting: plain characters, whole parts, counted segments; sends nothing."""

import re
from collections.abc import Iterable

from support.gsm import plain
from support.model import Reply

LONGEST = 1600
"""Characters of one text at most, by Twilio's rule; longer answers become several texts."""
_BREAKS = ("\n", ". ", " ")


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
