"""What is a fact: every status that people care about, once, however it is told and in whatever order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scans import NOON, events, scan
from tracking.facts import Occasion, new_parcels, order_facts, parcel_facts
from tracking.model import EventUpdate, Status, TrackingEvent
from tracking.records import OrderRecord, Parcel, ShipmentRecord, merge_events

NEW = ShipmentRecord("P", "P", NOON)


def after(*told: TrackingEvent, start: ShipmentRecord = NEW) -> ShipmentRecord:
    return merge_events(start, [EventUpdate("P", event) for event in told])


@pytest.mark.parametrize(
    ("status", "words", "occasion"),
    [
        (Status.PICKED_UP, "", Occasion.SHIPPED),
        (Status.IN_TRANSIT, "", Occasion.SHIPPED),
        (Status.OUT_FOR_DELIVERY, "", Occasion.OUT_FOR_DELIVERY),
        (Status.DELIVERED, "", Occasion.DELIVERED),
        (Status.ATTEMPT_FAILED, "", Occasion.ATTEMPT_FAILED),
        (Status.AVAILABLE_FOR_PICKUP, "", Occasion.READY_FOR_PICKUP),
        (Status.DELAYED, "", Occasion.DELAYED),
        (Status.EXCEPTION, "", Occasion.EXCEPTION),
        (Status.EXCEPTION, "Held by Customs", Occasion.CUSTOMS),
        (Status.DELAYED, "clearance delay", Occasion.CUSTOMS),
        (Status.RETURNING, "", Occasion.RETURNING),
        (Status.RETURNED, "", Occasion.RETURNED),
        (Status.PENDING, "", None),
        (Status.LABEL_CREATED, "", None),
        (Status.UNKNOWN, "", None),
        (Status.CANCELLED, "", None),
    ],
)
def test_every_status(status: Status, words: str, occasion: Occasion | None) -> None:
    facts = parcel_facts(None, after(scan(status, description=words)))
    assert [fact.occasion for fact in facts] == ([occasion] if occasion else [])


def test_a_parcel_that_goes_on_was_shipped_before() -> None:
    delayed = after(scan(Status.IN_TRANSIT), scan(Status.DELAYED, 1))
    assert parcel_facts(delayed, after(scan(Status.IN_TRANSIT, 2), start=delayed)) == []


def test_a_second_attempt_on_another_day_is_news() -> None:
    keys = {parcel_facts(None, after(scan(Status.ATTEMPT_FAILED, hours)))[0].key for hours in (0, 1, 24)}
    assert len(keys) == 2


@settings(max_examples=200)
@given(st.lists(events, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_told_again_nothing_is_new(history: list[TrackingEvent], chance: object) -> None:
    whole = after(*history)
    again = list(history)
    chance.shuffle(again)  # type: ignore[attr-defined]
    for event in again:
        assert parcel_facts(whole, after(event, start=whole)) == []


def test_an_order_without_a_number_is_no_news_and_then_all_of_it_is() -> None:
    parcels = {"P": after(scan(Status.OUT_FOR_DELIVERY))}
    waiting = OrderRecord("", NOON, id=1, parcels=(Parcel("P"),))
    assert (new_parcels(None, waiting), order_facts(None, waiting, parcels)) == (set(), [])
    known = OrderRecord("1001", NOON, id=1, parcels=(Parcel("P"),))
    assert new_parcels(waiting, known) == {"P"}
    facts = order_facts(waiting, known, parcels)
    assert [(f.occasion, f.order) for f in facts] == [
        (Occasion.OUT_FOR_DELIVERY, "1001"),
        (Occasion.ORDER_RECEIVED, "1001"),
    ]
    assert order_facts(known, known, {}) == []


def test_a_cancelled_order_is_not_welcomed() -> None:
    assert order_facts(None, OrderRecord("1001", NOON, cancelled=True), {}) == []
