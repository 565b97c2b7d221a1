"""Takes in what shops and carriers report, in any order and any number of times; asks nobody and tells nobody."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from tracking.checking import Check, Checked
from tracking.cleaning import clean_check, clean_event, clean_order
from tracking.errors import InvalidInput
from tracking.facts import MOVED, Fact, Occasion
from tracking.ingest_work import EventWork, OrderWork, Outcome
from tracking.keys import order_key, tracking_key
from tracking.model import EventUpdate, OrderUpdate, RowResult
from tracking.ports import Clock, Store, UnitOfWork
from tracking.quiet import GeneralRule, Silences

T = TypeVar("T")
Rows = list[tuple[int, T]]

MOST_ROWS_AT_ONCE = 500
"""Rows written in one transaction where no delivery id asks for all in one."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook message, by the id its sender gives it; the same id comes again when the sender retries."""

    source: str
    id: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a webhook message. `duplicate`: it had been taken in before, so nothing was done now."""

    duplicate: bool = False
    orders: tuple[RowResult, ...] = ()
    events: tuple[RowResult, ...] = ()


@dataclass(slots=True)
class _Batch:
    """Rows fit to be stored, and the results of those that are not."""

    orders: Rows[OrderUpdate] = field(default_factory=list)
    events: Rows[EventUpdate] = field(default_factory=list)
    refused_orders: list[RowResult] = field(default_factory=list)
    refused_events: list[RowResult] = field(default_factory=list)


class Ingest:
    """The one way in for facts. Every method raises Unavailable when the store doesn't answer; nothing is changed then.

    `detect` names the carrier of a tracking number where nobody else does, or None if it can't tell. With `tell_for`,
    facts of these `occasions` (None for all) that are no older are noted along, for whoever tells shoppers or the shop;
    without it nothing is; an estimate has to move by more than `moved`. `silences` knows for how long a parcel's
    silence is normal.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        detect: Callable[[str], str | None] = lambda _: None,
        tell_for: timedelta | None = None,
        occasions: Collection[Occasion] | None = None,
        silences: Silences | None = None,
        moved: timedelta = MOVED,
    ) -> None:
        self._store, self._clock, self._detect, self._moved = store, clock, detect, moved
        self._tell_for, self._occasions = tell_for, occasions
        self._silences = silences or GeneralRule()

    async def save_orders(self, updates: Sequence[OrderUpdate]) -> list[RowResult]:
        """Create or update orders; a bad row is refused with its reason, the good ones are kept."""
        results: list[RowResult] = []
        for start in range(0, len(updates), MOST_ROWS_AT_ONCE):
            receipt = await self.receive(orders=updates[start : start + MOST_ROWS_AT_ONCE])
            results += (RowResult(row.row + start, row.outcome, row.error) for row in receipt.orders)
        return results

    async def record_events(self, updates: Sequence[EventUpdate]) -> list[RowResult]:
        """Add scans; one that is known already is "unchanged", a bad one is refused, the good ones are kept."""
        results: list[RowResult] = []
        for start in range(0, len(updates), MOST_ROWS_AT_ONCE):
            receipt = await self.receive(events=updates[start : start + MOST_ROWS_AT_ONCE])
            results += (RowResult(row.row + start, row.outcome, row.error) for row in receipt.events)
        return results

    async def receive(
        self,
        orders: Sequence[OrderUpdate] = (),
        events: Sequence[EventUpdate] = (),
        delivery: Delivery | None = None,
    ) -> Receipt:
        """Take one message in: all its good rows in one transaction, together with the note that it came."""
        batch = self._sort_out(orders, events)
        now = self._clock.now()
        await self._silences.fresh()

        async def work(unit: UnitOfWork) -> Receipt:
            await unit.lock(_names(batch, delivery))
            if delivery and not await unit.first_delivery(delivery.source, delivery.id, now):
                return Receipt(duplicate=True)
            facts: list[Fact] | None = None if self._tell_for is None else []
            order_work = OrderWork(unit, self._detect, now, self._silences, facts)
            event_work = EventWork(unit, self._detect, now, self._silences, facts)
            order_results = await order_work.save([u for _, u in batch.orders])
            event_results = await event_work.record([u for _, u in batch.events])
            await self._note(unit, facts or [], now)
            return Receipt(
                orders=_in_order(batch.orders, order_results, batch.refused_orders),
                events=_in_order(batch.events, event_results, batch.refused_events),
            )

        return await self._store.run(work)

    async def checked(self, check: Check) -> Checked:
        """Take in the answer to a question of ours: scans, estimate, and that the parcel was checked, in one go.

        A source that has never heard of the number has answered too. A scan that breaks a rule is left out; raises
        InvalidInput where the number or the estimate does, and changes nothing then.
        """
        clean, now = clean_check(check), self._clock.now()
        await self._silences.fresh()

        async def work(unit: UnitOfWork) -> Checked:
            await unit.lock({f"parcel:{tracking_key(clean.tracking_number)}"})
            facts: list[Fact] | None = None if self._tell_for is None else []
            became = await EventWork(unit, self._detect, now, self._silences, facts).answer(clean)
            await self._note(unit, facts or [], now)
            return became

        return await self._store.run(work)

    async def _note(self, unit: UnitOfWork, facts: Sequence[Fact], now: datetime) -> None:
        """Old news is no news: an import of last year's orders tells nobody anything."""
        wanted = [fact for fact in facts if self._occasions is None or fact.occasion in self._occasions]
        fresh = [fact for fact in wanted if self._tell_for and now - fact.at <= self._tell_for]
        fresh = [fact for fact in fresh if fact.occasion is not Occasion.ARRIVAL_MOVED or fact.by > self._moved]
        if fresh:
            await unit.note_facts(fresh, now)

    async def erase_customer(
        self, source: str, email: str = "", phone: str = "", external_ids: Iterable[str] = ()
    ) -> int:
        """Delete a customer's orders known from `source`, their parcels, and the conversations about them.

        An order belongs to the customer by e-mail, by phone (E.164) or by the source's own order id. Returns how many
        orders went.
        """
        ids = frozenset(filter(None, external_ids))
        return await self._erase(lambda unit: unit.erase_customer(source, email.strip().lower(), phone.strip(), ids))

    async def erase_shop(self, source: str) -> int:
        """Delete every order known from `source` likewise. Returns how many orders went."""
        return await self._erase(lambda unit: unit.erase_shop(source))

    async def _erase(self, erase: Callable[[UnitOfWork], Awaitable[int]]) -> int:
        return await self._store.run(erase)

    def _sort_out(self, orders: Sequence[OrderUpdate], events: Sequence[EventUpdate]) -> _Batch:
        batch = _Batch()
        batch.orders, batch.refused_orders = _cleaned(orders, clean_order)
        batch.events, batch.refused_events = _cleaned(events, clean_event)
        return batch


def _cleaned(updates: Sequence[T], clean: Callable[[T], T]) -> tuple[Rows[T], list[RowResult]]:
    good: Rows[T] = []
    refused: list[RowResult] = []
    for row, update in enumerate(updates):
        cleaned = _try(clean, update)
        if isinstance(cleaned, InvalidInput):
            refused.append(RowResult(row, "refused", str(cleaned)))
        else:
            good.append((row, cleaned))
    return good, refused


def _try(clean: Callable[[T], T], update: T) -> T | InvalidInput:
    try:
        return clean(update)
    except InvalidInput as error:
        return error


def _in_order(rows: Rows[T], outcomes: Sequence[Outcome], refused: list[RowResult]) -> tuple[RowResult, ...]:
    done = [RowResult(row, outcome.kind, outcome.error) for (row, _), outcome in zip(rows, outcomes, strict=True)]
    return tuple(sorted([*done, *refused], key=lambda result: result.row))


def _names(batch: _Batch, delivery: Delivery | None) -> set[str]:
    """Name everything the batch may touch, so that nobody else makes or changes it at the same time."""
    names = {f"delivery:{delivery.source}:{delivery.id}"} if delivery else set()
    for _, order in batch.orders:
        names.add(f"order:{order_key(order.number)}")
        names.add(f"order:{order.source}:{order.external_id}")
        names.update(f"parcel:{tracking_key(s.tracking_number)}" for s in order.shipments)
    names.update(f"parcel:{tracking_key(event.tracking_number)}" for _, event in batch.events)
    return names
