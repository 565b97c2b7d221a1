"""When a parcel counts as quiet, what is said of it, and what makes it untrue."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scans import NOON, histories, scan
from tracking.findings import explained, finding, usual
from tracking.folding import distinct, fold
from tracking.model import FINAL, EventUpdate, Patience, Shipment, Status, TrackingEvent
from tracking.quiet import (
    GENERAL,
    FindingKind,
    GeneralRule,
    last_sign,
    look_again_at,
    never_scanned,
    quiet_since,
    settled,
    silence,
)
from tracking.records import ShipmentRecord, merge_events
from tracking.sweeping import look

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
RULE = GeneralRule()


def parcel(*events: TrackingEvent, **more: object) -> Shipment:
    known: dict[str, object] = {"events": distinct(events), "state": fold(events), "known_since": NOON, **more}
    return Shipment("1Z999", **known)  # type: ignore[arg-type]


def stored(*events: TrackingEvent) -> ShipmentRecord:
    fresh = ShipmentRecord("1Z999", "1Z999", NOON, carrier="ups", last_checked_at=NOON)
    return settled(None, merge_events(fresh, [EventUpdate("1Z999", event) for event in events]), RULE)


@pytest.mark.parametrize("status", sorted(GENERAL))
def test_a_parcel_is_slow_and_then_quiet_after_its_stage_s_silence(status: Status) -> None:
    silent, norm = parcel(scan(status)), GENERAL[status]
    slower, limit = NOON + norm.slower_hours * HOUR, NOON + norm.stalled_hours * HOUR
    assert silence(silent, slower) is None
    assert silence(silent, slower + SECOND) is FindingKind.SLOWER
    assert quiet_since(silent, limit) is None
    assert quiet_since(silent, limit + SECOND) == NOON


@pytest.mark.parametrize("status", sorted(FINAL))
def test_a_parcel_whose_way_is_over_is_never_quiet(status: Status) -> None:
    assert quiet_since(parcel(scan(status)), NOON + timedelta(days=1000)) is None


def test_every_stage_has_a_limit_or_is_over() -> None:
    assert set(GENERAL) | FINAL | {Status.UNKNOWN} == set(Status)


def test_a_parcel_nobody_scanned_is_quiet_from_when_it_was_first_spoken_of() -> None:
    assert quiet_since(parcel(), NOON + timedelta(days=4)) == NOON
    assert silence(parcel(), NOON + timedelta(days=4)) is FindingKind.NEVER_SCANNED
    assert quiet_since(Shipment("1Z999"), NOON) is None


def test_an_event_we_cannot_read_is_a_sign_of_life() -> None:
    heard = parcel(scan(Status.IN_TRANSIT), scan(Status.UNKNOWN, 90))
    assert quiet_since(heard, NOON + timedelta(hours=100)) is None


def test_a_label_is_no_scan_but_an_unmapped_event_may_be() -> None:
    assert never_scanned(parcel())
    assert never_scanned(parcel(scan(Status.LABEL_CREATED)))
    assert not never_scanned(parcel(scan(Status.UNKNOWN)))
    assert not never_scanned(parcel(scan(Status.PICKED_UP)))


def test_our_own_history_is_said_with_its_share() -> None:
    patience = Patience(NOON + 31 * HOUR, NOON + 46 * HOUR, 30.6, 0.978, 412)
    silent = parcel(scan(Status.IN_TRANSIT), carrier="amazon", patience=patience)
    found = finding(silent, NOON + 52 * HOUR)
    assert found is not None
    assert (found.kind, found.basis, found.count) == (FindingKind.STALLED, "own_history", 412)
    assert explained(found) == (
        "97 % of parcels with this carrier at this stage are scanned again within 31 hours; "
        "this one has been silent for 52 hours."
    )
    assert usual(found) == "97 % of parcels are scanned again within 31 hours at this stage"


def test_a_general_rule_is_called_one() -> None:
    silent = parcel(scan(Status.IN_TRANSIT))
    found = finding(silent, NOON + 5 * 24 * HOUR)
    assert found is not None
    assert explained(found) == (
        "Parcels at this stage are usually scanned again within 4 days (a general rule: we have too little history "
        "with this carrier); this one has been silent for 5 days."
    )
    slow = finding(silent, NOON + 80 * HOUR)
    assert slow is not None
    assert (slow.kind, slow.normal_hours, slow.basis) == (FindingKind.SLOWER, 72, "general_rule")


def test_days_that_are_not_counted_are_named() -> None:
    patience = Patience(NOON, NOON + HOUR, 30, 0.97, 100)
    silent = parcel(scan(Status.IN_TRANSIT, 24 * 3), carrier="ups", patience=patience)  # a Friday
    found = finding(silent, NOON + 6 * 24 * HOUR)
    assert found is not None
    assert found.silent_hours == 48
    assert explained(found).endswith("silent for 48 hours, not counting days on which the carrier doesn't work.")


def test_a_label_that_nobody_scanned_is_said_in_other_words() -> None:
    found = finding(parcel(scan(Status.LABEL_CREATED)), NOON + 4 * 24 * HOUR)
    assert found is not None
    assert found.kind is FindingKind.NEVER_SCANNED
    assert "scanned for the first time within 3 days" in explained(found)


def test_the_share_is_never_all_of_them() -> None:
    patience = Patience(NOON, NOON + HOUR, 30, 1.0, 40)
    found = finding(parcel(scan(Status.IN_TRANSIT), patience=patience), NOON + 72 * HOUR)
    assert found is not None
    assert explained(found).startswith("99 % of parcels")


def test_looks_go_step_by_step_until_there_is_nothing_more_to_find() -> None:
    record = stored(scan(Status.IN_TRANSIT))
    assert look_again_at(record) == NOON + 72 * HOUR
    early = look(record, RULE, NOON + 72 * HOUR)
    assert (early.finding, early.record.found) == (None, "")
    slow = look(record, RULE, NOON + 73 * HOUR)
    assert (slow.record.found, look_again_at(slow.record)) == ("slower", NOON + 96 * HOUR)
    stalled = look(slow.record, RULE, NOON + 97 * HOUR)
    assert (stalled.record.found, look_again_at(stalled.record)) == ("stalled", None)
    assert look(stalled.record, RULE, NOON + 200 * HOUR).finding is None


def after(record: ShipmentRecord, *events: TrackingEvent) -> ShipmentRecord:
    return settled(record, merge_events(record, [EventUpdate("1Z999", event) for event in events]), RULE)


def test_the_next_scan_clears_and_an_older_one_does_not() -> None:
    found = look(stored(scan(Status.IN_TRANSIT)), RULE, NOON + 97 * HOUR).record
    assert after(found, scan(Status.PICKED_UP, -5)).found == "stalled"
    assert after(found, scan(Status.IN_TRANSIT)).found == "stalled"  # the same, told again
    moved = after(found, scan(Status.IN_TRANSIT, 96))
    assert (moved.found, look_again_at(moved)) == ("", NOON + (96 + 72) * HOUR)
    over = after(found, scan(Status.DELIVERED, 96))
    assert (over.found, over.patience, look_again_at(over)) == ("", None, None)


def test_a_first_scan_clears_even_if_it_was_made_before_we_heard_of_the_parcel() -> None:
    found = look(settled(None, replace(stored(), patience=None), RULE), RULE, NOON + 97 * HOUR).record
    assert found.found == "never_scanned"
    assert after(found, scan(Status.PICKED_UP, -5)).found == ""


def test_what_was_found_stands_with_the_norm_it_was_found_by() -> None:
    found = look(stored(scan(Status.IN_TRANSIT)), RULE, NOON + 97 * HOUR).record
    named = settled(found, replace(found, service="ground"), RULE)
    assert (named.found, named.patience) == ("stalled", found.patience)


@given(histories, st.integers(0, 500))
def test_readers_and_the_sweep_agree(history: list[TrackingEvent], hours: int) -> None:
    record, now = stored(*history), NOON + hours * HOUR
    seen = look(record, RULE, now)
    reader = parcel(*history, known_since=record.known_since, patience=seen.record.patience)
    kind = silence(reader, now)
    assert seen.record.found == (kind or "")
    assert (seen.finding is not None) is (kind is not None)
    if seen.finding:
        assert seen.finding.since == last_sign(reader)
