"""On which days each carrier works: its week, and the bank holidays of a country; asks nobody."""

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache

import holidays

from tracking.working_time import Works

ALL_WEEK = frozenset(range(7))
MON_TO_SAT = frozenset(range(6))
MON_TO_FRI = frozenset(range(5))

WEEKS: Mapping[str, frozenset[int]] = {
    "amazon": ALL_WEEK,
    "old_dominion": MON_TO_FRI,
    "landmark": MON_TO_FRI,
}
"""The weekdays (Monday is 0) that a carrier works, by our code. Every other one is taken to work Monday to Saturday."""

_POST_ONLY = frozenset(
    {
        "Martin Luther King Jr. Day",
        "Washington's Birthday",
        "Juneteenth National Independence Day",
        "Columbus Day",
        "Veterans Day",
    }
)
"""Holidays in the United States on which the post rests and private carriers drive."""
_POSTS = frozenset({"usps"})


def calendar(carrier: str | None, country: str) -> Works:
    """Return the days that a carrier (our code) works in a country (ISO 3166 alpha-2); either may be unknown.

    Where the country isn't known, no day is taken for a holiday, so a parcel may be found silent early.
    """
    return _calendar(WEEKS.get(carrier or "", MON_TO_SAT), country_code(country), carrier in _POSTS)


@cache
def _calendar(week: frozenset[int], country: str, post: bool) -> Works:
    @lru_cache(1000)
    def works(day: date) -> bool:
        return day.weekday() in week and not (country and _rests(country, day, post))

    return works


def country_code(text: str) -> str:
    """Return a country as two letters that we know the holidays of, empty where it isn't one."""
    code = text.strip().upper()
    return code if len(code) == 2 and code in _known() else ""


def country_of_place(location: str) -> str:
    """Return the country that a scan's place ends with, such as "Reno, NV, US"; empty where it names none.

    A place of two parts may end with a state ("Newark, DE" isn't in Germany), so three are needed.
    """
    parts = location.split(",")
    return country_code(parts[-1]) if len(parts) >= 3 else ""


def _rests(country: str, day: date, post: bool) -> bool:
    name = _bank_holidays(country, day.year).get(day)
    if name is None:
        return False
    return post or country != "US" or name.removesuffix(" (observed)") not in _POST_ONLY


@lru_cache(2000)
def _bank_holidays(country: str, year: int) -> Mapping[date, str]:
    # By name, or else it would go by the language of the machine.
    return dict(holidays.country_holidays(country, years=year, language="en_US"))


@cache
def _known() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries(include_aliases=False))
