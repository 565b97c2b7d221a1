"""Silences in the database: found once by however many look, cleared by the next scan, seen alike by everybody."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, update

from store.database import Database
from store.finding_tables import findings, silence_norms
from store.norms import NormTable
from store.tables import shipments
from tests.watched import P1, P2, Watched
from tracking.learning import Learning
from tracking.model import EventUpdate, OrderUpdate, ShipmentUpdate, Status, TrackingEvent
from tracking.quiet import FindingKind, quiet_since, silence


@pytest.fixture
def shop(database: Database) -> Watched:
    return Watched(database)


async def kind_for_readers(shop: Watched, number: str = "1001") -> FindingKind | None:
    order = await shop.rooms.orders.find(number)
    assert order is not None
    return silence(order.shipments[0], shop.clock.now())


async def test_a_parcel_becomes_slow_and_then_stalls_and_readers_agree(shop: Watched) -> None:
    await shop.order(P1)
    await shop.scan(P1, Status.IN_TRANSIT)
    seen = []
    for _ in range(8):
        await shop.watch(hours=20)
        seen.append((await shop.found(), await kind_for_readers(shop)))
    # Thursday is Thanksgiving: three working days after Monday noon it is Friday noon, after a fourth Saturday noon.
    slow, quiet = [("slower", False)], [("slower", False), ("stalled", False)]
    assert [kind for _, kind in seen] == [None] * 4 + [FindingKind.SLOWER] * 2 + [FindingKind.STALLED] * 2
    assert [kinds for kinds, _ in seen] == [[]] * 4 + [slow] * 2 + [quiet] * 2


async def test_the_next_scan_clears_in_its_own_transaction(shop: Watched) -> None:
    await shop.order(P1)
    await shop.scan(P1, Status.IN_TRANSIT)
    await shop.watch(days=7)
    assert await shop.found() == [("stalled", False)]
    await shop.scan(P1, Status.IN_TRANSIT, hours=-200)
    assert await shop.found() == [("stalled", False)]
    await shop.scan(P1, Status.IN_TRANSIT, hours=-1)
    assert await shop.found() == [("stalled", True)]
    await shop.watch(days=7)
    assert await shop.found() == [("stalled", True), ("stalled", False)]


async def test_the_end_of_the_way_clears_for_good(shop: Watched) -> None:
    await shop.order(P1)
    await shop.scan(P1, Status.LABEL_CREATED)
    await shop.watch(days=7)
    assert await shop.found() == [("never_scanned", False)]
    await shop.scan(P1, Status.DELIVERED)
    await shop.watch(days=30)
    assert await shop.found() == [("never_scanned", True)]
    async with shop.database.read() as connection:
        row = (await connection.execute(select(shipments))).mappings().one()
    assert (row["quiet_at"], row["found"], row["stalled_at"]) == (None, "", None)


async def test_a_finding_keeps_its_reason(shop: Watched) -> None:
    await shop.order(P1)
    await shop.scan(P1, Status.IN_TRANSIT)
    await shop.watch(days=7)
    async with shop.database.read() as connection:
        row = (await connection.execute(select(findings))).mappings().one()
    assert (row["stage"], row["count"], row["normal_hours"]) == ("in_transit", 0, 96)
    assert row["silent_hours"] == 5 * 24  # without Thanksgiving and Sunday
    assert row["since"] == shop.clock.now() - timedelta(days=7)
    assert row["found_at"] == shop.clock.now()


async def test_many_sweeps_at_once_find_each_silence_once(shop: Watched) -> None:
    numbers = [f"1Z999AA1012345{n:04}" for n in range(250)]
    now = shop.clock.now()
    scans = [EventUpdate(number, TrackingEvent(Status.IN_TRANSIT, now, now, "ups")) for number in numbers]
    await shop.ingest.record_events(scans)
    shop.clock.pass_(days=9)

    async def sweep() -> int:
        looked, one = 0, shop.new_sweep()
        while some := await one.once():
            looked += some
        return looked

    looked = await asyncio.gather(*(sweep() for _ in range(4)))
    assert sum(looked) == 250
    assert await shop.found() == [("stalled", False)] * 250


async def test_a_scan_and_a_sweep_at_the_same_time_leave_one_truth(shop: Watched) -> None:
    numbers = [f"1Z999AA1012345{n:04}" for n in range(60)]
    await shop.ingest.save_orders(
        [
            OrderUpdate(f"A{n}", shop.clock.now(), "shop", shipments=(ShipmentUpdate(p, "ups"),))
            for n, p in enumerate(numbers)
        ]
    )
    for number in numbers:
        await shop.scan(number, Status.IN_TRANSIT)
    shop.clock.pass_(days=9)

    async def scans() -> None:
        for number in numbers:
            await shop.scan(number, Status.OUT_FOR_DELIVERY)

    async def sweeps() -> None:
        for _ in range(20):
            await shop.new_sweep().once()
            await asyncio.sleep(0)

    await asyncio.gather(scans(), sweeps(), sweeps())
    assert all(cleared for _, cleared in await shop.found())
    async with shop.database.read() as connection:
        left = select(func.count()).select_from(shipments).where(shipments.c.found != "")
        assert (await connection.execute(left)).scalar_one() == 0


async def test_old_silences_are_found_and_nobody_is_told(shop: Watched) -> None:
    await shop.order(P1)
    await shop.scan(P1, Status.IN_TRANSIT, hours=-31 * 24)
    await shop.order(P2, number="1002")  # nobody has ever told us anything of this parcel
    await shop.watch(days=7)
    assert sorted(await shop.found()) == [("never_scanned", False), ("stalled", False)]
    assert await shop.jobs("fact") == 0
    assert list(await shop.tickets()) == []


async def test_parcels_from_before_are_looked_at_once(shop: Watched) -> None:
    """As the migration leaves them: to be looked at, and nothing known of their silence."""
    await shop.order(P1)
    await shop.scan(P1, Status.IN_TRANSIT)
    nothing = {"slower_at": None, "stalled_at": None, "norm_hours": None, "norm_share": None, "norm_count": None}
    async with shop.database.write() as connection:
        await connection.execute(update(shipments).values(quiet_at=shop.clock.now() - timedelta(days=1), **nothing))
    order = await shop.rooms.orders.find("1001")
    assert order is not None
    assert quiet_since(order.shipments[0], shop.clock.now() + timedelta(days=9)) is not None
    await shop.watch()
    async with shop.database.read() as connection:
        row = (await connection.execute(select(shipments.c.quiet_at, shipments.c.slower_at))).one()
    assert row.quiet_at == row.slower_at > shop.clock.now()


async def test_looking_when_nothing_is_due_writes_nothing(shop: Watched) -> None:
    await shop.order(P1)
    await shop.scan(P1, Status.IN_TRANSIT)
    said: list[str] = []
    event.listen(shop.database.engine.sync_engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    assert await shop.new_sweep().once() == 0
    assert not [statement for statement in said if statement.startswith(("UPDATE", "INSERT", "DELETE"))]


async def with_history(shop: Watched, parcels: int, hours: float) -> None:
    """Let parcels be scanned every so many hours, on five working days in a row, and arrive."""
    start = shop.clock.now()
    updates = []
    for n in range(parcels):
        number = f"1Z999AA1099999{n:04}"
        moments = [start + timedelta(hours=hours * step) for step in range(4)]
        told = [*(TrackingEvent(Status.IN_TRANSIT, at, at, "ups") for at in moments[:3])]
        told.append(TrackingEvent(Status.DELIVERED, moments[3], moments[3], "ups"))
        updates += [EventUpdate(number, one, "ups", service="UPS Ground") for one in told]
    await shop.ingest.record_events(updates)


async def test_what_is_normal_is_learnt_and_used(shop: Watched) -> None:
    await with_history(shop, 300, 12)
    shop.clock.pass_(days=2)
    learnt = await Learning(NormTable(shop.database), shop.clock, breath=0).once()
    ground, ups = learnt["ups", "ups ground", Status.IN_TRANSIT], learnt["ups", "", Status.IN_TRANSIT]
    assert 12 < ground.slower_hours < ups.slower_hours < 15
    assert (ups.count, ups.share) == (900, 1.0)
    shop.silences.forget()
    await shop.order(P1)
    await shop.scan(P1, Status.IN_TRANSIT)
    await shop.watch(hours=16)  # Wednesday noon to Thursday morning: Thanksgiving stops the clock at midnight
    assert await kind_for_readers(shop) is None
    await shop.watch(hours=36)
    assert await kind_for_readers(shop) is FindingKind.STALLED
    async with shop.database.read() as connection:
        row = (await connection.execute(select(findings))).mappings().one()
    assert (row["count"], row["share"]) == (900, 1.0)
    order = await shop.rooms.orders.find("1001")
    assert order is not None
    assert order.shipments[0].country == "US"


async def test_learning_is_done_by_one_and_again_after_six_hours(shop: Watched) -> None:
    await with_history(shop, 50, 12)
    shop.clock.pass_(days=2)
    one, other = (Learning(NormTable(shop.database), shop.clock, breath=0) for _ in range(2))
    assert await one.if_due()
    assert not await one.if_due()
    assert not await other.if_due()
    shop.clock.pass_(hours=7)
    assert await other.if_due()
    async with shop.database.read() as connection:
        rows = (await connection.execute(select(silence_norms.c.service, silence_norms.c.computed_at))).all()
    assert {row.service for row in rows} == {"", "ups ground"}
    assert {row.computed_at for row in rows} == {shop.clock.now()}


async def test_learning_reads_no_more_than_it_may(shop: Watched) -> None:
    await with_history(shop, 250, 12)
    shop.clock.pass_(days=2)
    learnt = await Learning(NormTable(shop.database), shop.clock, most=100, breath=0).once()
    assert learnt["ups", "", Status.IN_TRANSIT].count == 300
