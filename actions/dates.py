"""Reads a day as people write it ("last Tuesday", "3 March", "2026-03-03"); knows no time of day and no zone."""

import re
from datetime import date, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NEAR = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_DAY_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?([a-z]{3})[a-z]*", re.IGNORECASE)
_MONTH_DAY = re.compile(r"\b([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?\b", re.IGNORECASE)


def read_day(text: str, today: date, *, ahead: bool = False) -> date | None:
    """Return the day that `text` speaks of, None if it names none.

    A weekday alone, or a day without a year, is the last such day, or the next one with `ahead`.
    """
    lowered = text.lower()
    for word, shift in _NEAR.items():
        if word in lowered:
            return today + timedelta(days=shift)
    for number, name in enumerate(WEEKDAYS):
        if re.search(rf"\b{name[:3]}({name[3:]})?\b", lowered):
            back = (today.weekday() - number) % 7
            return today + timedelta(days=7 - back) if ahead else today - timedelta(days=back or 7)
    return _written_out(lowered, today, ahead)


def _written_out(text: str, today: date, ahead: bool) -> date | None:
    if found := _ISO.search(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    pairs = [(m[1], m[2]) for m in _DAY_MONTH.finditer(text)] + [(m[2], m[1]) for m in _MONTH_DAY.finditer(text)]
    for day, month in pairs:
        if month in MONTHS:
            found_day = _date(today.year, MONTHS.index(month) + 1, int(day))
            return _nearest(found_day, today, ahead) if found_day else None
    return None


def _nearest(day: date, today: date, ahead: bool) -> date | None:
    if ahead and day < today:
        return _date(day.year + 1, day.month, day.day)
    return _date(day.year - 1, day.month, day.day) if day > today and not ahead else day


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
