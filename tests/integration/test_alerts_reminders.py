"""What is told because time passes, of refunds and with proofs, from the report to the shopper, on each database."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from actions import times
from actions.zones import zone_of
from alerts.reminders import Reminders
from store.database import Database
from store.reminders import ReminderTable
from store.support_tables import outbox
from store.tables import shipments
from tests.alerted import HOLD, LONDON, P1, P2, RULES, Shop, shop
from tests.desks import FrozenClock
from tracking.facts import Occasion
from tracking.model import DeliveryWindow, Money, Refund, Status

pytest_plugins = ["tests.alerted_fixtures"]
HOUR = timedelta(hours=1)


def looking(told: Shop, rules: object = RULES) -> Reminders:
    table = ReminderTable(told.database)
    return Reminders(table, rules, times, zone_of, UTC, told.clock)  # type: ignore[arg-type]


async def go_on(told: Shop, hours: float) -> None:
    """Let time pass, looking every half hour."""
    for _ in range(int(hours * 2)):
        told.clock.pass_(seconds=1800)
        while await looking(told).once():
            pass
        await told.work()


def tomorrow(told: Shop) -> DeliveryWindow:
    evening = told.clock.now().replace(hour=18) + timedelta(days=1)
    return DeliveryWindow(evening - 4 * HOUR, evening, told.clock.now(), "ups")


async def test_arriving_today_is_told_once_in_the_morning(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.IN_TRANSIT, estimate=tomorrow(told))
    await go_on(told, 19)
    assert told.subjects == ["Your order 1001 is on its way"]
    await go_on(told, 2)
    assert told.subjects[1:] == ["Your order 1001 arrives today"]
    text = told.mails.taken[1].get_body(("plain",)).get_content()
    assert "Order 1001 is expected today between 2:00 pm and 6:00 pm." in text
    await told.scan(P1, Status.IN_TRANSIT, estimate=replace(tomorrow(told), latest=told.clock.now() + 8 * HOUR))
    await go_on(told, 5)
    assert len(told.subjects) == 2


async def test_on_the_van_it_is_not_said_any_more(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.IN_TRANSIT, estimate=tomorrow(told))
    await go_on(told, 18)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await go_on(told, 1)
    await told.scan(P1, Status.IN_TRANSIT, minutes=1)
    await go_on(told, 6)
    assert told.subjects == ["Your order 1001 is on its way"]


async def test_what_moves_to_another_day_within_the_minutes_that_it_waits_is_dropped(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.IN_TRANSIT, estimate=tomorrow(told))
    await told.work(HOLD)
    told.clock.pass_(hours=20)
    while await looking(told).once():
        pass
    later = replace(tomorrow(told), latest=tomorrow(told).latest + 24 * HOUR)
    await told.scan(P1, Status.IN_TRANSIT, estimate=later)
    await told.work(HOLD)
    # Both were to be one mail; only one of them is still true.
    assert told.subjects[1:] == ["A new arrival time for your order 1001"]
    assert "expected today" not in told.mails.taken[1].get_body(("plain",)).get_content()


async def test_who_does_not_collect_is_reminded(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.AVAILABLE_FOR_PICKUP, location="Corner Shop")
    await go_on(told, 7 * 24)
    assert [text.split(": ", 1)[1].split(" https")[0] for text in told.texts] == [
        "Order 1001 is ready to collect at Corner Shop.",
        "Order 1001 is still to be collected at Corner Shop, since Monday.",
        "Order 1001 is still to be collected at Corner Shop, since Monday.",
    ]


async def test_who_has_collected_is_not(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.AVAILABLE_FOR_PICKUP)
    await go_on(told, 2 * 24)
    await told.scan(P1, Status.DELIVERED)
    await go_on(told, 5 * 24)
    assert [text for text in told.texts if "still" in text] == []


async def test_many_look_at_each_parcel_once(told: Shop) -> None:
    for n in range(450):
        await told.order(f"1Z999AA1012345{n:04}", number=f"30{n:03}")
        await told.scan(f"1Z999AA1012345{n:04}", Status.IN_TRANSIT, estimate=tomorrow(told))
    told.clock.pass_(hours=20)
    looked = await asyncio.gather(*(_all_of(looking(told)) for _ in range(4)))
    # Each twice: once to find out when its morning is, and once in it, which is now.
    assert sum(looked) == 450
    wanted = select(func.count()).where(
        outbox.c.key.like("fact:%"), outbox.c.payload["occasion"].as_string() == "arriving_today"
    )
    async with told.database.read() as connection:
        assert (await connection.execute(wanted)).scalar() == 450
        left = select(func.count()).select_from(shipments).where(shipments.c.remind_at.is_not(None))
        assert (await connection.execute(left)).scalar() == 0


async def _all_of(found: Reminders) -> int:
    count = 0
    while some := await found.once():
        count += some
    return count


async def test_a_refund_is_told_once_however_it_is_reported(told: Shop) -> None:
    now = told.clock.now()
    await told.order()
    first = Refund("r-1", Money(Decimal("12.50"), "USD"), now)
    for refunds in ((first,), (first,), (replace(first, id="other"),)):
        await told.order(refunds=refunds)
        await told.work(HOLD)
    (mail,) = told.mails.taken
    assert mail["Subject"] == "A refund for your order 1001"
    assert "We have refunded 12.50 USD for order 1001." in mail.get_body(("plain",)).get_content()
    await told.order(refunds=(Refund("r-2", Money(Decimal(3), "USD"), told.clock.now()),))
    await told.work(HOLD)
    assert "We have refunded 3.00 USD" in told.mails.taken[1].get_body(("plain",)).get_content()
    order = await told.orders.find("1001")
    assert order is not None
    assert [refund.id for refund in order.refunds] == ["other", "r-1", "r-2"]


async def test_last_years_refund_is_no_news(told: Shop) -> None:
    await told.order(refunds=(Refund("r-1", Money(Decimal(5), "USD"), told.clock.now() - timedelta(days=300)),))
    await told.work(HOLD)
    assert told.subjects == []


async def test_a_delivery_is_told_with_its_proof(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.DELIVERED, description="Delivered, Front Door/Porch", signed_by="R. DOE")
    await told.work(HOLD)
    assert "Order 1001 was delivered. It was left at the front door. Signed for by R. DOE. https" in told.texts[0]


async def test_what_is_told_late_says_when_it_happened(database: Database) -> None:
    evening = FrozenClock(datetime(2026, 11, 23, 18, tzinfo=UTC))
    async with shop(database, clock=evening) as told:
        await told.order(P1, P2)
        await told.scan(P1, Status.DELIVERED, minutes=-10 * 60 + 70)
        await told.work(HOLD)
        await told.scan(P2, Status.IN_TRANSIT, minutes=-60)
        await told.work(HOLD)
        assert "1 of 2 parcels of order 1001 was delivered today at 9:10 am." in told.texts[0]
        assert "said so" not in told.mails.taken[0].get_body(("plain",)).get_content()


@pytest.mark.parametrize(("hours", "told_now"), [(24, False), (2, True)])
async def test_delivered_this_evening_is_told_this_evening(database: Database, hours: int, told_now: bool) -> None:
    evening = FrozenClock(datetime(2026, 11, 23, 21, 30, tzinfo=UTC))
    async with shop(database, clock=evening) as told:
        await told.order(P1, ship_to=LONDON)
        await told.scan(P1, Status.DELIVERED, minutes=-hours * 60 + 10)
        await told.work(HOLD)
        assert len(told.texts) == told_now
        await told.work(11 * 3600)
        assert len(told.texts) == 1


async def test_the_threshold_of_a_move_is_the_shops(told: Shop) -> None:
    told.ingest._moved = 2 * HOUR
    await told.order(P1)
    start = tomorrow(told)
    await told.scan(P1, Status.IN_TRANSIT, estimate=start)
    for more in (2, 5):
        moved = replace(start, latest=start.latest + more * HOUR, made_at=start.made_at + more * HOUR / 60)
        await told.scan(P1, Status.IN_TRANSIT, minutes=more, estimate=moved)
    assert [fact for fact in await _facts(told) if fact == Occasion.ARRIVAL_MOVED] == ["arrival_moved"]


async def _facts(told: Shop) -> list[str]:
    async with told.database.read() as connection:
        rows = await connection.execute(select(outbox.c.payload).where(outbox.c.kind == "fact"))
        return [row.payload["occasion"] for row in rows]
