"""Time as carriers work: weekends, bank holidays, and sums that add up."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.calendars import calendar, country_of_place
from tracking.working_time import every_day, work_until, worked

HOUR = timedelta(hours=1)
FRIDAY = datetime(2026, 3, 6, 18, tzinfo=UTC)
MOMENTS = st.builds(
    lambda minutes, zone: (FRIDAY + timedelta(minutes=minutes)).astimezone(timezone(timedelta(minutes=zone))),
    st.integers(0, 60 * 24 * 60),
    st.integers(-14 * 60, 14 * 60),
)
WORK = st.integers(0, 20 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
CALENDARS = st.sampled_from(
    [every_day, calendar("ups", "US"), calendar("usps", "US"), calendar("old_dominion", "US"), calendar(None, "GB")]
)


def test_a_parcel_carrier_rests_on_sunday() -> None:
    works = calendar("ups", "")
    assert worked(FRIDAY, FRIDAY + timedelta(days=3), works) == 48 * HOUR
    assert work_until(FRIDAY, 30 * HOUR, works) == datetime(2026, 3, 9, 0, tzinfo=UTC)
    assert work_until(FRIDAY, 29 * HOUR, works) == datetime(2026, 3, 7, 23, tzinfo=UTC)
    assert work_until(FRIDAY, 31 * HOUR, works) == datetime(2026, 3, 9, 1, tzinfo=UTC)


def test_freight_rests_on_saturday_too_and_some_never_rest() -> None:
    weekend = FRIDAY + timedelta(days=3)
    assert worked(FRIDAY, weekend, calendar("old_dominion", "")) == 24 * HOUR
    assert worked(FRIDAY, weekend, calendar("amazon", "")) == 72 * HOUR


@pytest.mark.parametrize(
    ("carrier", "country", "day", "works"),
    [
        ("ups", "US", date(2026, 12, 25), False),
        ("ups", "US", date(2026, 11, 11), True),  # Veterans Day: the post rests, others drive
        ("usps", "US", date(2026, 11, 11), False),
        ("royal_mail", "GB", date(2026, 4, 3), False),  # Good Friday
        ("royal_mail", "", date(2026, 4, 3), True),
        ("dhl", "DE", date(2026, 10, 3), False),
        ("dhl", "XX", date(2026, 10, 2), True),
        (None, "FR", date(2026, 7, 14), False),
    ],
)
def test_bank_holidays_count_as_the_carrier_works(carrier: str | None, country: str, day: date, works: bool) -> None:
    assert calendar(carrier, country)(day) is works


def test_christmas_week_is_longer() -> None:
    before = datetime(2026, 12, 24, 12, tzinfo=UTC)
    assert work_until(before, 48 * HOUR, calendar("ups", "US")) == datetime(2026, 12, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("place", "country"),
    [
        ("Reno, NV, US", "US"),
        ("Newark, DE", ""),
        ("Berlin", ""),
        ("", ""),
        ("A, B, Germany", ""),
        ("Lyon, 69, fr", "FR"),
    ],
)
def test_the_country_of_a_place_is_taken_only_where_it_is_sure(place: str, country: str) -> None:
    assert country_of_place(place) == country


@given(MOMENTS, WORK, CALENDARS)
def test_work_until_is_the_last_moment_with_so_much_work(start: datetime, work: timedelta, works: object) -> None:
    until = work_until(start, work, works)  # type: ignore[arg-type]
    assert worked(start, until, works) == work  # type: ignore[arg-type]
    assert worked(start, until + timedelta(minutes=1), works) == work + timedelta(minutes=1)  # type: ignore[arg-type]


@given(MOMENTS, WORK, WORK, CALENDARS)
def test_working_time_adds_up_and_is_never_more_than_time(
    start: datetime, first: timedelta, second: timedelta, works: object
) -> None:
    middle, end = start + first, start + first + second
    whole = worked(start, end, works)  # type: ignore[arg-type]
    assert whole == worked(start, middle, works) + worked(middle, end, works)  # type: ignore[arg-type]
    assert timedelta() <= whole <= first + second
    assert worked(end, start, works) == timedelta()  # type: ignore[arg-type]


def test_the_clock_that_is_put_forward_takes_no_work_away() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 3, 28, 12, tzinfo=berlin)
    assert work_until(start, 24 * HOUR, every_day) == datetime(2026, 3, 29, 13, tzinfo=berlin)


def test_who_never_works_is_not_waited_for_without_end() -> None:
    until = work_until(FRIDAY, HOUR, lambda _: False)
    assert timedelta(days=399) < until - FRIDAY < timedelta(days=402)
