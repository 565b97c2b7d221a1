"""A made-up fleet of parcels for `bench.polling`: how each of them fares, hour by hour; asks nobody.

Times are seconds since a midnight. A parcel's label is made 6 to 48 hours before its carrier has it; it is on the road
for one to four days and goes out between 7 and 9 in the morning. Of a hundred parcels, 4 are held up on the way (some
of those go back), 4 find nobody at home and 2 are left at a shop. Whoever is done makes room for a new parcel.
"""

import random
from array import array
from collections.abc import Callable

from tracking.model import Status
from tracking.polling import DELIVERED_FOR

HOUR, DAY = 3600.0, 86_400.0
NEVER = float("inf")
STATUSES = tuple(Status)
_OLDEST = 16 * DAY
_CODE = {status: place for place, status in enumerate(STATUSES)}
_KEPT = DELIVERED_FOR.total_seconds()

Step = tuple[Status, float]


def _label(at: float, chance: random.Random) -> Step:
    return Status.PICKED_UP, at + chance.uniform(6, 48) * HOUR


def _picked_up(at: float, chance: random.Random) -> Step:
    return Status.IN_TRANSIT, at + chance.uniform(4, 12) * HOUR


def _in_transit(at: float, chance: random.Random) -> Step:
    if chance.random() < 0.04:
        return Status.EXCEPTION, at + chance.uniform(12, 60) * HOUR
    return Status.OUT_FOR_DELIVERY, _morning(at + chance.uniform(18, 96) * HOUR, chance)


def _exception(at: float, chance: random.Random) -> Step:
    status = Status.RETURNING if chance.random() < 0.15 else Status.IN_TRANSIT
    return status, at + chance.uniform(12, 48) * HOUR


def _out(at: float, chance: random.Random) -> Step:
    fate, later = chance.random(), at + chance.uniform(1, 11) * HOUR
    if fate < 0.04:
        return Status.ATTEMPT_FAILED, later
    return (Status.AVAILABLE_FOR_PICKUP if fate < 0.06 else Status.DELIVERED), later


def _attempt_failed(at: float, chance: random.Random) -> Step:
    return Status.OUT_FOR_DELIVERY, _morning(at + 6 * HOUR, chance)


def _at_shop(at: float, chance: random.Random) -> Step:
    return Status.DELIVERED, at + chance.uniform(6, 96) * HOUR


def _returning(at: float, chance: random.Random) -> Step:
    return Status.RETURNED, at + chance.uniform(72, 168) * HOUR


_NEXT: dict[Status, Callable[[float, random.Random], Step]] = {
    Status.LABEL_CREATED: _label,
    Status.PICKED_UP: _picked_up,
    Status.IN_TRANSIT: _in_transit,
    Status.EXCEPTION: _exception,
    Status.OUT_FOR_DELIVERY: _out,
    Status.ATTEMPT_FAILED: _attempt_failed,
    Status.AVAILABLE_FOR_PICKUP: _at_shop,
    Status.RETURNING: _returning,
}


def _morning(at: float, chance: random.Random) -> float:
    return (at // DAY + 1) * DAY + chance.uniform(7, 9) * HOUR


class Fleet:
    """So many parcels as they are at time 0 in an even flow of new ones, and as they fare from then on."""

    def __init__(self, count: int, seed: int) -> None:
        self._chance = random.Random(seed)
        self._status = bytearray(count)
        self._since, self._until = array("d", bytes(8 * count)), array("d", bytes(8 * count))
        self._then = bytearray(count)
        for parcel in range(count):
            self._place(parcel)

    def __len__(self) -> int:
        return len(self._status)

    def _place(self, parcel: int) -> None:
        """Draw parcels that were made in the last days until one is still on its way, or only just delivered."""
        while True:
            self.renew(parcel, -self._chance.random() * _OLDEST)
            status, since = self.at(parcel, 0.0)
            if status is Status.DELIVERED and since > -_KEPT:
                return
            if status in _NEXT:
                return

    def renew(self, parcel: int, at: float) -> None:
        """Let a new parcel, whose label was made just now, take the place of one that is done."""
        self._enter(parcel, Status.LABEL_CREATED, at)

    def at(self, parcel: int, now: float) -> tuple[Status, float]:
        """Return a parcel's status at a time, never earlier than one asked for before, and since when it has it."""
        while self._until[parcel] <= now:
            self._enter(parcel, STATUSES[self._then[parcel]], self._until[parcel])
        return STATUSES[self._status[parcel]], self._since[parcel]

    def changes_at(self, parcel: int) -> float:
        """Return when its next scan is made."""
        return self._until[parcel]

    def _enter(self, parcel: int, status: Status, at: float) -> None:
        step = _NEXT.get(status)
        then, until = step(at, self._chance) if step else (status, NEVER)
        self._status[parcel], self._since[parcel] = _CODE[status], at
        self._then[parcel], self._until[parcel] = _CODE[then], until
