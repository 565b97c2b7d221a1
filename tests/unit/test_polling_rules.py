"""The rules of when each parcel is asked about again, and what an answer changes; docs/carriers.md says the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.settings import ROOT
from scripts.carriers_table import lasting
from tests.scans import NOON
from tracking.checking import Check, answered
from tracking.folding import fold
from tracking.model import CarrierSwitch, DeliveryWindow, EventUpdate, ShipmentState, Status, TrackingEvent
from tracking.polling import (
    DELIVERED_FOR,
    FIRST_RETRY,
    INTERVALS,
    LONGEST_RETRY,
    SILENT_FOR,
    WRONG_AFTER,
    in_turn,
    interval,
    next_check,
    planned,
    retry,
    share,
)
from tracking.records import Plan, ShipmentRecord, merge_events, name_carrier

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEY = "1Z5R89390357567127"
OVER = {Status.RETURNED, Status.CANCELLED}
statuses = st.sampled_from(list(Status))
places = st.floats(0, 1, exclude_max=True)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def scan(status: Status, at: datetime = NOON, source: str = "ups") -> TrackingEvent:
    return TrackingEvent(status, at, at, source, raw_status=status.value)


def parcel(*events: TrackingEvent, **fields: object) -> ShipmentRecord:
    known: dict[str, object] = {"carrier": "ups", "known_since": NOON, "plan": Plan(NOON, "ups")}
    return ShipmentRecord(KEY, KEY, events=events, state=fold(events), **{**known, **fields})  # type: ignore[arg-type]


def check(at: datetime, *statuses: Status, asked_as: str = "ups", **fields: object) -> Check:
    events = tuple(EventUpdate(KEY, scan(status, at), asked_as or None) for status in statuses)
    return Check(KEY, asked_as, at, events, **fields)  # type: ignore[arg-type]


@given(statuses, places)
def test_each_status_has_its_interval(status: Status, place: float) -> None:
    found = interval(status, place)
    assert (found is None) == (status in OVER)
    if found is not None:
        low, high = INTERVALS[status]
        assert low <= found <= high
        assert found >= interval(Status.OUT_FOR_DELIVERY, place)  # type: ignore[operator]


def test_what_matters_more_is_asked_for_more_often() -> None:
    longest = {status: interval(status, 0.999) for status in INTERVALS}
    order = [Status.OUT_FOR_DELIVERY, Status.ATTEMPT_FAILED, Status.IN_TRANSIT, Status.LABEL_CREATED, Status.DELIVERED]
    assert sorted(order, key=lambda status: longest[status]) == order
    assert longest[Status.OUT_FOR_DELIVERY] == 15 * timedelta(minutes=1)


@given(statuses, moments, places, st.integers(0, 100), st.integers(0, 100))
def test_the_next_question_comes_later_and_not_too_late(
    status: Status, at: datetime, place: float, delivered: int, heard: int
) -> None:
    delivered_at, heard_at = at - delivered * HOUR, at - heard * DAY
    due = next_check(status, at, place, delivered_at, heard_at)
    if due is None:
        over = status in OVER or at + DAY - heard_at > SILENT_FOR
        assert over or (status is Status.DELIVERED and at + DAY - delivered_at > DELIVERED_FOR)
        return
    assert timedelta(minutes=15) <= due - at <= DAY
    assert due - heard_at <= SILENT_FOR
    assert status is not Status.DELIVERED or due - delivered_at <= DELIVERED_FOR


def test_a_delivery_is_looked_after_for_three_days() -> None:
    asked, at = 0, NOON
    while (due := next_check(Status.DELIVERED, at, 0.5, NOON, NOON)) is not None:
        asked, at = asked + 1, due
    assert asked == 3
    assert at == NOON + 3 * DAY


def test_a_label_that_never_moves_is_given_up() -> None:
    at, asked = NOON, 0
    while (due := next_check(Status.LABEL_CREATED, at, 0.5, None, NOON)) is not None:
        asked, at = asked + 1, due
    assert SILENT_FOR - 12 * HOUR <= at - NOON <= SILENT_FOR
    assert asked == SILENT_FOR // (9 * HOUR)


@given(st.text(max_size=30))
def test_a_parcel_s_place_is_always_the_same(text: str) -> None:
    assert 0 <= share(text) < 1
    assert share(text) == share(text)


def test_places_are_spread() -> None:
    found = sorted(share(f"parcel {n}") for n in range(1000))
    assert all(abs(place - n / 1000) < 0.06 for n, place in enumerate(found))


@given(st.integers(1, 60), st.text(min_size=1, max_size=20), st.integers(0, 10**6))
def test_pauses_after_failures_grow_and_end(failures: int, key: str, seconds: int) -> None:
    asked_for = timedelta(seconds=seconds)
    pause = retry(key, failures)
    assert FIRST_RETRY * 0.75 <= pause <= LONGEST_RETRY * 1.25
    assert retry(key, failures, asked_for) == max(pause, asked_for)
    assert retry(key, failures + 2) > pause or pause >= LONGEST_RETRY * 0.75


def test_two_that_failed_together_don_t_stay_together() -> None:
    assert len({retry(f"parcel {n}", 1) for n in range(100)}) == 100


def test_a_new_parcel_is_asked_about_at_once() -> None:
    new = planned(None, parcel(plan=Plan()), NOON)
    assert new.plan == Plan(NOON, "ups")
    assert planned(None, parcel(carrier=None, plan=Plan()), NOON).plan == Plan(NOON, "")


def test_an_old_order_that_is_imported_is_not_asked_about() -> None:
    assert planned(None, parcel(known_since=NOON - 61 * DAY, plan=Plan()), NOON).plan.next_at is None
    assert planned(None, parcel(known_since=NOON - 59 * DAY, plan=Plan()), NOON).plan.next_at == NOON


def test_a_push_moves_the_next_question_on() -> None:
    before = parcel(plan=Plan(NOON, "ups", failures=3))
    after = planned(before, merge_events(before, [EventUpdate(KEY, scan(Status.IN_TRANSIT, NOON + HOUR))]), NOON + HOUR)
    assert NOON + 3 * HOUR <= after.plan.next_at <= NOON + 5 * HOUR  # type: ignore[operator]
    assert after.plan.failures == 0


def test_a_push_takes_up_what_was_given_up() -> None:
    before = parcel(known_since=NOON - 90 * DAY, plan=Plan(None, "ups"))
    after = planned(before, merge_events(before, [EventUpdate(KEY, scan(Status.IN_TRANSIT))]), NOON)
    assert after.plan.next_at is not None


def test_another_word_of_the_shop_leaves_the_plan() -> None:
    before = parcel(scan(Status.IN_TRANSIT), last_checked_at=NOON, plan=Plan(NOON + 9 * HOUR, "ups", 4))
    after = planned(before, replace(before, known_since=NOON - HOUR), NOON + HOUR)
    assert after.plan == before.plan


def test_a_parcel_given_another_carrier_is_asked_about_at_once() -> None:
    before = parcel(last_checked_at=NOON, plan=Plan(NOON + 9 * HOUR, "ups", 4, NOON))
    after = planned(before, name_carrier(before, "fedex", NOON + HOUR), NOON + HOUR)
    assert after.plan == Plan(NOON + HOUR, "fedex")


def test_an_answer_moves_everything_on() -> None:
    at = NOON + HOUR
    window = DeliveryWindow(at + DAY, at + 2 * DAY, at, "carrier")
    after = answered(parcel(plan=Plan(NOON, "ups", 3, NOON)), check(at, Status.OUT_FOR_DELIVERY, estimate=window))
    assert (after.state.status, after.last_checked_at, after.estimate) == (Status.OUT_FOR_DELIVERY, at, window)
    assert after.plan == Plan(at + timedelta(minutes=15), "ups")
    assert after.switched is None


def test_nothing_new_is_an_answer_too() -> None:
    before = parcel(scan(Status.IN_TRANSIT), last_checked_at=NOON)
    after = answered(before, check(NOON + 3 * HOUR))
    assert after.last_checked_at == NOON + 3 * HOUR
    assert (after.state, after.events) == (before.state, before.events)
    assert NOON + 5 * HOUR <= after.plan.next_at <= NOON + 7 * HOUR  # type: ignore[operator]


def test_not_found_is_an_answer_and_no_status() -> None:
    after = answered(parcel(), check(NOON))
    assert after.state == ShipmentState()
    assert (after.last_checked_at, after.plan.not_found_since) == (NOON, NOON)
    assert NOON + 6 * HOUR <= after.plan.next_at <= NOON + 12 * HOUR  # type: ignore[operator]


def test_a_label_that_the_source_only_follows_for_us_is_not_found() -> None:
    after = answered(parcel(), check(NOON, Status.UNKNOWN))
    assert after.plan.not_found_since == NOON


def test_an_answer_to_an_older_plan_changes_nothing() -> None:
    before = parcel(carrier="fedex", plan=Plan(NOON, "fedex"))
    assert answered(before, check(NOON, Status.DELIVERED, asked_as="ups")) is before


def asked_until_other(before: ShipmentRecord, turns: tuple[str, ...]) -> tuple[ShipmentRecord, datetime]:
    """Ask as the plan says, each time in vain, until another carrier is to be tried."""
    record, at = before, before.plan.next_at or NOON
    while record.plan.ask_as == "ups":
        record = answered(record, check(at, asked_as="ups", turns=turns))
        assert record.plan.next_at is not None
        at = record.plan.next_at
    return record, at


def test_others_are_tried_when_the_named_carrier_does_not_know_it_for_two_days() -> None:
    record, at = asked_until_other(parcel(carrier_said_at=NOON), ("ups", "usps", ""))
    assert record.plan.ask_as == "usps"
    assert WRONG_AFTER <= at - NOON <= WRONG_AFTER + 12 * HOUR
    record = answered(record, check(at, asked_as="usps", turns=("ups", "usps", "")))
    assert (record.plan.ask_as, record.plan.next_at) == ("", at)
    record = answered(record, check(at, asked_as="", turns=("ups", "usps", "")))
    assert record.plan.ask_as == "ups"
    assert record.plan.next_at is not None
    assert record.plan.next_at - at >= 6 * HOUR
    assert record.carrier == "ups"


def test_the_one_that_knows_it_takes_its_place() -> None:
    record, at = asked_until_other(parcel(carrier_said_at=NOON), ("ups", "usps"))
    found = answered(record, check(at, Status.IN_TRANSIT, asked_as="usps"))
    assert (found.carrier, found.switched) == ("usps", CarrierSwitch("ups", at))
    assert found.plan.ask_as == "usps"
    assert found.state.status is Status.IN_TRANSIT
    later = name_carrier(found, "ups", at + 9 * DAY)
    assert later.carrier == "usps"
    assert name_carrier(found, "fedex", at + 9 * DAY).carrier == "fedex"


def test_an_aggregator_that_finds_out_by_itself_names_the_carrier() -> None:
    record, at = asked_until_other(parcel(carrier_said_at=NOON), ("ups", ""))
    found = answered(record, check(at, Status.IN_TRANSIT, asked_as="", carrier="usps"))
    assert (found.carrier, found.plan.ask_as) == ("usps", "usps")
    assert found.switched == CarrierSwitch("ups", at)


def test_a_parcel_with_scans_keeps_its_carrier() -> None:
    record = parcel(scan(Status.IN_TRANSIT), plan=Plan(NOON, "ups", 0, NOON - 9 * DAY))
    assert answered(record, check(NOON, turns=("ups", "usps"))).plan.ask_as == "ups"


def test_a_parcel_of_no_known_carrier_is_tried_with_each_at_once() -> None:
    record = parcel(carrier=None, plan=Plan(NOON, "dhl"))
    record = answered(record, check(NOON, asked_as="dhl", turns=("dhl", "fedex")))
    assert (record.plan.ask_as, record.plan.next_at) == ("fedex", NOON)
    found = answered(record, check(NOON, Status.IN_TRANSIT, asked_as="fedex"))
    assert (found.carrier, found.switched) == ("fedex", None)


@given(
    st.lists(st.tuples(st.sampled_from(["", "ups", "usps"]), st.lists(statuses, max_size=2), st.integers(0, 100))),
    st.sampled_from([None, "ups"]),
)
def test_whatever_is_answered_the_plan_makes_sense(told: list[tuple[str, list[Status], int]], carrier: str) -> None:
    record, at = parcel(carrier=carrier, plan=Plan(NOON, carrier or "")), NOON
    turns = tuple(filter(None, (carrier, "usps"))) if carrier else ("",)
    for asked_as, events, hours in told:
        at += hours * HOUR
        before = record
        record = answered(record, check(at, *events, asked_as=asked_as, turns=turns))
        if asked_as != before.plan.ask_as:
            assert record is before
            continue
        assert record.last_checked_at == at
        assert record.plan.next_at is None or record.plan.next_at >= at
        assert {*before.events} <= {*record.events} or not events
        assert record.plan.failures == 0


letters = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(letters, letters, st.integers(0, 12))
def test_turns_are_fair(urgent: list[str], due: list[str], room: int) -> None:
    chosen = in_turn(urgent, due, room)
    assert len(chosen) == len(set(chosen)) == min(room, len({*urgent, *due}))
    for lane in (urgent, due):
        first = lane[: len(chosen) // 2]
        assert set(first) <= set(chosen), "each lane has every other place, so its first are among the chosen"


def test_the_page_says_what_the_code_does() -> None:
    page = (ROOT / "docs" / "carriers.md").read_text()
    section = page.split("## How often each parcel is asked about")[1].split("\n## ")[0]
    for duration in (DELIVERED_FOR, SILENT_FOR, WRONG_AFTER, FIRST_RETRY, LONGEST_RETRY):
        assert lasting(duration) in section


@pytest.mark.parametrize("status", sorted(OVER))
def test_what_is_over_is_never_asked_about(status: Status) -> None:
    assert answered(parcel(), check(NOON, status)).plan.next_at is None
