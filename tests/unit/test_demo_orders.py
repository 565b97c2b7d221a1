"""The demo's orders: each is what the guide says of it, at any hour, and none could be a real person's."""

import re
from collections import defaultdict
from datetime import UTC, datetime

import pytest

from demo.catalogue import ITEMS, PEOPLE
from demo.guide import moving_tip, tips
from demo.orders import all_scenarios, demo_events, demo_orders
from demo.scenario import Parcel, Scenario
from support.identity import proves
from tracking.carriers import detect
from tracking.cleaning import clean_event, clean_order
from tracking.folding import fold
from tracking.model import Address, Contact, Order, Shipment, Status, TrackingEvent
from tracking.order_status import order_status
from tracking.quiet import never_scanned, quiet_since

NOON = datetime(2026, 6, 17, 16, 0, tzinfo=UTC)
HOURS = [
    NOON,
    datetime(2026, 6, 17, 0, 1, tzinfo=UTC),
    datetime(2026, 6, 17, 10, 2, tzinfo=UTC),
    datetime(2026, 3, 8, 6, 59, tzinfo=UTC),  # the night in which clocks change in America
    datetime(2026, 12, 31, 23, 50, tzinfo=UTC),
]
SCENARIOS = {scenario.number: scenario for scenario in all_scenarios()}


def _stored(now: datetime) -> dict[str, Order]:
    events: dict[str, list[TrackingEvent]] = defaultdict(list)
    for scan in demo_events(now):
        events[scan.tracking_number].append(clean_event(scan).event)
    orders = {}
    for update in map(clean_order, demo_orders(now)):
        assert update.placed_at
        parcels = tuple(
            Shipment(
                said.tracking_number,
                said.carrier,
                said.skus,
                tuple(events[said.tracking_number]),
                fold(events[said.tracking_number]),
                known_since=update.updated_at,
            )
            for said in update.shipments
        )
        orders[update.number] = Order(
            update.number,
            update.placed_at,
            update.customer or Contact(),
            update.ship_to or Address(),
            update.items or (),
            parcels,
            update.promised,
            bool(update.cancelled),
        )
    return orders


STORED = _stored(NOON)


def _parcels(orders: dict[str, Order]) -> list[tuple[Order, Shipment]]:
    return [(order, parcel) for order in orders.values() for parcel in order.shipments]


def test_there_are_many_orders_each_with_its_own_number() -> None:
    assert len(SCENARIOS) == len(demo_orders(NOON)) >= 60


@pytest.mark.parametrize("now", HOURS, ids=str)
def test_every_order_has_the_status_it_stands_for(now: datetime) -> None:
    found = {number: order_status(order).status for number, order in _stored(now).items()}
    assert found == {scenario.number: scenario.status for scenario in all_scenarios()}


def test_every_status_appears() -> None:
    by_parcel = {parcel.status for _, parcel in _parcels(STORED)}
    assert by_parcel == set(Status) - {Status.UNKNOWN}


@pytest.mark.parametrize("now", HOURS, ids=str)
def test_scans_follow_the_order_and_each_other_and_none_lies_ahead(now: datetime) -> None:
    for order, parcel in _parcels(_stored(now)):
        times = [order.placed_at, *(event.occurred_at for event in parcel.events), now]
        assert times == sorted(times), order.number


def test_nothing_in_the_carriers_messages_is_left_unread() -> None:
    assert all(event.status is not Status.UNKNOWN for _, parcel in _parcels(STORED) for event in parcel.events)
    scans = sum(len(s.scans(place, NOON)) for s in SCENARIOS.values() for place in range(len(s.parcels)))
    assert len(demo_events(NOON)) == scans


def test_tracking_numbers_fit_their_courier_and_belong_to_one_parcel() -> None:
    named = [(parcel.carrier, parcel.tracking_number) for _, parcel in _parcels(STORED) if parcel.carrier]
    assert len(named) > 60
    assert [n for carrier, n in named if carrier not in {found.carrier for found in detect(n)}] == []
    numbers = [parcel.tracking_number for _, parcel in _parcels(STORED)]
    assert len(set(numbers)) == len(numbers)
    unknown = [parcel.tracking_number for _, parcel in _parcels(STORED) if not parcel.carrier]
    assert [detect(number) for number in unknown] == [[]]


def test_the_carrier_in_the_messages_is_the_one_the_shop_named() -> None:
    named = {parcel.tracking_number: parcel.carrier for _, parcel in _parcels(STORED)}
    assert all(update.carrier == named[update.tracking_number] for update in demo_events(NOON))


def test_customers_can_only_be_fictional() -> None:
    reserved = re.compile(r"\+1[2-9]\d\d55501\d\d|\+44207946\d{4}")
    for person in PEOPLE.values():
        assert reserved.fullmatch(person.contact.phone), person.contact.name
        assert re.fullmatch(r"[a-z]+@example\.com", person.contact.email)
    assert len({person.contact.phone for person in PEOPLE.values()}) == len(PEOPLE) >= 20


def test_the_guide_shows_working_proofs_of_existing_orders() -> None:
    shown = [moving_tip(), *(tip for _, chapter in tips() for tip in chapter)]
    assert len(shown) > 30
    assert [tip.number for tip in shown if not proves(STORED[tip.number], tip.proof)] == []
    kinds = {"@" in tip.proof or len(tip.proof) for tip in shown}
    assert {True, 4, 5} <= kinds


@pytest.mark.parametrize(
    ("number", "silent", "unscanned"),
    [("1001", False, False), ("1021", False, True), ("1022", True, True), ("1023", True, False)],
)
@pytest.mark.parametrize("now", HOURS, ids=str)
def test_the_silent_ones_are_silent(number: str, silent: bool, unscanned: bool, now: datetime) -> None:
    parcel = _stored(now)[number].shipments[0]
    assert (quiet_since(parcel, now) is not None, never_scanned(parcel)) == (silent, unscanned)


def test_a_delivery_is_signed_for_and_another_was_left_outside() -> None:
    signed, left = (STORED[number].shipments[0].state for number in ("1011", "1012"))
    assert signed.signed_by == "C. MARROW"
    assert left.signed_by == ""
    assert left.last_scan
    assert "front door" in left.last_scan.description


def test_one_customer_has_several_orders_with_different_things() -> None:
    june = [s for s in SCENARIOS.values() if s.person == "june"]
    assert len(june) == 5
    assert len({sku for s in june for sku in s.contents}) == len([sku for s in june for sku in s.contents])
    assert {"Blue Canvas Shoes", "Copper Kettle"} <= {ITEMS[sku].title for s in june for sku in s.contents}


def test_an_unknown_scan_is_an_error_not_a_gap() -> None:
    odd = Scenario("1", "ada", (Parcel("ups", ("KETTLE",), "teleported:1d"),), Status.PENDING)
    with pytest.raises(KeyError):
        odd.scans(0, NOON)


@pytest.mark.parametrize("now", HOURS, ids=str)
def test_no_scan_is_newer_than_the_carriers_word(now: datetime) -> None:
    assert all(
        update.checked_at and update.event.occurred_at <= update.checked_at <= now for update in demo_events(now)
    )
