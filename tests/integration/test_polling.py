"""Parcels are asked about when it matters, at carriers' stand-ins over HTTP, and what they answer is stored."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from store.database import Database
from tests.carrier_stands.base import Fault
from tests.polling_place import START, Place, counted, polling_at
from tracking.model import Status
from tracking.polling import LONGEST_RETRY

UPS, USPS = "1Z5R89390357567127", "9405803699300124287899"
NUMBERS = ["1Z5R89390357567127", "1Z879E930346834440", "1Z410E7W0392751591", "1Z8V92A70367203024", "1ZXX3150YW44070023"]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
async def place(database: Database) -> AsyncIterator[Place]:
    async with polling_at(database, "usps") as place:
        yield place


@pytest.fixture
async def two(database: Database) -> AsyncIterator[Place]:
    async with polling_at(database, "ups", "usps") as place:
        yield place


async def test_a_new_parcel_is_asked_about_at_once_and_stored(place: Place) -> None:
    poller, before = await place.ready("usps"), counted("usps", "found")
    place.know("usps", USPS, "label", "transit")
    await place.add(USPS, "usps")
    await place.until_idle(poller)
    shipment, row = await place.shipment(USPS), await place.row(USPS)
    assert shipment.status is Status.IN_TRANSIT
    assert len(shipment.events) == 2
    assert shipment.estimate is not None
    assert shipment.last_checked_at is not None
    assert 2 * HOUR <= row["next_check_at"] - shipment.last_checked_at <= 4 * HOUR
    assert place.asked("usps") == [USPS]
    assert counted("usps", "found") == before + 1


async def test_it_is_asked_again_when_it_is_due_and_not_before(place: Place) -> None:
    poller = await place.ready("usps")
    place.know("usps", USPS, "out")
    await place.add(USPS, "usps")
    await place.until_idle(poller)
    place.time.pass_(minutes=14)
    await place.until_idle(poller)
    assert len(place.asked("usps")) == 1
    place.time.pass_(minutes=1)
    place.know("usps", USPS, "out", "delivered")
    await place.until_idle(poller)
    assert len(place.asked("usps")) == 2
    assert (await place.shipment(USPS)).status is Status.DELIVERED


async def test_a_delivery_is_followed_for_three_days_and_no_longer(place: Place) -> None:
    poller = await place.ready("usps")
    place.know("usps", USPS, "out", "delivered")
    place.stands["usps"].parcels[USPS].at = [place.time.now() - HOUR, place.time.now()]
    await place.add(USPS, "usps")
    for _ in range(10):
        await place.until_idle(poller)
        place.time.pass_(days=1)
    assert len(place.asked("usps")) == 3
    assert (await place.row(USPS))["next_check_at"] is None


async def test_not_found_moves_last_checked_and_nothing_else(place: Place) -> None:
    poller, before = await place.ready("usps"), counted("usps", "not_found")
    await place.add(USPS, "usps")
    await place.until_idle(poller)
    shipment, row = await place.shipment(USPS), await place.row(USPS)
    assert (shipment.status, shipment.events) == (Status.PENDING, ())
    assert row["last_checked_at"] == row["not_found_since"] == shipment.last_checked_at
    assert shipment.last_checked_at is not None
    assert 6 * HOUR <= row["next_check_at"] - shipment.last_checked_at <= 12 * HOUR
    assert counted("usps", "not_found") == before + 1


@pytest.mark.parametrize("fault", [Fault(500), Fault(200, b"<html>"), Fault(lost=True)], ids=["500", "garbage", "lost"])
async def test_a_failed_question_is_no_answer(place: Place, fault: Fault) -> None:
    poller = await place.ready("usps")
    place.know("usps", USPS, "transit")
    await place.add(USPS, "usps")
    place.stands["usps"].faults = [fault] * 9
    before = place.time.now()
    await poller.once()
    row = await place.row(USPS)
    assert (row["last_checked_at"], row["checks_failed"]) == (None, 1)
    assert 3.75 * MINUTE <= row["next_check_at"] - before <= 7 * MINUTE
    assert (await place.shipment(USPS)).events == ()
    notes = (await place.polls.notes())["usps"]
    assert notes.last_answered_at is None
    place.stands["usps"].faults = []
    place.time.pass_(minutes=40)
    await place.until_idle(poller)
    row = await place.row(USPS)
    assert (row["status"], row["checks_failed"]) == ("in_transit", 0)


async def test_pauses_after_failures_grow(place: Place) -> None:
    poller, waits = await place.ready("usps"), []
    await place.add(USPS, "usps")
    place.stands["usps"].faults = [Fault(200, b"<html>")] * 30
    for _ in range(4):
        before = place.time.now()
        await poller.once()
        waits.append((await place.row(USPS))["next_check_at"] - before)
        place.time.seconds += waits[-1].total_seconds()
    assert waits == sorted(waits)
    assert waits[-1] >= 30 * MINUTE


async def test_a_question_that_is_refused_is_not_asked_again_soon(two: Place) -> None:
    poller = await two.ready("ups")
    await two.add(UPS, "ups")
    two.stands["ups"].faults = [Fault(400, b'{"response": {"errors": [{"code": "TV0003"}]}}')] * 2
    await poller.once()
    row = await two.row(UPS)
    assert row["last_checked_at"] is None
    assert row["next_check_at"] - two.time.now() >= LONGEST_RETRY - MINUTE


async def test_a_source_that_asks_for_a_pause_gets_it_from_all(place: Place) -> None:
    first, second = await place.ready("usps"), await place.poller("usps")
    await place.add(USPS, "usps")
    place.stands["usps"].faults = [Fault(429, retry_after="1800")]
    await first.once()
    assert len(place.stands["usps"].asked) == 1
    assert (await place.row(USPS))["checks_failed"] == 0
    await first.once()
    await place.polls.release("usps", first._around.holder)
    for minutes in (1, 28):
        place.time.pass_(minutes=minutes)
        await second.once()
        assert len(place.stands["usps"].asked) == 1
    place.time.pass_(minutes=2)
    await place.until_idle(second)
    assert len(place.stands["usps"].asked) == 2


async def test_a_source_that_does_not_let_us_in_is_left_alone(two: Place) -> None:
    poller = await two.ready("ups")
    two.values["ups_client_secret"] = "wrong"
    poller = await two.poller("ups")
    await two.polls.release("ups", two.pollers[0]._around.holder)
    for place_, number in enumerate(NUMBERS):
        await two.add(number, "ups", f"100{place_}")
    await poller.once()
    two.time.pass_(seconds=2)
    await poller.once()
    two.time.pass_(minutes=10)
    tokens = two.stands["ups"].tokens
    asked = counted("ups", "denied")
    assert asked >= 5
    two.time.pass_(seconds=1)
    await poller.once()
    await poller.once()
    assert two.stands["ups"].tokens == tokens
    assert (await two.polls.notes())["ups"].last_error == "denied"
    assert (await two.polls.notes())["ups"].last_answered_at is None


async def test_those_due_the_longest_come_first_and_those_out_for_delivery_in_between(place: Place) -> None:
    numbers = [f"94058036993001242{n:05}" for n in range(10)]
    for n, number in enumerate(numbers):
        await place.add(number, "usps", f"10{n}")
        status = "out_for_delivery" if n >= 7 else "in_transit"
        await place.change(number, next_check_at=START - HOUR + n * MINUTE, status=status)
    found = [due.tracking_number for due in await place.polls.due(["usps"], START, 6)]
    assert found == [numbers[7], numbers[0], numbers[8], numbers[1], numbers[9], numbers[2]]
    assert await place.polls.due(["ups", ""], START, 6) == []
    assert await place.polls.due(["usps"], START - 2 * HOUR, 6) == []
    assert await place.polls.oldest(["ups", "usps"]) == START - HOUR
    assert await place.polls.codes() == ["usps"]
