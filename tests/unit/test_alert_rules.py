"""When and for how long something is told: quiet hours in every zone, through changed clocks, and what moves on."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules import FIRST, lead, still_new, still_true
from doorstep.alert_rules import load_alert_rules
from doorstep.settings import ROOT
from tests.alerted import RULES
from tracking.errors import InvalidInput
from tracking.facts import Occasion
from tracking.model import FINAL, Order, Shipment, ShipmentState, Status

BERLIN, NEW_YORK, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")
ZONES = st.sampled_from([UTC, BERLIN, NEW_YORK, KOLKATA, ZoneInfo("Australia/Sydney"), ZoneInfo("Pacific/Honolulu")])
MOMENTS = st.integers(0, 730 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@pytest.mark.parametrize(
    ("zone", "at", "awake"),
    [
        (BERLIN, datetime(2026, 11, 23, 20, 59, tzinfo=BERLIN), datetime(2026, 11, 23, 20, 59, tzinfo=BERLIN)),
        (BERLIN, datetime(2026, 11, 23, 21, 0, tzinfo=BERLIN), datetime(2026, 11, 24, 8, tzinfo=BERLIN)),
        (BERLIN, datetime(2026, 11, 24, 7, 59, tzinfo=BERLIN), datetime(2026, 11, 24, 8, tzinfo=BERLIN)),
        (BERLIN, datetime(2026, 11, 24, 8, 0, tzinfo=BERLIN), datetime(2026, 11, 24, 8, tzinfo=BERLIN)),
        # Clocks go forward on 29 March 2026, back on 25 October 2026.
        (BERLIN, datetime(2026, 3, 28, 23, tzinfo=BERLIN), datetime(2026, 3, 29, 6, tzinfo=UTC)),
        (BERLIN, datetime(2026, 10, 24, 23, tzinfo=BERLIN), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        (NEW_YORK, datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 13, tzinfo=UTC)),
        (KOLKATA, datetime(2026, 11, 23, 16, tzinfo=UTC), datetime(2026, 11, 24, 2, 30, tzinfo=UTC)),
    ],
)
def test_the_night_ends_at_eight(zone: ZoneInfo, at: datetime, awake: datetime) -> None:
    assert RULES.awake(at, zone) == awake.astimezone(UTC)


@given(MOMENTS, ZONES)
def test_nobody_is_woken_and_nobody_waits_longer_than_a_night(at: datetime, zone: ZoneInfo) -> None:
    awake = RULES.awake(at, zone)
    assert time(8) <= awake.astimezone(zone).time() < time(21)
    assert timedelta() <= awake - at <= timedelta(hours=12)
    assert RULES.awake(awake, zone) == awake


def test_urgent_news_does_not_wait_for_morning(tmp_path: Path) -> None:
    night = datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert RULES.due(Occasion.ATTEMPT_FAILED, night, night, UTC) == datetime(2026, 11, 24, 8, tzinfo=UTC)
    loud = load_alert_rules(changed(tmp_path, "urgent: []", "urgent: [attempt_failed]"))
    assert loud.due(Occasion.ATTEMPT_FAILED, night, night, UTC) == night + loud.hold


@pytest.mark.parametrize(
    ("occasion", "happened", "ready", "told"),
    [
        # It lies at the door this evening: worth a word until ten, not later and not for yesterday's.
        (Occasion.DELIVERED, "23T20:50", "23T21:10", "23T21:10"),
        (Occasion.DELIVERED, "23T20:50", "23T22:00", "24T08:00"),
        (Occasion.DELIVERED, "22T20:50", "23T21:10", "24T08:00"),
        (Occasion.DELIVERED, "24T00:30", "24T00:40", "24T08:00"),
        (Occasion.READY_FOR_PICKUP, "23T20:50", "23T21:10", "24T08:00"),
    ],
)
def test_what_was_delivered_today_is_told_in_the_evening(
    occasion: Occasion, happened: str, ready: str, told: str
) -> None:
    at, now, when = (datetime.fromisoformat(f"2026-11-{text}:00+01:00") for text in (happened, ready, told))
    assert RULES.open_at(occasion, at, now, BERLIN) == when.astimezone(UTC)


def test_the_small_hours_are_no_evening(tmp_path: Path) -> None:
    rules = load_alert_rules(changed(tmp_path, '"21:00"', '"00:00"'))
    night = datetime(2026, 11, 23, 3, tzinfo=UTC)
    assert rules.open_at(Occasion.DELIVERED, night, night, UTC) == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_a_day_without_night(tmp_path: Path) -> None:
    rules = load_alert_rules(changed(tmp_path, '"21:00"', '"08:00"'))
    night = datetime(2026, 11, 23, 3, tzinfo=UTC)
    assert rules.awake(night, UTC) == night


def changed(folder: Path, old: str, new: str) -> Path:
    """The rules with one thing changed, as a file."""
    text = (ROOT / "alerts" / "alerts.yml").read_text("utf-8")
    assert old in text
    path = folder / "alerts.yml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("- shipped", "- sent", "media.email.1"),
        ('from: "21:00"', "from: 21:00", "in quotes"),
        ("sms: email", "pigeon: email", "there is no medium 'pigeon'"),
        ("most_a_day: 4", "most_a_day: none", "most_a_day"),
        ("urgent: []", "urgnet: []", "urgnet"),
        ("media:", "media: [", "can't be read"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        load_alert_rules(changed(tmp_path, old, new))


def test_every_occasion_is_told_and_ranked() -> None:
    assert set(FIRST) == set(Occasion)
    assert set().union(*RULES.media.values()) == set(Occasion)
    assert lead([Occasion.SHIPPED, Occasion.DELIVERED]) is Occasion.DELIVERED


def parcel(status: Status) -> Shipment:
    return Shipment("1Z", state=ShipmentState(status))


@pytest.mark.parametrize("occasion", [o for o in Occasion if o not in {Occasion.ORDER_RECEIVED, Occasion.REFUND}])
def test_what_is_told_is_true_of_some_state_and_not_of_all(occasion: Occasion) -> None:
    true = {status for status in Status if still_true(occasion, parcel(status))}
    assert true
    if occasion not in {Occasion.DELIVERED, Occasion.RETURNED}:
        assert not true & FINAL


def test_a_new_order_is_news_until_it_goes_out() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert still_new(Order("1", now))
    assert still_new(Order("1", now, shipments=(parcel(Status.LABEL_CREATED),)))
    assert not still_new(Order("1", now, shipments=(parcel(Status.LABEL_CREATED), parcel(Status.IN_TRANSIT))))
    assert not still_new(Order("1", now, cancelled=True))
