"""Carriers' reports, in every order and at the same time, end as one true parcel."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from store.database import Database
from store.tables import shipments
from tests.reports import Tracking, order, seen, shipped, tracking_on
from tests.scans import NOON, scan, shuffled
from tracking.folding import distinct, fold
from tracking.ingest import Delivery
from tracking.model import DeliveryWindow, Shipment, Status, TrackingEvent

S = Status


@pytest.fixture
def tracking(database: Database) -> Tracking:
    return tracking_on(database)


async def parcel(tracking: Tracking, tracking_number: str) -> Shipment:
    await tracking.ingest.save_orders([shipped(f"of-{tracking_number}", tracking_number)])
    order = await tracking.orders.find_by_tracking_number(tracking_number)
    assert order is not None
    return order.shipments[0]


async def test_an_event_comes_back_whole_and_on_the_carrier_s_clock(tracking: Tracking) -> None:
    there = timezone(timedelta(hours=-7, minutes=-30))
    event = TrackingEvent(
        status=S.DELIVERED,
        occurred_at=datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=there),
        recorded_at=NOON,
        source="easypost",
        raw_status="DL",
        location="Springfield, IL",
        description="Left at the front door",
        event_id="e-1",
        zone_source="location",
        signed_by="R. Doe",
    )
    await tracking.ingest.record_events([seen("A1", event)])
    stored = await parcel(tracking, "A1")
    assert repr(stored.events) == repr((event,))
    assert stored.state == fold([event])


async def test_known_events_are_unchanged_and_news_is_created(tracking: Tracking) -> None:
    first, second = scan(S.PICKED_UP), scan(S.IN_TRANSIT, 1)
    await tracking.ingest.record_events([seen("A1", first)])
    results = await tracking.ingest.record_events([seen("a-1", first), seen("A1", second), seen("A1", second)])
    assert [r.outcome for r in results] == ["unchanged", "created", "unchanged"]


async def test_a_source_s_silence_still_moves_last_checked_at(tracking: Tracking) -> None:
    event = scan(S.PICKED_UP)
    await tracking.ingest.record_events([seen("A1", event)])
    await tracking.ingest.record_events([seen("A1", event, checked_at=NOON + timedelta(days=1))])
    await tracking.ingest.record_events([seen("A1", event, checked_at=NOON + timedelta(hours=1))])
    assert (await parcel(tracking, "A1")).last_checked_at == NOON + timedelta(days=1)


async def test_the_newest_estimate_and_the_named_carrier_count(tracking: Tracking) -> None:
    windows = [DeliveryWindow(NOON, NOON, NOON + timedelta(hours=h), f"made {h}") for h in range(3)]
    for hours in (1, 2, 0):
        event = scan(S.IN_TRANSIT, hours)
        carrier = "usps" if hours == 1 else None
        await tracking.ingest.record_events([seen("1Z1", event, estimate=windows[hours], carrier=carrier)])
    stored = await parcel(tracking, "1Z1")
    assert (stored.estimate, stored.carrier) == (windows[2], "usps")


async def test_bad_rows_are_refused_and_good_ones_kept(tracking: Tracking) -> None:
    naive = scan(S.PICKED_UP, occurred_at=datetime(2026, 3, 1))  # noqa: DTZ001
    rows = [seen(" - ", scan(S.PICKED_UP)), seen("A1", naive), seen("A1", scan(S.PICKED_UP))]
    results = await tracking.ingest.record_events(rows)
    assert [(r.row, r.outcome) for r in results] == [(0, "refused"), (1, "refused"), (2, "created")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pair=shuffled(), cuts=st.lists(st.integers(0, 18), max_size=3))
async def test_any_order_repeats_and_portions_give_the_same_parcel(
    tracking: Tracking, pair: tuple[list[TrackingEvent], list[TrackingEvent]], cuts: list[int]
) -> None:
    history, mixed = pair
    tracking_number = f"P{id(pair)}X{datetime.now(UTC).timestamp()}".replace(".", "")
    ends = [*sorted(cuts), len(mixed)]
    for start, end in zip([0, *ends], ends, strict=False):
        await tracking.ingest.record_events([seen(tracking_number, event) for event in mixed[start:end]])
    stored = await parcel(tracking, tracking_number)
    assert stored.state == fold(history)
    assert stored.events == distinct(history)
    offsets = [event.occurred_at.utcoffset() for event in stored.events]
    assert offsets == [event.occurred_at.utcoffset() for event in distinct(history)]


async def test_webhooks_at_the_same_time_lose_nothing(tracking: Tracking) -> None:
    scans = [scan(S.IN_TRANSIT, hours, location=f"Hub {hours}") for hours in range(20)]
    news = [tracking.ingest.record_events([seen("1Z1", event), seen("1Z2", event)]) for event in scans]
    news += [tracking.ingest.save_orders([shipped("1001", "1Z2", "1Z1", hours=hours)]) for hours in range(5)]
    await asyncio.gather(*news)
    order = await tracking.orders.find("1001")
    assert order is not None
    assert [len(s.events) for s in order.shipments] == [20, 20]
    assert all(s.state == fold(scans) for s in order.shipments)


async def test_processes_at_the_same_time_lose_nothing(tracking: Tracking, database_url: str) -> None:
    others = [tracking_on(Database(database_url)) for _ in range(4)]
    scans = [scan(S.IN_TRANSIT, hours) for hours in range(24)]
    await asyncio.gather(*(others[i % 4].ingest.record_events([seen("A1", e)]) for i, e in enumerate(scans)))
    await asyncio.gather(*(other.database.close() for other in others))
    stored = await parcel(tracking, "A1")
    assert stored.events == tuple(scans)
    async with tracking.database.read() as connection:
        row = (await connection.execute(select(shipments.c.status, shipments.c.status_at))).one()
    assert tuple(row) == (S.IN_TRANSIT, NOON)


async def test_the_same_order_made_twenty_times_at_once_is_one_order(tracking: Tracking) -> None:
    reports = [order("1001" if i % 2 else "", external_id="gid-1", source="shop") for i in range(20)]
    outcomes = await asyncio.gather(*(tracking.ingest.save_orders([report]) for report in reports))
    assert sum(result.outcome == "created" for results in outcomes for result in results) == 1


async def test_one_of_twenty_equal_deliveries_counts(tracking: Tracking) -> None:
    event = seen("A1", scan(S.IN_TRANSIT))
    receipts = await asyncio.gather(
        *(tracking.ingest.receive(events=[event], delivery=Delivery("easypost", "d1")) for _ in range(20))
    )
    assert sum(not receipt.duplicate for receipt in receipts) == 1
