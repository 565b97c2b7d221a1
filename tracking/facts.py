"""Finds in what changed the things a shopper may be told of; pure, and tells nobody."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from tracking.model import Refund, Status
from tracking.records import OrderRecord, ShipmentRecord

MOVED = timedelta(hours=12)
"""An estimate that moves by no more is not worth a word, unless the shop says otherwise."""


class Occasion(StrEnum):
    """What may be told, about an order or one of its parcels."""

    ORDER_RECEIVED = "order_received"
    SHIPPED = "shipped"
    ARRIVING_TODAY = "arriving_today"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    ATTEMPT_FAILED = "attempt_failed"
    READY_FOR_PICKUP = "ready_for_pickup"
    PICKUP_REMINDER = "pickup_reminder"
    DELAYED = "delayed"
    EXCEPTION = "exception"
    CUSTOMS = "customs"
    RETURNING = "returning"
    RETURNED = "returned"
    REFUND = "refund"
    ARRIVAL_MOVED = "arrival_moved"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened at `at` (aware), by its source's clock.

    `order` is an `order_key`, empty for every order that holds the parcel; `parcel` a `tracking_key`, empty for the
    order as a whole. `mark` tells two occasions of one kind apart: a second attempt on another day is news, the same
    attempt told by another source is not. `by` is how far an estimate has moved.
    """

    occasion: Occasion
    at: datetime
    order: str = ""
    parcel: str = ""
    mark: str = ""
    by: timedelta = timedelta()

    @property
    def key(self) -> str:
        """The same for the same fact, whoever reports it, in whatever words and order."""
        parts = (self.order, self.parcel, self.occasion.value, self.mark)
        return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


_SHIPPED = frozenset({Status.PICKED_UP, Status.IN_TRANSIT})
_NOT_SHIPPED = frozenset({Status.PENDING, Status.LABEL_CREATED, Status.UNKNOWN})
_OCCASIONS: Mapping[Status, Occasion] = {
    Status.OUT_FOR_DELIVERY: Occasion.OUT_FOR_DELIVERY,
    Status.DELIVERED: Occasion.DELIVERED,
    Status.ATTEMPT_FAILED: Occasion.ATTEMPT_FAILED,
    Status.AVAILABLE_FOR_PICKUP: Occasion.READY_FOR_PICKUP,
    Status.DELAYED: Occasion.DELAYED,
    Status.EXCEPTION: Occasion.EXCEPTION,
    Status.RETURNING: Occasion.RETURNING,
    Status.RETURNED: Occasion.RETURNED,
}
_HELD = frozenset({Status.EXCEPTION, Status.DELAYED})
_CUSTOMS = ("customs", "clearance")


def parcel_facts(old: ShipmentRecord | None, new: ShipmentRecord) -> list[Fact]:
    """Return what became of a parcel between two states; `old` None for one that nobody has looked at before."""
    found = [_status_fact(old.state.status if old else Status.PENDING, new), _moved(old, new)]
    return [fact for fact in found if fact]


def order_facts(old: OrderRecord | None, new: OrderRecord, parcels: Mapping[str, ShipmentRecord]) -> list[Fact]:
    """Return what became of an order. `parcels` are those it holds now and did not before, as they are stored.

    An order without a number is none yet; with its number, all that had been gathered for it becomes news.
    """
    if not new.key:
        return []
    facts = [replace(fact, order=new.key) for parcel in parcels.values() for fact in parcel_facts(None, parcel)]
    if (old is None or not old.key) and not new.cancelled:
        facts.append(Fact(Occasion.ORDER_RECEIVED, new.placed_at or new.known_since, new.key))
    before = {refund.id for refund in old.refunds} if old and old.key else set()
    return facts + [refund_fact(new.key, refund) for refund in new.refunds if refund.id not in before]


def refund_fact(order: str, refund: Refund) -> Fact:
    """Return the fact of a refund; the same sum on the same day is the same one, whoever reports it by what id."""
    paid, at = refund.paid, refund.at
    return Fact(Occasion.REFUND, at, order, mark=f"{paid.amount:.2f} {paid.currency} {_day(at)}")


def new_parcels(old: OrderRecord | None, new: OrderRecord) -> set[str]:
    """Return the keys of the parcels that a reader of the order sees now and did not before."""
    before = {parcel.key for parcel in old.parcels} if old and old.key else set()
    return {parcel.key for parcel in new.parcels} - before if new.key else set()


def _status_fact(before: Status, new: ShipmentRecord) -> Fact | None:
    now, at = new.state.status, new.state.status_at
    if now is before or at is None:
        return None
    if now in _SHIPPED:
        # Once: a parcel that goes on after a delay was on its way before.
        return Fact(Occasion.SHIPPED, at, parcel=new.key) if before in _NOT_SHIPPED else None
    occasion = Occasion.CUSTOMS if now in _HELD and _at_customs(new) else _OCCASIONS.get(now)
    return Fact(occasion, at, parcel=new.key, mark=_day(at)) if occasion else None


def _at_customs(record: ShipmentRecord) -> bool:
    newest = next((e for e in reversed(record.events) if e.status is record.state.status), None)
    said = f"{newest.description} {newest.raw_status}".lower() if newest else ""
    return any(word in said for word in _CUSTOMS)


def _moved(old: ShipmentRecord | None, new: ShipmentRecord) -> Fact | None:
    before, now = old.estimate if old else None, new.estimate
    by = abs(now.latest - before.latest) if before and now else timedelta()
    if now is None or not by:
        return None
    return Fact(Occasion.ARRIVAL_MOVED, now.made_at, parcel=new.key, mark=_day(now.latest), by=by)


def arriving_today(parcel: str, order: str, day: date, at: datetime) -> Fact:
    """Return the fact that a parcel arrives on `day`, by the clock of its order, found `at` (aware)."""
    return Fact(Occasion.ARRIVING_TODAY, at, order, parcel, day.isoformat())


def pickup_reminder(parcel: str, order: str, since: datetime, number: int, at: datetime) -> Fact:
    """Return the fact that a parcel still waits `at` (aware) to be collected, the `number`th time it is said."""
    return Fact(Occasion.PICKUP_REMINDER, at, order, parcel, f"{_day(since)} {number}")


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()
