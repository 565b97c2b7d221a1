"""When the shopper is told: not by night, not too late, and not too often."""

from dataclasses import replace
from datetime import UTC, datetime

from store.database import Database
from tests.alerted import HOLD, P1, P2, RULES, Shop, shop
from tests.desks import FrozenClock
from tracking.facts import Occasion
from tracking.model import Address, Contact, Status

pytest_plugins = ["tests.alerted_fixtures"]


async def test_the_night_is_quiet_and_the_morning_tells_what_is_still_true(database: Database) -> None:
    night = FrozenClock(datetime(2026, 11, 23, 22, tzinfo=UTC))
    async with shop(database, clock=night) as told:
        await told.order(P1)
        await told.order(P2, number="1002", customer=Contact("Alex", "alex@example.com", "+12025550101"))
        await told.scan(P1, Status.OUT_FOR_DELIVERY)
        await told.scan(P2, Status.AVAILABLE_FOR_PICKUP)
        await told.work(9 * 3600)
        assert told.texts == []
        await told.scan(P1, Status.DELIVERED)
        await told.work(HOLD)
        assert told.texts == []
        await told.work(3600)
        assert sorted(text.split(". ")[0] for text in told.texts) == [
            "Lantern & Loom: Order 1001 was delivered",
            "Lantern & Loom: Order 1002 is ready to collect",
        ]


async def test_night_is_by_the_clock_of_the_address(database: Database) -> None:
    async with shop(database) as told:
        await told.order(P1, ship_to=Address("94110", "San Francisco", "CA", "US"))
        await told.scan(P1, Status.OUT_FOR_DELIVERY)
        # It is 4 o'clock there.
        await told.work(4 * 3600 - 10)
        assert told.texts == []
        await told.work(20)
        assert len(told.texts) == 1


async def test_a_provider_that_is_down_until_night_waits_for_morning(database: Database) -> None:
    evening = FrozenClock(datetime(2026, 11, 23, 20, 57, tzinfo=UTC))
    async with shop(database, clock=evening) as told:
        await told.order(P1)
        told.phone.refuse("later")
        await told.scan(P1, Status.OUT_FOR_DELIVERY)
        await told.work(HOLD)
        told.phone.refuse("")
        taken = len(told.phone.taken)
        await told.work(3600)
        assert len(told.phone.taken) == taken
        await told.work(11 * 3600)
        assert len(told.phone.taken) == taken + 1


async def test_urgent_news_goes_by_night_and_takes_the_rest_along(database: Database) -> None:
    night = FrozenClock(datetime(2026, 11, 23, 23, tzinfo=UTC))
    async with shop(database, replace(RULES, urgent=frozenset({Occasion.ATTEMPT_FAILED})), night) as told:
        await told.order(P1, P2)
        await told.scan(P1, Status.DELIVERED)
        await told.work()
        await told.scan(P2, Status.ATTEMPT_FAILED)
        await told.work(HOLD)
        (text,) = told.texts
        assert "could not deliver" in text
        await told.work(10 * 3600)
        assert len(told.texts) == 1


async def test_old_news_and_bulk_imports_tell_nothing(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.DELIVERED, minutes=-25 * 60)
    await told.work(HOLD)
    assert (told.texts, told.subjects, await told.jobs("fact")) == ([], [], 0)


async def test_nobody_gets_more_than_enough(database: Database) -> None:
    async with shop(database, replace(RULES, most_a_day=2)) as told:
        await told.order(P1)
        for status in (Status.OUT_FOR_DELIVERY, Status.ATTEMPT_FAILED, Status.AVAILABLE_FOR_PICKUP):
            await told.scan(P1, status)
            await told.work(HOLD)
        assert len(told.texts) == 2
        assert (await told.states())[2] == ("sms", "ready_for_pickup", "skipped", "enough")
        told.clock.pass_(hours=24)
        await told.scan(P1, Status.DELIVERED)
        await told.work(HOLD)
        assert len(told.texts) == 3


async def test_what_could_not_be_told_for_days_is_dropped(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.IN_TRANSIT)
    told.clock.pass_(days=3)
    await told.work(HOLD)
    assert told.subjects == []
