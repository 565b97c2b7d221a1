"""What the events of a shipment add up to."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scans import NOON, events, histories, scan, shuffled
from tracking.folding import NOTICES, PROGRESS, distinct, fold, identity
from tracking.model import FINAL, ShipmentState, Status, TrackingEvent

S = Status


def bits(value: object) -> str:
    """Everything a value holds, time zones included, which equality of times ignores."""
    return repr(value)


@given(shuffled())
def test_order_and_repeats_change_nothing(pair: tuple[list[TrackingEvent], list[TrackingEvent]]) -> None:
    history, mixed = pair
    assert bits(fold(mixed)) == bits(fold(history))
    assert bits(distinct(mixed)) == bits(distinct(history))


@given(histories.filter(bool), events)
def test_an_older_event_never_undoes_a_newer_one(history: list[TrackingEvent], late: TrackingEvent) -> None:
    before = fold(history)
    oldest = min(event.occurred_at for event in history) - timedelta(hours=1)
    late = replace(late, occurred_at=oldest, event_id="late")
    told = [event for event in distinct(history) if event.status is not S.UNKNOWN]
    if any(event.status not in NOTICES for event in told) or (told and late.status not in FINAL):
        assert fold([*history, late]).status is before.status


@given(histories, events)
def test_unknown_never_changes_the_state(history: list[TrackingEvent], news: TrackingEvent) -> None:
    unmapped = replace(news, status=S.UNKNOWN, event_id="unmapped")
    assert fold([*history, unmapped]) == fold(history)


@given(histories, events)
def test_a_reworded_event_is_the_same_event(history: list[TrackingEvent], event: TrackingEvent) -> None:
    reworded = replace(event, description="worded anew", recorded_at=event.recorded_at + timedelta(days=1))
    assert distinct([*history, event, reworded]) == distinct([*history, event])


@given(histories)
def test_a_final_status_comes_from_the_events(history: list[TrackingEvent]) -> None:
    state = fold(history)
    assert state.status is S.PENDING or state.status in {event.status for event in history}
    assert (state.delivered_at is None) or any(event.status is S.DELIVERED for event in history)


def test_no_events_are_pending() -> None:
    assert fold([]) == ShipmentState()


def test_every_status_has_its_place() -> None:
    assert sorted(PROGRESS) == sorted(Status)


def test_the_newest_event_decides() -> None:
    state = fold([scan(S.OUT_FOR_DELIVERY, 5), scan(S.IN_TRANSIT, 1)])
    assert state.status is S.OUT_FOR_DELIVERY
    assert state.status_at == NOON + timedelta(hours=5)


def test_of_one_instant_the_furthest_status_decides() -> None:
    assert fold([scan(S.DELIVERED), scan(S.IN_TRANSIT), scan(S.OUT_FOR_DELIVERY)]).status is S.DELIVERED


@pytest.mark.parametrize("final", sorted(FINAL))
@pytest.mark.parametrize("notice", sorted(NOTICES))
def test_a_notice_never_leaves_a_final_status(final: Status, notice: Status) -> None:
    assert fold([scan(final), scan(notice, 1)]).status is final


@pytest.mark.parametrize("final", sorted(FINAL))
def test_a_newer_scan_leaves_a_final_status(final: Status) -> None:
    assert fold([scan(final), scan(S.RETURNING, 1)]).status is S.RETURNING
    assert fold([scan(final), scan(S.RETURNING, -1)]).status is final


def test_a_delivery_is_remembered_through_a_return_and_forgotten_by_a_correction() -> None:
    delivery = scan(S.DELIVERED, signed_by="R. Doe")
    returned = fold([delivery, scan(S.RETURNING, 1)])
    corrected = fold([delivery, scan(S.IN_TRANSIT, 1)])
    assert (returned.delivered_at, returned.signed_by) == (NOON, "R. Doe")
    assert (corrected.delivered_at, corrected.signed_by) == (None, "")


def test_two_reports_of_one_delivery_keep_its_first_time_and_any_signature() -> None:
    state = fold([scan(S.DELIVERED), scan(S.DELIVERED, 0.1, source="other", signed_by="R. Doe")])
    assert (state.delivered_at, state.signed_by) == (NOON, "R. Doe")


@pytest.mark.parametrize("status", [S.UNKNOWN, S.LABEL_CREATED, S.PENDING, S.CANCELLED])
def test_what_proves_no_scan_is_no_last_scan(status: Status) -> None:
    picked_up = scan(S.PICKED_UP)
    assert fold([picked_up, scan(status, 1, location="Somewhere")]).last_scan == picked_up


def test_one_scan_told_by_two_sources_stays_two_events() -> None:
    assert len(distinct([scan(S.IN_TRANSIT), scan(S.IN_TRANSIT, source="other")])) == 2


def test_the_same_instant_in_another_zone_is_the_same_event() -> None:
    here, there = scan(S.IN_TRANSIT), scan(S.IN_TRANSIT, occurred_at=NOON.astimezone(timezone(timedelta(hours=-5))))
    assert identity(here) == identity(there)


@pytest.mark.parametrize(
    "other",
    [
        scan(S.DELAYED, location="Hub", raw_status="AR"),
        scan(S.IN_TRANSIT, 0.001, location="Hub", raw_status="AR"),
        scan(S.IN_TRANSIT, location="Depot", raw_status="AR"),
        scan(S.IN_TRANSIT, location="Hub", raw_status="DP"),
        scan(S.IN_TRANSIT, location="Hub", raw_status="AR", event_id="1"),
    ],
)
def test_what_tells_events_apart(other: TrackingEvent) -> None:
    assert identity(scan(S.IN_TRANSIT, location="Hub", raw_status="AR")) != identity(other)


@given(st.lists(st.sampled_from(sorted(set(Status) - {S.UNKNOWN})), min_size=1, max_size=8))
def test_without_final_statuses_the_last_word_wins(statuses: list[Status]) -> None:
    history = [scan(status, hours) for hours, status in enumerate(statuses)]
    if not FINAL & set(statuses[:-1]):
        assert fold(history).status is statuses[-1]
