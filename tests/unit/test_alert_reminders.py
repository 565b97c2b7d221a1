"""What is said only because time passes: on the morning of the day, by a good estimate, and while a parcel waits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from actions import times
from actions.zones import zone_of
from alerts.ports import Ahead, Look
from alerts.reminders import Reminders
from tests.alerted import RULES
from tests.desks import FrozenClock
from tracking.facts import Fact, Occasion
from tracking.model import Address, DeliveryWindow, Order, ShipmentState, Status, TrackingEvent
from tracking.records import ShipmentRecord
from tracking.reminding import ahead, look_ahead_at

DAY = timedelta(days=1)
LATEST = datetime(2026, 11, 24, 18, tzinfo=UTC)
NEW_YORK = Order("1001", LATEST, ship_to=Address("10001", "New York", "NY", "US"))
NOWHERE = Order("1002", LATEST)


class _Nothing:
    async def look(self, *_: object) -> int:
        return 0


FOUND = Reminders(_Nothing(), RULES, times, zone_of, UTC, FrozenClock())


def on_its_way(status: Status = Status.IN_TRANSIT, made_at: datetime = LATEST - DAY) -> ShipmentRecord:
    window = DeliveryWindow(LATEST - timedelta(hours=6), LATEST, made_at, "ups")
    return ShipmentRecord("1Z", "1Z", LATEST - 5 * DAY, state=ShipmentState(status, LATEST - DAY), estimate=window)


def said(record: ShipmentRecord, now: datetime, *orders: Order) -> Look:
    return FOUND.judge(Ahead(record, orders or (NOWHERE,)), now)


def test_it_is_said_in_the_morning_of_the_day_by_the_clock_of_the_address() -> None:
    eight = datetime(2026, 11, 24, 13, tzinfo=UTC)
    first = look_ahead_at(on_its_way())
    assert first is not None
    assert said(on_its_way(), first, NEW_YORK) == Look(again=eight)
    assert said(on_its_way(), eight - timedelta(seconds=1), NEW_YORK) == Look(again=eight)
    (fact,) = said(on_its_way(), eight, NEW_YORK).facts
    assert (fact.occasion, fact.order, fact.parcel, fact.mark) == (Occasion.ARRIVING_TODAY, "1001", "1Z", "2026-11-24")
    later = said(on_its_way(), eight + timedelta(hours=3), NEW_YORK)
    assert later.again is None
    assert [one.key for one in later.facts] == [fact.key]


def test_two_orders_in_one_parcel_have_mornings_of_their_own() -> None:
    both = said(on_its_way(), datetime(2026, 11, 24, 9, tzinfo=UTC), NEW_YORK, NOWHERE)
    assert [fact.order for fact in both.facts] == ["1002"]
    assert both.again == datetime(2026, 11, 24, 13, tzinfo=UTC)


MORNING = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "record",
    [
        on_its_way(made_at=MORNING - 3 * DAY - timedelta(minutes=1)),
        on_its_way(Status.OUT_FOR_DELIVERY),
        on_its_way(Status.DELIVERED),
        on_its_way(Status.DELAYED),
        on_its_way(Status.LABEL_CREATED),
        replace(on_its_way(), estimate=None),
        replace(on_its_way(), events=(TrackingEvent(Status.OUT_FOR_DELIVERY, MORNING, MORNING, "ups"),)),
    ],
)
def test_it_is_not_said_by_an_old_estimate_or_of_what_is_elsewhere(record: ShipmentRecord) -> None:
    assert said(record, MORNING) == Look()


@pytest.mark.parametrize("late", [DAY, -DAY])
def test_yesterday_and_tomorrow_are_not_today(late: timedelta) -> None:
    assert said(on_its_way(made_at=MORNING + late), MORNING + late).facts == ()


def waiting(since: datetime) -> ShipmentRecord:
    return ShipmentRecord("1Z", "1Z", since, state=ShipmentState(Status.AVAILABLE_FOR_PICKUP, since))


def test_who_does_not_collect_is_reminded_twice() -> None:
    since = datetime(2026, 11, 20, 23, tzinfo=UTC)
    # Each by day.
    first, second = datetime(2026, 11, 24, 8, tzinfo=UTC), datetime(2026, 11, 27, 8, tzinfo=UTC)
    now, told = look_ahead_at(waiting(since)), []
    while now is not None:
        look = said(waiting(since), now)
        told += [(fact.at, fact) for fact in look.facts]
        now = look.again
    assert [at for at, _ in told] == [first, second]
    assert len({fact.key for _, fact in told}) == 2


def test_a_reminder_that_was_missed_is_not_made_up_for() -> None:
    since = datetime(2026, 11, 20, 12, tzinfo=UTC)
    look = said(waiting(since), since + 5 * DAY)
    assert (look.facts, look.again) == ((), since + 6 * DAY)
    assert said(waiting(since), since + 30 * DAY) == Look()


def test_a_parcel_without_an_order_is_looked_at_again_and_let_go_in_the_end() -> None:
    assert FOUND.judge(Ahead(on_its_way(), ()), MORNING).again == MORNING + timedelta(hours=3)
    assert FOUND.judge(Ahead(on_its_way(), ()), MORNING + 20 * DAY) == Look()


def test_a_scan_that_changes_nothing_leaves_the_time_as_it_was() -> None:
    planned = replace(on_its_way(), remind_at=MORNING)
    assert ahead(planned, planned).remind_at == MORNING
    again = replace(planned, state=ShipmentState(Status.PICKED_UP, LATEST))
    assert ahead(planned, again).remind_at == MORNING
    assert ahead(planned, replace(planned, state=ShipmentState(Status.DELIVERED, LATEST))).remind_at is None
    assert ahead(None, on_its_way()).remind_at == LATEST - timedelta(hours=38)


def test_facts_of_different_days_differ() -> None:
    keys = {fact.key for day in (0, 1) for fact in _one_day_later(day)}
    assert len(keys) == 2


def _one_day_later(days: int) -> tuple[Fact, ...]:
    record = on_its_way(made_at=MORNING + days * DAY)
    assert record.estimate
    moved = replace(record.estimate, earliest=LATEST - DAY + days * DAY, latest=LATEST + days * DAY)
    return said(replace(record, estimate=moved), MORNING + days * DAY).facts
