"""Finds what is to be told only because time passes: that a parcel arrives today, or still waits to be collected."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from alerts.ports import Ahead, Look, ReminderStore, Words, ZoneOf
from alerts.rules import Rules
from tracking.facts import Fact, arriving_today, pickup_reminder
from tracking.keys import order_key
from tracking.model import Order, Shipment, Status
from tracking.ports import Clock
from tracking.records import ShipmentRecord
from tracking.reminding import ARRIVING

AT_ONCE = 200
_MISSED = timedelta(days=1)
"""A reminder whose time passed so long ago, because nothing ran, is not made up for."""
_WITHOUT_ORDER, _CLAIMED_WITHIN = timedelta(hours=3), timedelta(days=14)
_NOTHING = Look()


@dataclass(frozen=True, slots=True)
class Reminders:
    """Looks at the parcels whose time has come, some at a time. Several may, at once: each is looked at by one."""

    store: ReminderStore
    rules: Rules
    words: Words
    zone_of: ZoneOf
    shop_zone: tzinfo
    clock: Clock

    async def once(self) -> int:
        """Look at some of what is due and return how many parcels that were. Raises Unavailable."""
        now = self.clock.now()
        return await self.store.look(now, AT_ONCE, lambda found: self.judge(found, now))

    def judge(self, found: Ahead, now: datetime) -> Look:
        """What is to be told of a parcel now, to the customer of each order that holds it, and when to look again."""
        if not found.orders:
            # It may become one's yet; one that nobody claims is let go after a while.
            return Look(again=now + _WITHOUT_ORDER) if now - found.parcel.known_since < _CLAIMED_WITHIN else _NOTHING
        looks = [self._look(found.parcel, order, now) for order in found.orders]
        again = [look.again for look in looks if look.again]
        return Look(tuple(fact for look in looks for fact in look.facts), min(again, default=None))

    def _look(self, parcel: ShipmentRecord, order: Order, now: datetime) -> Look:
        if parcel.state.status in ARRIVING:
            return self._arriving(parcel, order, now)
        if parcel.state.status is Status.AVAILABLE_FOR_PICKUP and parcel.state.status_at:
            return self._waiting(parcel, order, parcel.state.status_at, now)
        return _NOTHING

    def _arriving(self, parcel: ShipmentRecord, order: Order, now: datetime) -> Look:
        """On the morning of the day that the carrier's estimate ends on."""
        if parcel.estimate is None:
            return _NOTHING
        _, day, today = self.words.window_days(parcel.estimate, now, order)
        morning = self.rules.awake(datetime.combine(day, time.min, self._zone(order)), self._zone(order))
        if now < morning:
            return Look(again=morning)
        good = now - parcel.estimate.made_at <= self.rules.estimate_good
        if day != today or not good or self._was_out(parcel, order, now):
            return _NOTHING
        return Look((arriving_today(parcel.key, order_key(order.number), day, now),))

    def _was_out(self, parcel: ShipmentRecord, order: Order, now: datetime) -> bool:
        """Whether it has been on the van today: then that was told, and it may have missed its reader."""
        zone = self._zone(order)
        out = (e.occurred_at for e in parcel.events if e.status is Status.OUT_FOR_DELIVERY)
        return any(at.astimezone(zone).date() == now.astimezone(zone).date() for at in out)

    def _waiting(self, parcel: ShipmentRecord, order: Order, since: datetime, now: datetime) -> Look:
        """Each time that it has waited so long again."""
        facts: tuple[Fact, ...] = ()
        for number, at in self._times(since, self._zone(order)):
            if now < at:
                return Look(facts, at)
            if now - at <= _MISSED:
                facts = (pickup_reminder(parcel.key, order_key(order.number), since, number, at),)
        return Look(facts)

    def _times(self, since: datetime, zone: tzinfo) -> Iterator[tuple[int, datetime]]:
        for number in range(1, self.rules.most_reminders + 1):
            yield number, self.rules.awake(since + number * self.rules.remind_after, zone)

    def _zone(self, order: Order) -> tzinfo:
        return self.zone_of(order.ship_to) or self.shop_zone


def arrives_today(order: Order, parcel: Shipment, now: datetime, words: Words) -> bool:
    """Whether a parcel's estimate still ends today, by the clock of its order."""
    if parcel.estimate is None:
        return False
    _, day, today = words.window_days(parcel.estimate, now, order)
    return day == today
