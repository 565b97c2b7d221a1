"""Turns the desk's replies into what a speaker says: short, in whole sentences, numbers digit by digit; pure text."""

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

# About eight seconds of talk. A rest no longer than the offer to go on is said at once.
MOST_WORDS = 24
_SLACK_WORDS = 6
_LONGEST_SENTENCE = 60
_MOST_KEPT_CHARS = 2000

_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_WORD = re.compile(r"\S{60,}")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>()]*[^\s<>().,;:!?]", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>(),;:]+@[^\s@<>(),;:]+\.[^\s@<>(),;:.!?]+")
_ROADS = (
    r"(?i:street|road|avenue|lane|boulevard|terrace)|St|Rd|Ave|Ln|Blvd|Drive|Dr|Court|Ct|Square|Sq|Way|Close|Place|Pl"
)
_ADDRESS = re.compile(
    rf"\b\d+[A-Za-z]?\s+(?:(?!(?i:a|the|on|in|of|is|are|by|to|and)\b)[\w'.-]+\s+){{1,4}}?(?:{_ROADS})\b"
    r"(?:,\s*[A-Z0-9][^\s,.;!?]*(?:\s[A-Z0-9][^\s,.;!?]*)*)*"
)
_HOLLOW = re.compile(r"\(\s*a web address\s*\)|^\s*a web address\s*$", re.MULTILINE)
_BOUNDARY = re.compile(r"(?<=[.!?;])\s+|(?<=[.!?;][\"')])\s+")
_SHORTENED = re.compile(
    r"\b(?:st|dr|mr|mrs|ms|ave|blvd|rd|co|inc|ltd|corp|jr|sr|vs|mt|a\.m|p\.m|u\.s|u\.k|e\.g|i\.e|[a-z])\.$",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"(?<![\w.:/])#?(?=[A-Z0-9-]*\d)[A-Z0-9]+(?:-[A-Z0-9]+)*(?![\w:/-]|\.\d)")
_MONTH_BEFORE = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december),?\s*$", re.IGNORECASE
)
_NAMED_BEFORE = re.compile(r"\b(?:order|ticket)\s+(?:number\s+)?$", re.IGNORECASE)
_LONGEST_SPOKEN = 12
_GOODBYE = re.compile(r"\b(?:good)?bye\b", re.IGNORECASE)


def speakable(texts: Iterable[str]) -> str:
    """Join replies to one text fit for the ear: no web, e-mail or street addresses, every line a sentence."""
    text = "\n".join(_UNPRINTABLE.sub("", text) for text in texts)
    text = _EMAIL.sub("an e-mail address", _URL.sub("a web address", text))
    text = _NO_WORD.sub("", _ADDRESS.sub("the address", _HOLLOW.sub("", text)))
    lines = (" ".join(line.split()).replace(" .", ".") for line in text.splitlines())
    return " ".join(_ended(line) for line in lines if line)


def _ended(line: str) -> str:
    return line if line[-1] in ".!?;" else f"{line.rstrip(',:')}."


def sentences(text: str) -> list[str]:
    """Split a text after each sentence and semicolon; "St. Louis" and "5 p.m." are no ends."""
    found: list[str] = []
    for piece in _BOUNDARY.split(text.strip()):
        if found and _SHORTENED.search(found[-1]):
            found[-1] += f" {piece}"
        elif piece:
            found.append(piece)
    return [part for sentence in found for part in _broken(sentence)]


def _broken(sentence: str) -> list[str]:
    """Break a sentence that nobody could follow (or that isn't one) after every 60 words."""
    words = sentence.split()
    return [" ".join(words[i : i + _LONGEST_SENTENCE]) for i in range(0, len(words), _LONGEST_SENTENCE)]


def talk(text: str) -> int:
    """Return how many words are spoken, a digit of an order number counting as one."""
    spelled = sum(len(re.sub(r"\W", "", said)) - 1 for said in _identifiers(text))
    return len(text.split()) + spelled


def portion(text: str) -> tuple[str, str]:
    """Return what to say now, about eight seconds of whole sentences, and what is left for later."""
    found = sentences(text)
    take, words = 1, talk(found[0]) if found else 0
    while take < len(found) and words + talk(found[take]) <= MOST_WORDS:
        words, take = words + talk(found[take]), take + 1
    now, rest = " ".join(found[:take]), " ".join(found[take:])
    if talk(rest) <= _SLACK_WORDS or _belongs_to_a_question(found, take):
        return text.strip(), ""
    return re.sub(r";$", ".", now), _within(rest)


def _belongs_to_a_question(found: list[str], take: int) -> bool:
    """Whether one sentence is left, which is a question or helps to answer one: to offer it would be one too many."""
    left = found[take:]
    return len(left) == 1 and any(one.endswith("?") for one in found[take - 1 :]) and talk(left[0]) <= MOST_WORDS


def _within(rest: str) -> str:
    """Keep as many whole sentences as Alexa's session may hold."""
    kept, length = [], 0
    for sentence in sentences(rest):
        length += len(sentence) + 1
        if length > _MOST_KEPT_CHARS:
            break
        kept.append(sentence)
    return " ".join(kept)


def last_question(text: str) -> str:
    """Return the question that a text leaves open, empty if there is none; a sentence of help may follow it."""
    return next((sentence for sentence in reversed(sentences(text)[-2:]) if sentence.endswith("?")), "")


def is_goodbye(text: str) -> bool:
    """Whether a text takes leave."""
    return bool(_GOODBYE.search(text)) and not last_question(text)


def ssml(text: str) -> str:
    """Return the text as the inside of an SSML `speak` element; order, ticket and parcel numbers are spelled out."""
    out, end = "", 0
    for match in _identifier_matches(text):
        out += escape(text[end : match.start()]) + _spelled(match.group().lstrip("#"))
        end = match.end()
    return out + escape(text[end:])


def _identifiers(text: str) -> list[str]:
    return [match.group() for match in _identifier_matches(text)]


def _identifier_matches(text: str) -> list["re.Match[str]"]:
    return [match for match in _IDENTIFIER.finditer(text) if _is_identifier(match.group(), text[: match.start()])]


def _is_identifier(said: str, before: str) -> bool:
    """Tell an order number from an amount, a year or a range of days."""
    digits = sum(character.isdigit() for character in said)
    if said.startswith("#") or _NAMED_BEFORE.search(before):
        return True
    if said.isdigit():
        return digits >= 4 and not _MONTH_BEFORE.search(before)
    return digits >= 6 if not re.search("[A-Z]", said) else "-" in said or len(said) >= 6


def _spelled(said: str) -> str:
    bare = re.sub(r"\W", "", said)
    opening = "ending in " if len(bare) > _LONGEST_SPOKEN else ""
    parts = re.findall(r"\d+|[A-Z]+", bare[-4:] if opening else said)
    kinds = ((part, "digits" if part.isdigit() else "spell-out") for part in parts)
    return opening + " ".join(f'<say-as interpret-as="{kind}">{part}</say-as>' for part, kind in kinds)
