"""What a batch of reports does to stored orders and parcels, within one transaction opened and locked by others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from tracking.checking import Check, Checked, answered
from tracking.facts import Fact, new_parcels, order_facts, parcel_facts
from tracking.folding import identity
from tracking.keys import order_key, tracking_key
from tracking.model import EventUpdate, OrderUpdate, ShipmentUpdate
from tracking.polling import planned
from tracking.ports import UnitOfWork
from tracking.quiet import Silences, settled
from tracking.records import OrderRecord, OrderRef, ShipmentRecord, absorb, merge_events, merge_order, name_carrier
from tracking.reminding import ahead

Detect = Callable[[str], str | None]
_NEVER = datetime.max.replace(tzinfo=UTC)
_COUNTRY_CODE = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row."""

    kind: Literal["created", "updated", "unchanged", "refused"]
    error: str = ""


class EventWork:
    """Adds scans to parcels, making those nobody has spoken of yet; what follows from it goes to `facts`, if given.

    `now` is the moment (aware) from which it is planned when the parcels are asked about next, and when a finding that
    a scan makes untrue is cleared.
    """

    def __init__(
        self, unit: UnitOfWork, detect: Detect, now: datetime, silences: Silences, facts: list[Fact] | None = None
    ) -> None:
        self._unit, self._detect, self._now, self._facts = unit, detect, now, facts
        self._silences = silences

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
        changed = [self._merged(stored.get(key), group) for key, group in groups.items()]
        await self._unit.save_shipments(_planned(stored, changed, self._now))
        await self._unit.clear_findings(_no_longer_found(stored, changed), self._now)
        if self._facts is not None:
            self._facts += [fact for record in changed for fact in parcel_facts(stored.get(record.key), record)]
        return outcomes

    async def answer(self, check: Check) -> Checked:
        """Take in what a source answered about a parcel; one that is no longer there stays gone."""
        key = tracking_key(check.tracking_number)
        old = (await self._unit.shipments({key})).get(key)
        new = answered(old, check) if old else None
        if old is None or new is None or new == old:
            return Checked(outdated=True)
        new = ahead(old, settled(old, new, self._silences))
        await self._unit.save_shipments([new])
        await self._unit.clear_findings(_no_longer_found({key: old}, [new]), self._now)
        if self._facts is not None:
            self._facts += parcel_facts(old, new)
        return Checked(switched=new.switched if new.switched != old.switched else None, carrier=new.carrier)

    def _merged(self, old: ShipmentRecord | None, group: list[EventUpdate]) -> ShipmentRecord:
        first = group[0]
        start = old or _new_shipment(first.tracking_number, first.event.recorded_at, self._detect)
        return settled(old, merge_events(start, group), self._silences)


class OrderWork:
    """Merges shops' reports into the stored orders, in the order in which they came; the rest as for `EventWork`."""

    def __init__(
        self, unit: UnitOfWork, detect: Detect, now: datetime, silences: Silences, facts: list[Fact] | None = None
    ) -> None:
        self._unit, self._detect, self._now, self._facts = unit, detect, now, facts
        self._silences = silences
        self._parcels: dict[str, ShipmentRecord] = {}
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
        wanted = {key for _, _, keys in news for key in keys}
        stored = {**self._parcels, **await self._unit.shipments(wanted - set(self._parcels))}
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
        named = [(tracking_key(s.tracking_number), s, u) for u in updates for s in u.shipments]
        if not named:
            return
        stored = dict(await self._unit.shipments({key for key, _, _ in named}))
        changed = dict(stored)
        for key, said, update in named:
            old = changed.get(key) or _new_shipment(said.tracking_number, update.updated_at, self._detect)
            changed[key] = _said_of(old, said, update)
        self._parcels = {key: settled(stored.get(key), new, self._silences) for key, new in changed.items()}
        await self._unit.save_shipments(_planned(stored, list(self._parcels.values()), self._now))


def _planned(
    stored: Mapping[str, ShipmentRecord], records: Sequence[ShipmentRecord], now: datetime
) -> list[ShipmentRecord]:
    """Return those that changed, each with when it is asked about and looked at next."""
    changed = [record for record in records if record != stored.get(record.key)]
    old = [stored.get(record.key) for record in changed]
    return [ahead(before, planned(before, record, now)) for before, record in zip(old, changed, strict=True)]


def _new_shipment(tracking_number: str, at: datetime, detect: Detect) -> ShipmentRecord:
    return ShipmentRecord(tracking_key(tracking_number), tracking_number, at, carrier=detect(tracking_number))


def _note(seen: set[str], update: EventUpdate) -> Outcome:
    key = identity(update.event)
    if key in seen:
        return Outcome("unchanged")
    seen.add(key)
    return Outcome("created")


def _said_of(record: ShipmentRecord, said: ShipmentUpdate, order: OrderUpdate) -> ShipmentRecord:
    """The parcel as a shop's report of an order names it."""
    named = name_carrier(record, said.carrier, order.updated_at)
    written = order.ship_to.country.strip().upper() if order.ship_to else ""
    country = written if len(written) == _COUNTRY_CODE else record.country
    known_since, service = min(record.known_since, order.updated_at), said.service or record.service
    if (known_since, service, country) == (record.known_since, record.service, record.country):
        return named
    return replace(named, known_since=known_since, service=service, country=country)


def _no_longer_found(stored: Mapping[str, ShipmentRecord], changed: Sequence[ShipmentRecord]) -> set[str]:
    return {new.key for new in changed if not new.found and new.key in stored and stored[new.key].found}


def _told(record: OrderRecord) -> OrderRecord:
    """The order without the bookkeeping of who said it when."""
    return replace(record, known_since=_NEVER, sources=(), said_at={})
