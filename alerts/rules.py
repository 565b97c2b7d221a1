"""What is told on which medium, when, and for how long it stays true; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from tracking.facts import Occasion
from tracking.model import FINAL, Order, Shipment, Status

FIRST = (
    Occasion.ATTEMPT_FAILED,
    Occasion.READY_FOR_PICKUP,
    Occasion.DELIVERED,
    Occasion.OUT_FOR_DELIVERY,
    Occasion.EXCEPTION,
    Occasion.CUSTOMS,
    Occasion.RETURNED,
    Occasion.RETURNING,
    Occasion.DELAYED,
    Occasion.ARRIVAL_MOVED,
    Occasion.SHIPPED,
    Occasion.ORDER_RECEIVED,
)
"""Of several facts in one message, the earlier one here leads."""

_HELD = frozenset({Status.EXCEPTION, Status.DELAYED})
_STILL: Mapping[Occasion, frozenset[Status]] = {
    Occasion.SHIPPED: frozenset({Status.PICKED_UP, Status.IN_TRANSIT}),
    Occasion.OUT_FOR_DELIVERY: frozenset({Status.OUT_FOR_DELIVERY}),
    Occasion.DELIVERED: frozenset({Status.DELIVERED}),
    Occasion.ATTEMPT_FAILED: frozenset({Status.ATTEMPT_FAILED}),
    Occasion.READY_FOR_PICKUP: frozenset({Status.AVAILABLE_FOR_PICKUP}),
    Occasion.DELAYED: frozenset({Status.DELAYED}),
    Occasion.EXCEPTION: _HELD,
    Occasion.CUSTOMS: _HELD,
    Occasion.RETURNING: frozenset({Status.RETURNING}),
    Occasion.RETURNED: frozenset({Status.RETURNED}),
    Occasion.ARRIVAL_MOVED: frozenset(Status) - FINAL - {Status.RETURNING, Status.AVAILABLE_FOR_PICKUP},
}
"""The states of a parcel in which it is still worth telling."""
_NOT_SENT = frozenset({Status.PENDING, Status.LABEL_CREATED, Status.UNKNOWN, Status.CANCELLED})


@dataclass(frozen=True, slots=True)
class Rules:
    """What a shop tells. `media`: what is told on each medium; `fallback`: the medium to try where one does not work.

    `urgent` is told in the quiet hours too. Facts wait for `hold`, so that those that come together are told together.
    Nobody gets more than `most_a_day` messages about one order in 24 hours, nor one older than `too_old`.
    """

    media: Mapping[str, frozenset[Occasion]]
    urgent: frozenset[Occasion]
    quiet_from: time
    quiet_until: time
    hold: timedelta
    most_a_day: int
    too_old: timedelta
    fallback: Mapping[str, str]

    def due(self, occasion: Occasion, now: datetime, zone: tzinfo) -> datetime:
        """When to tell a fact that comes now."""
        ready = now + self.hold
        return ready if occasion in self.urgent else self.awake(ready, zone)

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
