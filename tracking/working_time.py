"""Counts time as somebody works: days they don't work count nothing; knows no carrier and no holiday."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

Works = Callable[[date], bool]
"""Says whether they work on a day."""
_FARTHEST = 400
"""Days looked at one by one; past them, every day counts."""
_DAY, _DAY_SECONDS = timedelta(days=1), 86400.0


def every_day(_day: date) -> bool:
    """Work always."""
    return True


def worked(start: datetime, end: datetime, works: Works) -> timedelta:
    """Return how much working time lies between two moments (aware); none where `end` isn't later.

    A working day counts 24 hours, for parcels travel at night. Days begin at midnight by the offset of `start`.
    """
    left = (end.astimezone(UTC) - start.astimezone(UTC)).total_seconds()
    total, day, room = 0.0, start.date(), _room(start)
    for _ in range(_FARTHEST):
        if left <= 0:
            return timedelta(seconds=total)
        total += min(room, left) if works(day) else 0.0
        left, day, room = left - room, day + _DAY, _DAY_SECONDS
    return timedelta(seconds=total + max(left, 0.0))


def work_until(start: datetime, work: timedelta, works: Works) -> datetime:
    """Return the last moment (aware) until which no more than so much working time has passed since `start`.

    It never falls on a day without work: what is due on Saturday at midnight is due when Monday begins.
    """
    left, passed, day, room = work.total_seconds(), 0.0, start.date(), _room(start)
    for _ in range(_FARTHEST):
        if works(day):
            if left < room:
                break
            left -= room
        passed, day, room = passed + room, day + _DAY, _DAY_SECONDS
    # In UTC: between moments of one other zone, Python counts by the clock's face.
    return start.astimezone(UTC) + timedelta(seconds=passed + left)


def _room(at: datetime) -> float:
    """Seconds until midnight."""
    return _DAY_SECONDS - (at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6)
