"""When people of the shop are there: weekly hours and holidays in one time zone; knows nothing of what they do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_LOOK_AHEAD_DAYS = 400
Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours. `week` holds the spans of each weekday (Monday is 0), in order; a day without any is closed."""

    zone: tzinfo
    week: Mapping[int, tuple[Span, ...]]
    holidays: frozenset[date] = frozenset()

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there at this moment."""
        return any(start <= at < end for start, end in self._spans(at, days=1))

    def next_opening(self, at: datetime) -> datetime | None:
        """When somebody is there next, `at` itself while they are; None where nobody ever comes."""
        return next((max(start, at) for start, end in self._spans(at) if end > at), None)

    def after(self, at: datetime, work: timedelta) -> datetime:
        """Return the moment when so much working time has passed since `at`; calendar time where nobody ever comes."""
        left = work
        for start, end in self._spans(at):
            begins = max(start, at)
            if end <= begins:
                continue
            if end - begins >= left:
                return begins + left
            left -= end - begins
        return at + work

    def _spans(self, at: datetime, days: int = _LOOK_AHEAD_DAYS) -> Iterator[tuple[datetime, datetime]]:
        """Yield the spans from the day of `at` on, in order."""
        first = at.astimezone(self.zone).date()
        for day in (first + timedelta(days=n) for n in range(days)):
            if day in self.holidays:
                continue
            for start, end in self.week.get(day.weekday(), ()):
                yield self._moment(day, start), self._moment(day, end)

    def _moment(self, day: date, at: time) -> datetime:
        """A time of day as a moment, in UTC: between moments of one other zone, Python counts by the clock's face."""
        return datetime.combine(day, at, self.zone).astimezone(UTC)
