"""The rules of when each parcel is asked about again; pure, and asks nobody.

The plan of a parcel follows from what is stored of it and nothing else, so every process makes the same one.
"""

import hashlib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from tracking.model import Status
from tracking.records import Plan, ShipmentRecord

T = TypeVar("T", bound=Hashable)

INTERVALS: Mapping[Status, tuple[timedelta, timedelta]] = {
    Status.OUT_FOR_DELIVERY: (timedelta(minutes=15), timedelta(minutes=15)),
    Status.ATTEMPT_FAILED: (timedelta(hours=2), timedelta(hours=2)),
    Status.PICKED_UP: (timedelta(hours=2), timedelta(hours=4)),
    Status.IN_TRANSIT: (timedelta(hours=2), timedelta(hours=4)),
    Status.DELAYED: (timedelta(hours=2), timedelta(hours=4)),
    Status.EXCEPTION: (timedelta(hours=2), timedelta(hours=4)),
    Status.AVAILABLE_FOR_PICKUP: (timedelta(hours=6), timedelta(hours=6)),
    Status.PENDING: (timedelta(hours=6), timedelta(hours=12)),
    Status.LABEL_CREATED: (timedelta(hours=6), timedelta(hours=12)),
    Status.UNKNOWN: (timedelta(hours=6), timedelta(hours=12)),
    Status.RETURNING: (timedelta(hours=12), timedelta(hours=12)),
    Status.DELIVERED: (timedelta(days=1), timedelta(days=1)),
}
"""How long after an answer a parcel is asked about again, at the soonest and at the latest; each parcel has its own
place between the two, so that those that were asked about together don't stay together. A status that isn't here
(returned, cancelled) is over."""

URGENT = Status.OUT_FOR_DELIVERY
"""The status whose parcels go first where a source can't be asked about all that are due, see `in_turn`."""

DELIVERED_FOR = timedelta(days=3)
"""How long a delivery is looked after: carriers take back a wrong "delivered" within days, if at all."""

SILENT_FOR = timedelta(days=60)
"""After so long without any news a parcel is given up: a label that never moved has been thrown away, a parcel that
lay so long is lost, and carriers forget numbers or use them again. Any news by push or shop takes it up again."""

WRONG_AFTER = timedelta(hours=48)
"""How long a named carrier may not know a number before others are asked: labels are often made days ahead of it."""

FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=5), timedelta(hours=12)
"""After a failed question: five minutes, twice as long each time, half a day at most."""

NOBODY_TO_ASK = timedelta(hours=12)
"""How long until it is looked again whether anybody can be asked about a parcel of which no carrier is known."""


def share(text: str) -> float:
    """Return a number from 0 up to 1 that is always the same for a text, and as good as random between texts."""
    return int.from_bytes(hashlib.blake2b(text.encode(errors="replace"), digest_size=6).digest()) / 2**48


def interval(status: Status, place: float) -> timedelta | None:
    """Return how long after an answer to ask again, None for never; `place` (0 to 1) is the parcel's in the range."""
    found = INTERVALS.get(status)
    return found[0] + (found[1] - found[0]) * place if found else None


def next_check(
    status: Status, checked_at: datetime, place: float, delivered_at: datetime | None, heard_at: datetime
) -> datetime | None:
    """Return when to ask again after an answer at `checked_at`, None for never.

    `heard_at` is the newest sign of life: the newest event, or when the parcel was first spoken of.
    """
    wait = interval(status, place)
    if wait is None:
        return None
    return within(status, checked_at + wait, delivered_at, heard_at)


def within(status: Status, due: datetime, delivered_at: datetime | None, heard_at: datetime) -> datetime | None:
    """Return the time itself while the parcel is still worth asking about then, else None."""
    if status not in INTERVALS or due - heard_at > SILENT_FOR:
        return None
    if status is Status.DELIVERED and due - (delivered_at or heard_at) > DELIVERED_FOR:
        return None
    return due


def planned(old: ShipmentRecord | None, new: ShipmentRecord, now: datetime) -> ShipmentRecord:
    """Return a parcel with its plan, after anybody but a question of ours changed it; `old` None for a new one.

    A push counts as an answer: it moves the next question on. A new parcel is asked about at once, and so is one that
    somebody gave another carrier. Any other word, such as a shop's, leaves the plan as it is.
    """
    moved = old is None or (old.last_checked_at, old.state) != (new.last_checked_at, new.state)
    renamed = old is None or old.carrier != new.carrier
    plan = Plan(ask_as=new.carrier or "") if renamed else new.plan
    if moved and new.last_checked_at is not None:
        return replace(new, plan=replace(plan, next_at=after_answer(new), failures=0))
    if renamed:
        return replace(
            new, plan=replace(plan, next_at=within(new.state.status, now, new.state.delivered_at, heard_at(new)))
        )
    return new


def after_answer(record: ShipmentRecord) -> datetime | None:
    """Return when to ask about a parcel again that was heard of at its `last_checked_at`; None for never."""
    if record.last_checked_at is None:
        return None
    state = record.state
    return next_check(state.status, record.last_checked_at, share(record.key), state.delivered_at, heard_at(record))


def heard_at(record: ShipmentRecord) -> datetime:
    """Return the parcel's newest sign of life."""
    return max((event.occurred_at for event in record.events), default=record.known_since)


def retry(key: str, failures: int, at_least: timedelta = timedelta()) -> timedelta:
    """Return how long to leave a parcel after the question about it failed for the `failures`th time in a row.

    Never quite the same for two parcels that failed together; `at_least` is what its source asked for.
    """
    pause = min(FIRST_RETRY * 2.0 ** min(failures - 1, 20), LONGEST_RETRY)
    return max(pause * (0.75 + share(f"{key} {failures}") / 2), at_least)


def in_turn(urgent: Sequence[T], due: Iterable[T], room: int) -> list[T]:
    """Return who is asked about next, at most `room`, where both lists are in the order in which they fell due.

    Every other place goes to the urgent while there are any, the others to whatever fell due first, urgent or not. So
    where a source can't keep up, all wait their turn, and the parcels that matter most today wait the least.
    """
    chosen: dict[T, None] = {}
    left, rest = iter(urgent), iter(due)
    while len(chosen) < room:
        before = len(chosen)
        for lane in (left, rest):
            found = next((one for one in lane if one not in chosen), None)
            if found is not None and len(chosen) < room:
                chosen[found] = None
        if len(chosen) == before:
            break
    return list(chosen)
