"""What is told on which medium, when, and for how long it stays true; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from tracking.facts import MOVED, Occasion
from tracking.model import FINAL, Order, Shipment, Status
from tracking.quiet import GENERAL
from tracking.reminding import ARRIVING

FIRST = (
    Occasion.ATTEMPT_FAILED,
    Occasion.READY_FOR_PICKUP,
    Occasion.DELIVERED,
    Occasion.OUT_FOR_DELIVERY,
    Occasion.ARRIVING_TODAY,
    Occasion.PICKUP_REMINDER,
    Occasion.EXCEPTION,
    Occasion.CUSTOMS,
    Occasion.RETURNED,
    Occasion.RETURNING,
    Occasion.QUIET,
    Occasion.REFUND,
    Occasion.DELAYED,
    Occasion.ARRIVAL_MOVED,
    Occasion.SHIPPED,
    Occasion.ORDER_RECEIVED,
)
"""Of several facts in one message, the earlier one here leads."""

_HELD = frozenset({Status.EXCEPTION, Status.DELAYED})
_STILL: Mapping[Occasion, frozenset[Status]] = {
    Occasion.SHIPPED: frozenset({Status.PICKED_UP, Status.IN_TRANSIT}),
    Occasion.ARRIVING_TODAY: ARRIVING,
    Occasion.OUT_FOR_DELIVERY: frozenset({Status.OUT_FOR_DELIVERY}),
    Occasion.DELIVERED: frozenset({Status.DELIVERED}),
    Occasion.ATTEMPT_FAILED: frozenset({Status.ATTEMPT_FAILED}),
    Occasion.READY_FOR_PICKUP: frozenset({Status.AVAILABLE_FOR_PICKUP}),
    Occasion.PICKUP_REMINDER: frozenset({Status.AVAILABLE_FOR_PICKUP}),
    Occasion.DELAYED: frozenset({Status.DELAYED}),
    Occasion.EXCEPTION: _HELD,
    Occasion.CUSTOMS: _HELD,
    Occasion.RETURNING: frozenset({Status.RETURNING}),
    Occasion.RETURNED: frozenset({Status.RETURNED}),
    # Whether it is quiet still, its scans say; see `alerts.wording`.
    Occasion.QUIET: frozenset(GENERAL),
    Occasion.ARRIVAL_MOVED: frozenset(Status) - FINAL - {Status.RETURNING, Status.AVAILABLE_FOR_PICKUP},
}
"""The states of a parcel in which it is still worth telling."""
_NOT_SENT = frozenset({Status.PENDING, Status.LABEL_CREATED, Status.UNKNOWN, Status.CANCELLED})


@dataclass(frozen=True, slots=True)
class Rules:
    """What a shop tells. `media`: what is told on each medium; `fallback`: the medium to try where one does not work.

    Of each list in `one_of`, the first medium that reaches a shopper tells what several of them would. `subscribed`
    are media for those who asked for them, `merchant` those for the merchant: these hear of each fact at once and
    alone, however many there are.

    `urgent` is told in the quiet hours too, and until `delivered_until` that a parcel was delivered on that very day.
    Facts wait for `hold`, so that those that come together are told together. Nobody gets more than `most_a_day`
    messages about one order in 24 hours, nor one older than `too_old`. `important` is what they get who want only that.

    An estimate has to move by more than `moved`; by one older than `estimate_good`, nothing is said to arrive today.
    Who doesn't collect a parcel is reminded every `remind_after`, `most_reminders` times.
    """

    media: Mapping[str, frozenset[Occasion]]
    urgent: frozenset[Occasion]
    quiet_from: time
    quiet_until: time
    hold: timedelta
    most_a_day: int
    too_old: timedelta
    fallback: Mapping[str, str]
    one_of: Sequence[Sequence[str]] = ()
    subscribed: frozenset[str] = frozenset()
    merchant: frozenset[str] = frozenset()
    delivered_until: time | None = None
    important: frozenset[Occasion] = frozenset(Occasion)
    moved: timedelta = MOVED
    estimate_good: timedelta = timedelta(days=3)
    remind_after: timedelta = timedelta(days=3)
    most_reminders: int = 2

    def stand_ins(self, medium: str) -> Sequence[str]:
        """The media to try where one does not work: its fallback, that one's own, and so on."""
        chain = [medium]
        while (other := self.fallback.get(chain[-1], "")) and other not in chain:
            chain.append(other)
        return chain[1:]

    def before(self, medium: str) -> Sequence[str]:
        """The media that tell an occasion so that this one need not, where they reach somebody."""
        return [one for group in self.one_of if medium in group for one in group[: list(group).index(medium)]]

    def due(self, occasion: Occasion, at: datetime, now: datetime, zone: tzinfo) -> datetime:
        """When to tell a fact of `at` that comes now."""
        return self.open_at(occasion, at, now + self.hold, zone)

    def open_at(self, occasion: Occasion, at: datetime, ready: datetime, zone: tzinfo) -> datetime:
        """When a fact of `at` may be told that is ready to be."""
        if occasion in self.urgent or (occasion is Occasion.DELIVERED and self._is_of_this_evening(at, ready, zone)):
            return ready.astimezone(UTC)
        return self.awake(ready, zone)

    def _is_of_this_evening(self, at: datetime, ready: datetime, zone: tzinfo) -> bool:
        here = ready.astimezone(zone)
        late = self.quiet_from <= here.time().replace(tzinfo=None) < (self.delivered_until or self.quiet_from)
        return late and self.quiet_from > self.quiet_until and at.astimezone(zone).date() == here.date()

    def awake(self, at: datetime, zone: tzinfo) -> datetime:
        """Return `at` itself (in UTC), or the end of the quiet hours it falls into."""
        here = at.astimezone(zone)
        clock = here.time().replace(tzinfo=None)
        overnight = self.quiet_from > self.quiet_until
        inside = (
            clock >= self.quiet_from or clock < self.quiet_until
            if overnight
            else self.quiet_from <= clock < self.quiet_until
        )
        if not inside:
            return at.astimezone(UTC)
        day = here.date() + timedelta(days=1 if overnight and clock >= self.quiet_from else 0)
        # Through the zone anew: the night may be an hour longer or shorter.
        return max(datetime.combine(day, self.quiet_until, zone).astimezone(UTC), at.astimezone(UTC))


def lead(occasions: Iterable[Occasion]) -> Occasion:
    """Return the one that matters most."""
    return min(occasions, key=FIRST.index)


def still_true(occasion: Occasion, parcel: Shipment) -> bool:
    """Whether a parcel has not moved on since."""
    return parcel.status in _STILL.get(occasion, frozenset())


def still_new(order: Order) -> bool:
    """Whether "we have your order" is still news: nothing of it has gone out or been called off."""
    return not order.cancelled and all(parcel.status in _NOT_SENT for parcel in order.shipments)
