"""Times, zones, estimates and limits that all carriers' APIs share."""

import asyncio
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest

from tracking.carriers.apis._client import pause_of
from tracking.carriers.apis._limits import Breaker, Bucket
from tracking.carriers.apis._reading import day_window, newest, own_id, place_zone, shifted, stamp, when, window
from tracking.carriers.apis._tokens import Token, Tokens
from tracking.carriers.apis.base import Rate, Slow
from tracking.errors import InvalidInput, Unavailable
from tracking.model import DeliveryWindow

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOON = datetime(2026, 11, 19, 12)  # noqa: DTZ001 - as carriers write it


class Time:
    """A clock that is moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("country", "region", "zone"),
    [
        ("DE", "", "Europe/Berlin"),
        ("de", "BE", "Europe/Berlin"),
        ("US", "ME", "America/New_York"),
        ("US", "", None),
        ("US", "TN", None),
        ("CA", "AB", "America/Edmonton"),
        ("AU", "QLD", "Australia/Brisbane"),
        ("ZZ", "", None),
        ("", "", None),
        (None, None, None),
        ({}, [], None),
    ],
)
def test_only_places_in_one_zone_have_one(country: object, region: object, zone: str | None) -> None:
    assert place_zone(country, region) == (ZoneInfo(zone) if zone else None)


def test_where_a_time_s_zone_came_from() -> None:
    written = NOON.replace(tzinfo=timezone(timedelta(hours=-5)))
    assert (when(written, ZoneInfo("Asia/Tokyo"), NOW, "x").at, when(written, None, NOW, "x").zone) == (
        written,
        "offset",
    )
    assert when(NOON, ZoneInfo("Asia/Tokyo"), NOW, "x").at == NOON.replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    assert when(NOON, ZoneInfo("Asia/Tokyo"), NOW, "x").zone == "location"
    assert (when(NOON, None, NOW, "x").at, when(NOON, None, NOW, "x").zone) == (NOON.replace(tzinfo=UTC), "utc")
    with pytest.raises(InvalidInput, match="scan is missing"):
        when(None, None, NOW, "scan")
    with pytest.raises(InvalidInput, match="future"):
        when(NOW + timedelta(days=3), None, NOW, "scan")


@pytest.mark.parametrize(
    ("day", "clock", "found"),
    [
        ("20261119", "071356", datetime(2026, 11, 19, 7, 13, 56)),  # noqa: DTZ001
        ("20261119", "71356", datetime(2026, 11, 19, 7, 13, 56)),  # noqa: DTZ001
        ("20261119", "07:13:56", datetime(2026, 11, 19, 7, 13, 56)),  # noqa: DTZ001
        ("2026-11-19", "07:13:56", datetime(2026, 11, 19, 7, 13, 56)),  # noqa: DTZ001
        ("20261119", "", datetime(2026, 11, 19)),  # noqa: DTZ001
        ("20261319", "071356", None),
        ("20261119", "271356", None),
        ("", "071356", None),
        (None, None, None),
        ("²0261119", "071356", None),
        (20261119, 71356, datetime(2026, 11, 19, 7, 13, 56)),  # noqa: DTZ001
    ],
)
def test_dates_and_times_in_digits(day: object, clock: object, found: datetime | None) -> None:
    assert stamp(day, clock) == found


def test_a_local_time_shows_the_offset_of_an_instant() -> None:
    local = NOON - timedelta(hours=5)
    assert shifted(NOON, local) == NOON.replace(tzinfo=UTC)
    assert shifted(NOON, local).utcoffset() == timedelta(hours=-5)  # type: ignore[union-attr]
    for nonsense in (NOON + timedelta(days=2), NOON + timedelta(minutes=7), None):
        assert shifted(NOON, nonsense).utcoffset() == timedelta()  # type: ignore[union-attr]
    assert shifted(None, NOON) is None


def test_estimates() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    day = datetime(2026, 11, 21, tzinfo=berlin)
    whole = DeliveryWindow(day, day + timedelta(hours=23, minutes=59, seconds=59), NOW, "carrier")
    assert window("2026-11-21", "2026-11-21", berlin, NOW) == whole
    assert window("2026-11-21T00:00:00", None, berlin, NOW) == whole
    assert window("2026-11-21T10:00:00+01:00", None, None, NOW).latest == whole.latest  # type: ignore[union-attr]
    hours = window("2026-11-21T10:00:00", "2026-11-21T12:00:00", berlin, NOW)
    assert hours is not None
    assert (hours.earliest, hours.latest) == (day.replace(hour=10), day.replace(hour=12))
    assert window("2026-11-22T10:00:00", "2026-11-21T12:00:00", berlin, NOW) is None
    assert window("soon", "", berlin, NOW) is None
    assert day_window(date(2026, 11, 22), date(2026, 11, 21), berlin, NOW) is None


def test_the_newest_of_several() -> None:
    old, new = {"a": 1}, {"a": 2}
    assert newest([old, new], [NOW - timedelta(1), NOW]) is new
    assert newest([new, old], [NOW, NOW - timedelta(1)]) is new
    assert newest([old, new], [NOW, NOW]) is old
    assert newest([old, new], [None, None]) is old
    assert newest([], []) == {}


def test_an_id_of_our_own_tells_scans_apart_by_what_they_say() -> None:
    assert own_id("2026-11-20", "Arrived", "Berlin") == own_id("2026-11-20", "ARRIVED", "berlin")
    assert own_id("2026-11-20", "Arrived", "Berlin") != own_id("2026-11-20", "Arrived", "Hamburg")
    assert own_id("ab", "c") != own_id("a", "bc")
    assert own_id(None, "\ud800")


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("-5", 0),
        ("1e9", 3600),
        ("nan", 30),
        ("soon", 30),
        ("", 30),
        (format_datetime(NOW + timedelta(seconds=90)), 90),
        (format_datetime(NOW - timedelta(seconds=90)), 0),
    ],
)
def test_how_long_to_wait(told: str, seconds: float) -> None:
    assert pause_of(told, NOW) == seconds


def test_a_bucket_refills_and_is_never_overdrawn() -> None:
    now = Time()
    bucket = Bucket(Rate(2, 3), now, patience=1.0)
    assert [bucket.take() for _ in range(5)] == [0, 0, 0, 0.5, 1.0]
    with pytest.raises(Slow) as told:
        bucket.take()
    assert told.value.seconds == 1.5
    now.now += 1000
    assert [bucket.take() for _ in range(4)] == [0, 0, 0, 0.5]


def test_a_bucket_rests_for_all() -> None:
    now = Time()
    bucket = Bucket(Rate(2, 3), now, patience=5.0)
    bucket.rest(4)
    assert bucket.take() == 4
    bucket.rest(1)
    now.now += 3
    assert bucket.take() == 1
    now.now += 1
    assert bucket.take() == 0


def test_a_breaker_opens_half_opens_and_closes() -> None:
    now = Time()
    breaker = Breaker(now, most=2, pause=10, longest=30)
    for _ in range(2):
        breaker.enter()
        breaker.fail()
    assert breaker.open
    for pause in (10, 20, 30, 30):
        with pytest.raises(Slow) as told:
            breaker.enter()
        assert told.value.seconds == pause
        now.now += pause
        breaker.enter()
        with pytest.raises(Slow):
            breaker.enter()
        breaker.fail()
    now.now += 30
    breaker.enter()
    breaker.leave()
    breaker.enter()
    breaker.succeed()
    assert not breaker.open
    breaker.fail()
    breaker.enter()


async def test_one_token_for_many_and_a_failure_for_each() -> None:
    now, fetched, wrong = Time(), 0, True

    async def fetch() -> Token:
        nonlocal fetched
        fetched += 1
        await asyncio.sleep(0)
        if wrong:
            raise Unavailable("down")
        return Token(f"t{fetched}", 100)

    tokens = Tokens(fetch, now)
    with pytest.raises(Unavailable):
        await tokens.get()
    wrong = False
    assert set(await asyncio.gather(*(tokens.get() for _ in range(9)))) == {"t2"}
    now.now += 89
    assert await tokens.get() == "t2"
    now.now += 2
    assert await tokens.get() == "t3"
    tokens.forget("t2")
    assert await tokens.get() == "t3"
    tokens.forget("t3")
    assert await tokens.get() == "t4"
    assert "t4" not in repr(Token("t4", 1))
