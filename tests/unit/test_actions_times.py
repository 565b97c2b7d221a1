"""Words for times and days, and days from words."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from action_fakes import NOW, Address, on_its_way, window

from actions.dates import read_day
from actions.times import ago, lasting, moment, span
from tracking.model import DeliveryWindow

THERE = on_its_way()
NOWHERE = on_its_way(ship_to=Address())


@pytest.mark.parametrize(
    ("back", "words"),
    [(20, "just now"), (60, "1 minute ago"), (3599, "59 minutes ago"), (7200, "2 hours ago"), (200000, "2 days ago")],
)
def test_ago(back: int, words: str) -> None:
    assert ago(NOW - timedelta(seconds=back), NOW) == words


def test_short_units() -> None:
    assert [lasting(timedelta(minutes=5), short=True), lasting(timedelta(days=2), short=True)] == ["5 min", "2 days"]


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (1, "today at 6:00 am"),
        (10, "yesterday at 9:00 pm"),
        (49, "on Monday at 6:00 am"),
        (24 * 10, "on Sunday 8 November at 7:00 am"),
    ],
)
def test_moment_in_the_local_time_of_the_address(hours: int, words: str) -> None:
    assert moment(NOW - timedelta(hours=hours), NOW, THERE) == words


def test_moment_keeps_the_sources_zone_where_the_address_tells_none() -> None:
    at = datetime(2026, 11, 18, 9, 5, tzinfo=timezone(timedelta(hours=-5)))
    assert moment(at, NOW, NOWHERE) == "today at 9:05 am"
    assert moment(at.astimezone(UTC), NOW, NOWHERE) == "today at 2:05 pm UTC"


def test_whole_days_do_not_slip_into_the_evening_before() -> None:
    assert span(window(2, 2), NOW, THERE) == "on Friday 20 November"
    assert span(window(1, 3), NOW, THERE) == "between tomorrow and Saturday 21 November"


def test_hours_of_a_day() -> None:
    hours = DeliveryWindow(NOW + timedelta(hours=5), NOW + timedelta(hours=9), NOW, "carrier")
    assert span(hours, NOW, THERE) == "today between 12:00 pm and 4:00 pm"
    assert span(hours, NOW, THERE, short=True) == "today 12:00 pm-4:00 pm"
    assert span(window(2, 2), NOW, THERE, short=True) == "Fri"
    assert span(window(1, 3), NOW, THERE, short=True) == "tomorrow-Sat"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("last Tuesday", date(2026, 11, 17)),
        ("on wed", date(2026, 11, 11)),
        ("yesterday", date(2026, 11, 17)),
        ("3 March", date(2026, 3, 3)),
        ("the 24th of December", date(2025, 12, 24)),
        ("Nov 3rd", date(2026, 11, 3)),
        ("2026-11-01", date(2026, 11, 1)),
        ("31 February", None),
        ("soon", None),
    ],
)
def test_read_day(text: str, day: date | None) -> None:
    assert read_day(text, date(2026, 11, 18)) == day


@pytest.mark.parametrize(("text", "day"), [("Friday", date(2026, 11, 20)), ("by 3 March", date(2027, 3, 3))])
def test_read_day_ahead(text: str, day: date) -> None:
    assert read_day(text, date(2026, 11, 18), ahead=True) == day
