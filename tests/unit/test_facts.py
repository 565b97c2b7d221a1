"""What is a fact: every status that people care about, once, however it is told and in whatever order."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scans import NOON, events, scan
from tracking.facts import Occasion, new_parcels, order_facts, parcel_facts
from tracking.model import EventUpdate, Money, OrderUpdate, Refund, Status, TrackingEvent
from tracking.records import MOST_REFUNDS, OrderRecord, Parcel, ShipmentRecord, absorb, merge_events, merge_order

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


def paid_back(id_: str, amount: str = "5", hours: float = 0) -> Refund:
    return Refund(id_, Money(Decimal(amount), "USD"), NOON + timedelta(hours=hours))


def test_the_same_sum_on_the_same_day_is_one_refund_and_another_day_is_another() -> None:
    order = OrderRecord("1001", NOON, id=1)
    refunds = (paid_back("a"), paid_back("b", hours=1), paid_back("c", hours=24), paid_back("d", "5.01"))
    facts = order_facts(order, merge_order(order, OrderUpdate("1001", NOON, "shop", refunds=refunds)), {})
    assert {fact.occasion for fact in facts} == {Occasion.REFUND}
    assert (len(facts), len({fact.key for fact in facts})) == (4, 3)


def test_a_refund_keeps_its_first_word_and_comes_along_from_an_order_without_a_number() -> None:
    waiting = merge_order(OrderRecord("", NOON), OrderUpdate("", NOON, "shop", refunds=(paid_back("a"),)))
    again = merge_order(waiting, OrderUpdate("", NOON, "shop", refunds=(paid_back("a", "6", 30),)))
    assert again.refunds == (paid_back("a"),)
    known = absorb(OrderRecord("1001", NOON), again)
    assert [fact.occasion for fact in order_facts(OrderRecord("1001", NOON), known, {})] == [Occasion.REFUND]
    many = tuple(paid_back(str(n)) for n in range(MOST_REFUNDS + 9))
    assert len(merge_order(known, OrderUpdate("1001", NOON, "shop", refunds=many)).refunds) == MOST_REFUNDS
