"""What shoppers think of their delivery or the chat: one rating each, which may be changed for a while; asks nobody."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from support.cleaning import clean
from tracking.errors import InvalidInput
from tracking.keys import order_key
from tracking.ports import Clock

Kind = Literal["delivery", "chat"]
Source = Literal["page", "chat", "link"]
"""Where it was given: on the tracking page, in the chat, or on the page by way of a link that named the score."""
CHANGEABLE = timedelta(days=14)
LONGEST_WORDS = 500
SCORES = range(1, 6)


class TooLate(InvalidInput):
    """The rating was given too long ago to be changed; it stays as it is."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is rated: an order by its `order_key`, or, where no order is known, a conversation."""

    order: str = ""
    conversation: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """A score from 1 (bad) to 5 (great) with a few words; `at` is when it was first given (both times aware)."""

    kind: Kind
    score: int
    words: str
    source: Source
    at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """How many ratings there are by score; the average is None where there are none."""

    scores: Mapping[int, int]

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.scores.values())

    @property
    def average(self) -> float | None:
        """The mean score."""
        return sum(score * count for score, count in self.scores.items()) / self.count if self.count else None


class RatingStore(Protocol):
    """Ratings; every method is one transaction."""

    async def put(self, subject: Subject, rating: Rating, changeable_since: datetime) -> Rating | None:
        """Store a rating, or change the one there is if it was first given since then; its `at` and source stay.

        None where there is no such subject, or where it is too late.
        """
        ...

    async def get(self, subject: Subject, kind: Kind) -> Rating | None:
        """The rating of a subject, or None."""
        ...

    async def counts(self, kind: Kind, since: datetime, until: datetime) -> Mapping[int, int]:
        """How often each score was first given in this time."""
        ...


class Ratings:
    """Takes ratings and adds them up. Every method raises Unavailable when the store doesn't answer."""

    def __init__(self, store: RatingStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def add(
        self, kind: Kind, score: int, source: Source, *, order: str = "", conversation: str = "", words: str = ""
    ) -> Rating:
        """Rate an order (by its number) or, without one, a conversation; again within 14 days changes it.

        Raises InvalidInput for a score that isn't 1 to 5, for too many words, and TooLate after the 14 days.
        """
        said = clean(words)
        if score not in SCORES:
            raise InvalidInput("score: give a whole number from 1 to 5.")
        if len(said) > LONGEST_WORDS:
            raise InvalidInput(f"words: at most {LONGEST_WORDS} characters, please.")
        now = self._clock.now()
        kept = await self._store.put(
            _subject(order, conversation), Rating(kind, score, said, source, now, now), now - CHANGEABLE
        )
        if kept is None:
            raise TooLate("This rating can't be changed any more.")
        return kept

    async def of(self, kind: Kind, *, order: str = "", conversation: str = "") -> Rating | None:
        """The rating given for an order (by its number) or a conversation, or None."""
        return await self._store.get(_subject(order, conversation), kind)

    async def summary(self, kind: Kind, since: datetime, until: datetime | None = None) -> Summary:
        """Add up the ratings first given from `since` to `until` (the present by default)."""
        return Summary(await self._store.counts(kind, since, until or self._clock.now()))


def _subject(order: str, conversation: str) -> Subject:
    key = order_key(order)
    if not key and not conversation:
        raise InvalidInput("A rating is for an order or for a conversation.")
    return Subject(key) if key else Subject(conversation=conversation)


_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER = rf"(?P<{{}}>\d{{{{1,2}}}}(?:[.,]\d)?|{'|'.join(_WORDS)})"
_SCORE, _MOST = _NUMBER.format("score"), _NUMBER.format("most")
_SPOKEN = (
    re.compile(rf"\b{_SCORE} ?(?:/|out of|of) ?{_MOST}\b(?![/\d])", re.IGNORECASE),
    re.compile(rf"\b{_SCORE}[ -]?stars?\b", re.IGNORECASE),
    re.compile(rf"\b(?:rat(?:e|ing)|give|score)\b[^\d.!?]{{0,30}}?\b{_SCORE}\b", re.IGNORECASE),
)
_STARS = re.compile(r"[★⭐]")


def read_score(text: str) -> int | None:
    """Return the score, 1 to 5, that a message gives ("4/5", "nine out of ten", "two stars", "⭐⭐⭐"), None if none.

    Scores above 5 are out of 10, unless it says otherwise.
    """
    stars = len(_STARS.findall(text))
    if stars:
        return min(stars, SCORES[-1])
    found = next((match for pattern in _SPOKEN if (match := pattern.search(text))), None)
    if found is None:
        return None
    given = _value(found["score"])
    most = _value(found.groupdict().get("most") or "") or (5.0 if given <= 5 else 10.0)
    return max(1, int(given * 5 / most + 0.5)) if given <= most and most in {5.0, 10.0} else None


def _value(text: str) -> float:
    word = text.lower()
    return float(_WORDS.index(word)) if word in _WORDS else float(word.replace(",", ".") or 0)
