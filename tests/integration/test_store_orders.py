"""Shops' reports, in every order, end as one true order."""

import itertools
from datetime import timedelta

import pytest

from store.database import Database
from tests.reports import Tracking, customer, order, seen, shipped, tracking_on
from tests.scans import NOON, scan
from tracking.ingest import Delivery
from tracking.model import Address, Contact, DeliveryWindow, Item, Order, OrderUpdate, ShipmentUpdate, Status

FULL = order(
    placed_at=NOON - timedelta(days=1),
    customer=customer(),
    ship_to=Address("12345", "Springfield", "IL", "US"),
    items=(Item("SHOE-B", "Blue shoes", 2), Item("SOCK", "Socks")),
    shipments=(ShipmentUpdate("1Z 999", skus=("SHOE-B",)), ShipmentUpdate("ABC-1", "fedex")),
    promised=DeliveryWindow(NOON, NOON + timedelta(days=2), NOON, "shop", 0.8),
    external_id="gid-1",
)


@pytest.fixture
def tracking(database: Database) -> Tracking:
    return tracking_on(database)


async def found(tracking: Tracking, number: str = "1001") -> Order:
    order = await tracking.orders.find(number)
    assert order is not None
    return order


async def test_an_order_comes_back_whole(tracking: Tracking) -> None:
    results = await tracking.ingest.save_orders([FULL])
    stored = await found(tracking, " #1001 ")
    assert [r.outcome for r in results] == ["created"]
    assert (stored.placed_at, stored.customer, stored.ship_to) == (FULL.placed_at, FULL.customer, FULL.ship_to)
    assert (stored.items, stored.promised, stored.cancelled) == (FULL.items, FULL.promised, False)
    assert [(s.tracking_number, s.carrier, s.skus) for s in stored.shipments] == [
        ("1Z 999", "ups", ("SHOE-B",)),
        ("ABC-1", "fedex", ()),
    ]


async def test_the_same_report_again_changes_nothing(tracking: Tracking) -> None:
    await tracking.ingest.save_orders([FULL])
    before = await found(tracking)
    assert [r.outcome for r in await tracking.ingest.save_orders([FULL, FULL])] == ["unchanged", "unchanged"]
    assert await found(tracking) == before


async def test_reports_in_any_order_give_the_same_order(tracking: Tracking) -> None:
    reports = [
        order("", 0, external_id="gid-1", customer=Contact(email="old@example.com", phone="+15550100")),
        order("1001", 1, external_id="gid-1", customer=Contact("Robin Doe", "new@example.com"), cancelled=False),
        order("", 2, external_id="gid-1", shipments=(ShipmentUpdate("1Z999"),)),
        order("1001", 3, external_id="gid-1", cancelled=True, placed_at=NOON),
    ]
    seen_orders = set()
    for number, permutation in enumerate(itertools.permutations(reports)):
        apart = [_renamed(report, number) for report in permutation]
        for report in apart:
            await tracking.ingest.save_orders([report])
        stored = await found(tracking, f"1001-{number}")
        seen_orders.add((stored.customer, stored.cancelled, stored.placed_at, len(stored.shipments)))
    assert seen_orders == {(Contact("Robin Doe", "new@example.com", "+15550100"), True, NOON, 1)}


def _renamed(report: OrderUpdate, number: int) -> OrderUpdate:
    fields = {name: getattr(report, name) for name in ("updated_at", "source", "customer", "cancelled", "placed_at")}
    parcels = tuple(ShipmentUpdate(f"{s.tracking_number}{number}") for s in report.shipments)
    key = f"{report.number}-{number}" if report.number else ""
    return OrderUpdate(number=key, external_id=f"{report.external_id}-{number}", shipments=parcels, **fields)


async def test_an_older_report_only_fills_what_is_unknown(tracking: Tracking) -> None:
    await tracking.ingest.save_orders([order(hours=2, customer=Contact(email="new@example.com"), cancelled=True)])
    old = order(hours=1, customer=Contact("Robin Doe", "old@example.com"), cancelled=False, items=(Item("a", "b"),))
    await tracking.ingest.save_orders([old])
    stored = await found(tracking)
    assert stored.customer == Contact("Robin Doe", "new@example.com")
    assert (stored.cancelled, stored.items) == (True, (Item("a", "b"),))


async def test_a_parcel_s_message_does_not_outdate_the_order_s(tracking: Tracking) -> None:
    await tracking.ingest.save_orders([order(customer=Contact(email="old@example.com"))])
    await tracking.ingest.save_orders([shipped("1001", "1Z999", hours=2)])
    await tracking.ingest.save_orders([order(hours=1, customer=Contact(email="new@example.com"))])
    assert (await found(tracking)).customer.email == "new@example.com"


async def test_silence_about_a_parcel_never_removes_it(tracking: Tracking) -> None:
    await tracking.ingest.save_orders([shipped("1001", "A1", "B2"), shipped("1001", "C3", hours=1)])
    assert [s.tracking_number for s in (await found(tracking)).shipments] == ["A1", "B2", "C3"]


async def test_events_wait_for_their_order(tracking: Tracking) -> None:
    await tracking.ingest.record_events([seen("1z-999", scan(Status.IN_TRANSIT))])
    assert await tracking.orders.find_by_tracking_number("1Z999") is None
    await tracking.ingest.save_orders([shipped("1001", "1Z 999")])
    stored = await tracking.orders.find_by_tracking_number(" 1z999")
    assert stored is not None
    assert stored.number == "1001"
    assert stored.shipments[0].status is Status.IN_TRANSIT


async def test_a_placeholder_is_absorbed_by_the_order_it_turns_out_to_be(tracking: Tracking) -> None:
    await tracking.ingest.save_orders([order("", external_id="gid-1", shipments=(ShipmentUpdate("A1"),))])
    await tracking.ingest.save_orders([shipped("1001", "B2", source="import", customer=customer())])
    await tracking.ingest.save_orders([order("1001", 1, external_id="gid-1")])
    stored = await tracking.orders.find_by_tracking_number("A1")
    assert stored == await found(tracking)
    assert {s.tracking_number for s in stored.shipments} == {"A1", "B2"}
    assert stored.customer == customer()


async def test_an_order_can_be_renamed_but_not_to_another_s_number(tracking: Tracking) -> None:
    await tracking.ingest.save_orders([order("1001", external_id="a"), order("1002", external_id="b")])
    await tracking.ingest.save_orders([order("1001-X", 1, external_id="a")])
    assert await tracking.orders.find("1001") is None
    assert (await found(tracking, "1001-x")).number == "1001-X"
    refused = await tracking.ingest.save_orders([order("1002", 2, external_id="a"), order("1003")])
    assert [r.outcome for r in refused] == ["refused", "created"]


async def test_one_parcel_may_hold_two_orders(tracking: Tracking) -> None:
    early, late = NOON - timedelta(days=2), NOON - timedelta(days=1)
    await tracking.ingest.save_orders([shipped("1002", "A1", placed_at=late), shipped("1001", "A1", placed_at=early)])
    newest = await tracking.orders.find_by_tracking_number("A1")
    assert newest is not None
    assert newest.number == "1002"
    assert len((await found(tracking, "1001")).shipments) == 1


async def test_bad_rows_are_refused_and_good_ones_kept(tracking: Tracking) -> None:
    naive = order("1003", updated_at=NOON.replace(tzinfo=None))
    rows = [order(""), order("1001"), naive, order("1002", items=(Item("a", "b", 0),)), order("9" * 65)]
    results = await tracking.ingest.save_orders(rows)
    assert [r.outcome for r in results] == ["refused", "created", "refused", "refused", "refused"]
    assert all(r.error for r in results if r.outcome == "refused")
    assert [r.row for r in results] == [0, 1, 2, 3, 4]
    assert await tracking.orders.find("1001") is not None
    assert await tracking.orders.find("1002") is None


async def test_hostile_texts_are_cleaned(tracking: Tracking) -> None:
    nasty = "a\x00\ud800\u202eb'; DROP TABLE orders; --" + "x" * 5000
    await tracking.ingest.save_orders([order(customer=Contact(nasty), items=(Item(nasty, nasty),))])
    assert (await found(tracking)).customer.name.startswith("ab'; DROP TABLE")


async def test_orders_of_a_contact_come_newest_first(tracking: Tracking) -> None:
    mine = [order(str(1000 + day), placed_at=NOON + timedelta(days=day), customer=customer()) for day in range(3)]
    other = order("2000", customer=Contact("Alex Roe", "alex@example.com", "+15550101"))
    nobody = order("3000")
    await tracking.ingest.save_orders([*mine, other, nobody])
    numbers = ["1002", "1001", "1000"]
    for phone, email in [("+15550100", None), (None, "Robin@Example.com "), ("+15550100", "robin@example.com")]:
        assert [o.number for o in await tracking.orders.for_contact(phone, email)] == numbers
    assert await tracking.orders.for_contact("", None) == []


async def test_a_delivery_counts_once(tracking: Tracking) -> None:
    first = await tracking.ingest.receive([order("1001")], delivery=Delivery("shop", "d1"))
    again = await tracking.ingest.receive([order("1002")], delivery=Delivery("shop", "d1"))
    other = await tracking.ingest.receive([order("1003")], delivery=Delivery("other", "d1"))
    assert (first.duplicate, again.duplicate, other.duplicate) == (False, True, False)
    assert await tracking.orders.find("1002") is None
    assert await tracking.orders.find("1003") is not None
