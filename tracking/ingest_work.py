"""What a batch of reports does to stored orders and parcels, within one transaction opened and locked by others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from tracking.facts import Fact, new_parcels, order_facts, parcel_facts
from tracking.folding import identity
from tracking.keys import order_key, tracking_key
from tracking.model import EventUpdate, OrderUpdate
from tracking.ports import UnitOfWork
from tracking.records import OrderRecord, OrderRef, ShipmentRecord, absorb, merge_events, merge_order, name_carrier

Detect = Callable[[str], str | None]
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row."""

    kind: Literal["created", "updated", "unchanged", "refused"]
    error: str = ""


class EventWork:
    """Adds scans to parcels, making those nobody has spoken of yet; what follows from it goes to `facts`, if given."""

    def __init__(self, unit: UnitOfWork, detect: Detect, facts: list[Fact] | None = None) -> None:
        self._unit, self._detect, self._facts = unit, detect, facts

    async def record(self, updates: Sequence[EventUpdate]) -> list[Outcome]:
        """Record the scans and fold every parcel touched anew."""
        if not updates:
            return []
        groups: dict[str, list[EventUpdate]] = {}
        for update in updates:
            groups.setdefault(tracking_key(update.tracking_number), []).append(update)
        stored = await self._unit.shipments(set(groups))
        seen = {key: {identity(event) for event in record.events} for key, record in stored.items()}
        outcomes = [_note(seen.setdefault(tracking_key(u.tracking_number), set()), u) for u in updates]
        changed = [merge_events(stored.get(key) or self._new(group[0]), group) for key, group in groups.items()]
        await self._unit.save_shipments([record for record in changed if record != stored.get(record.key)])
        if self._facts is not None:
            self._facts += [fact for record in changed for fact in parcel_facts(stored.get(record.key), record)]
        return outcomes

    def _new(self, update: EventUpdate) -> ShipmentRecord:
        return _new_shipment(update.tracking_number, update.event.recorded_at, self._detect)


class OrderWork:
    """Merges shops' reports into the stored orders, in the order in which they came; `facts` as for `EventWork`."""

    def __init__(self, unit: UnitOfWork, detect: Detect, facts: list[Fact] | None = None) -> None:
        self._unit, self._detect, self._facts = unit, detect, facts
        self._stored: dict[int, OrderRecord] = {}
        self._orders: list[OrderRecord] = []
        self._by_key: dict[str, int] = {}
        self._by_source: dict[tuple[str, str], int] = {}
        self._absorbed: set[int] = set()

    async def save(self, updates: Sequence[OrderUpdate]) -> list[Outcome]:
        """Save the reports and the parcels they name."""
        if not updates:
            return []
        refs = [OrderRef(order_key(u.number), u.source, u.external_id) for u in updates]
        for record in await self._unit.orders(refs):
            self._put(len(self._orders), record)
        before = list(self._orders)
        outcomes = [self._apply(update) for update in updates]
        await self._save_shipments([u for u, o in zip(updates, outcomes, strict=True) if o.kind != "refused"])
        gone = {record.id for place, record in enumerate(self._orders) if place in self._absorbed}
        await self._unit.delete_orders([order_id for order_id in gone if order_id is not None])
        known = {record.id: record for record in before}
        changed = [
            record
            for place, record in enumerate(self._orders)
            if place not in self._absorbed and (record.id is None or record != known[record.id])
        ]
        await self._unit.save_orders(changed)
        if self._facts is not None:
            self._facts += await self._found([(known.get(record.id), record) for record in changed])
        return outcomes

    async def _found(self, changes: Sequence[tuple[OrderRecord | None, OrderRecord]]) -> list[Fact]:
        news = [(old, new, new_parcels(old, new)) for old, new in changes]
        stored = await self._unit.shipments({key for _, _, keys in news for key in keys})
        return [
            f for old, new, keys in news for f in order_facts(old, new, {k: stored[k] for k in keys if k in stored})
        ]

    def _apply(self, update: OrderUpdate) -> Outcome:
        key = order_key(update.number)
        by_key = self._by_key.get(key) if key else None
        by_source = self._by_source.get((update.source, update.external_id)) if update.external_id else None
        if by_key is not None and by_source is not None and by_key != by_source:
            if self._orders[by_source].key:
                other = self._orders[by_source].number
                return Outcome("refused", f"number {update.number} belongs to another order than {other}")
            self._join(by_key, by_source)
        place = by_key if by_key is not None else by_source
        if place is None:
            self._put(len(self._orders), merge_order(OrderRecord(update.number, update.updated_at), update))
            return Outcome("created")
        old = self._orders[place]
        new = merge_order(old, update)
        self._put(place, new)
        return Outcome("updated" if _told(old) != _told(new) else "unchanged")

    def _join(self, place: int, placeholder: int) -> None:
        joined = absorb(self._orders[place], self._orders[placeholder])
        self._absorbed.add(placeholder)
        self._put(place, joined)

    def _put(self, place: int, record: OrderRecord) -> None:
        if place == len(self._orders):
            self._orders.append(record)
        else:
            self._by_key.pop(self._orders[place].key, None)
            self._orders[place] = record
        if record.key:
            self._by_key[record.key] = place
        self._by_source.update({(source, own): place for source, own in record.sources if own})

    async def _save_shipments(self, updates: Sequence[OrderUpdate]) -> None:
        named = [(tracking_key(s.tracking_number), s, u.updated_at) for u in updates for s in u.shipments]
        if not named:
            return
        stored = dict(await self._unit.shipments({key for key, _, _ in named}))
        changed = dict(stored)
        for key, said, at in named:
            old = changed.get(key) or _new_shipment(said.tracking_number, at, self._detect)
            changed[key] = _earlier(name_carrier(old, said.carrier, at), at)
        await self._unit.save_shipments([new for key, new in changed.items() if new != stored.get(key)])


def _new_shipment(tracking_number: str, at: datetime, detect: Detect) -> ShipmentRecord:
    return ShipmentRecord(tracking_key(tracking_number), tracking_number, at, carrier=detect(tracking_number))


def _note(seen: set[str], update: EventUpdate) -> Outcome:
    key = identity(update.event)
    if key in seen:
        return Outcome("unchanged")
    seen.add(key)
    return Outcome("created")


def _earlier(record: ShipmentRecord, at: datetime) -> ShipmentRecord:
    return replace(record, known_since=min(record.known_since, at))


def _told(record: OrderRecord) -> OrderRecord:
    """The order without the bookkeeping of who said it when."""
    return replace(record, known_since=_NEVER, sources=(), said_at={})
