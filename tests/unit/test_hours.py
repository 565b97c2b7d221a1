"""Opening hours and rules: who is there when, and how soon something is due."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from doorstep.desk_rules import load_rules
from doorstep.settings import ROOT
from support.hours import Hours
from support.model import TicketReason
from support.rules import Case
from tracking.errors import InvalidInput

NEW_YORK = ZoneInfo("America/New_York")
NINE_TO_FIVE = ((time(9), time(17)),)
WEEK = Hours(NEW_YORK, dict.fromkeys(range(5), NINE_TO_FIVE), frozenset({date(2026, 11, 26)}))
RULES = ROOT / "support" / "desk.yml"


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """A moment in New York, told in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(24, 9), True),
        (at(24, 8, 59), False),
        (at(24, 16, 59), True),
        (at(24, 17), False),
        (at(26, 12), False),  # a holiday
        (at(28, 12), False),  # a Saturday
    ],
)
def test_open(moment: datetime, is_open: bool) -> None:
    assert WEEK.is_open(moment) is is_open


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (at(24, 10), at(24, 10)),
        (at(24, 18), at(25, 9)),
        (at(25, 17), at(27, 9)),  # over the holiday
        (at(27, 20), at(30, 9)),  # over the weekend
    ],
)
def test_next_opening(moment: datetime, opens: datetime) -> None:
    assert WEEK.next_opening(moment) == opens


@pytest.mark.parametrize(
    ("begun", "hours", "due"),
    [
        (at(24, 10), 4, at(24, 14)),
        (at(24, 16), 2, at(25, 10)),
        (at(24, 20), 1, at(25, 10)),
        (at(25, 16), 9, at(27, 17)),
        (at(27, 9), 16, at(30, 17)),
    ],
)
def test_due_times_count_working_hours(begun: datetime, hours: int, due: datetime) -> None:
    assert WEEK.after(begun, timedelta(hours=hours)) == due


def test_a_working_hour_is_an_hour_when_clocks_change() -> None:
    night = Hours(NEW_YORK, {6: ((time(0), time(6)),)})
    begun = datetime(2026, 11, 1, 4, tzinfo=UTC)  # midnight in New York; at two the clock goes back
    assert night.after(begun, timedelta(hours=4)) == begun + timedelta(hours=4)


def test_where_nobody_ever_comes_time_just_passes() -> None:
    nobody = Hours(UTC, {})
    assert nobody.next_opening(at(24, 10)) is None
    assert nobody.after(at(24, 10), timedelta(hours=4)) == at(24, 14)


@pytest.mark.parametrize(
    ("case", "priority"),
    [
        (Case(TicketReason.SPEAK_TO_HUMAN), "normal"),
        (Case(TicketReason.MISSING), "high"),
        (Case(TicketReason.LOCKED_OUT), "low"),
        (Case(TicketReason.LOCKED_OUT, calls=3), "urgent"),
        (Case(TicketReason.SPEAK_TO_HUMAN, days_late=2), "high"),
        (Case(TicketReason.SPEAK_TO_HUMAN, days_late=9), "urgent"),
        (Case(TicketReason.SPEAK_TO_HUMAN, value=Decimal("499.99")), "normal"),
        (Case(TicketReason.SPEAK_TO_HUMAN, value=Decimal(500)), "high"),
    ],
)
def test_the_rules_we_ship(case: Case, priority: str) -> None:
    assert load_rules(RULES).judge(case, at(24, 10))[0] == priority


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("zone: UTC", "zone: Mars/Olympus", "Mars"),
        ("09:00-17:00", "17:00-09:00", "hours.week.mon"),
        ("09:00-17:00", "9 to 5", "hours.week.mon"),
        ("due: 1h", "due: soon", "tickets.0.due"),
        ("reason: [locked_out]", "reason: [bored]", "tickets.6.reason"),
        ("calls: 3", "call: 3", "tickets.0.call"),
        ("hours:", "hours: [", "can't be read"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    path = tmp_path / "desk.yml"
    path.write_text(RULES.read_text().replace(old, new, 1))
    with pytest.raises(InvalidInput, match=named.replace(".", r"\.")):
        load_rules(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="can't be read"):
        load_rules(tmp_path / "desk.yml")
