"""Orders and parcels as they are stored, and how a report changes them; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

from tracking.folding import distinct, fold
from tracking.keys import order_key, tracking_key
from tracking.model import (
    Address,
    CarrierSwitch,
    Contact,
    DeliveryWindow,
    EventUpdate,
    Item,
    Money,
    OrderUpdate,
    Patience,
    Refund,
    ShipmentState,
    ShipmentUpdate,
    TrackingEvent,
)

T = TypeVar("T")
_UNKNOWN = (None, "", ())
MOST_REFUNDS = 50
"""Refunds that are kept of one order."""


@dataclass(frozen=True, slots=True)
class OrderRef:
    """How a report names an order: by number, by the source's own id, or both; what isn't given is empty."""

    key: str
    source: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel's place in one order: which it is, and what of the order is in it."""

    key: str
    skus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """A stored order; None and empty mean that nobody has said. `sources` maps each source to its own id of the order.

    `known_since` is the oldest shop's clock heard, `said_at` the newest for each thing said; all aware.
    """

    number: str
    known_since: datetime
    id: int | None = None
    placed_at: datetime | None = None
    customer: Contact = field(default_factory=Contact)
    ship_to: Address = field(default_factory=Address)
    items: tuple[Item, ...] = ()
    promised: DeliveryWindow | None = None
    cancelled: bool | None = None
    total: Money | None = None
    refunds: tuple[Refund, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    said_at: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The comparable number, empty while the order waits for one."""
        return order_key(self.number)


@dataclass(frozen=True, slots=True)
class Plan:
    """When a parcel is asked about next (aware, None for never) and as whose: our carrier code, empty for nobody's.

    `ask_as` is the parcel's carrier, or another one that is tried because the named one doesn't know the number;
    `not_found_since` is when it first said so. `failures` counts the questions that failed since the last answer.
    """

    next_at: datetime | None = None
    ask_as: str = ""
    failures: int = 0
    not_found_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShipmentRecord:
    """A stored parcel. `carrier_said_at` is when the carrier was named (aware), None while it is only detected.

    `found` is the kind of the finding about its present silence, empty while there is none. `remind_at` is when (aware)
    to look whether the shopper is to be reminded of it, None for never.
    """

    key: str
    tracking_number: str
    known_since: datetime
    id: int | None = None
    carrier: str | None = None
    carrier_said_at: datetime | None = None
    events: tuple[TrackingEvent, ...] = ()
    state: ShipmentState = field(default_factory=ShipmentState)
    last_checked_at: datetime | None = None
    estimate: DeliveryWindow | None = None
    service: str = ""
    country: str = ""
    patience: Patience | None = None
    found: str = ""
    remind_at: datetime | None = None
    plan: Plan = field(default_factory=Plan)
    switched: CarrierSwitch | None = None


def merge_order(stored: OrderRecord, update: OrderUpdate) -> OrderRecord:
    """Return the order after a shop's report: of each thing, the newest word counts."""
    word = _Word(update.updated_at, dict(stored.said_at))
    said, where = update.customer or Contact(), update.ship_to or Address()
    return replace(
        stored,
        number=word.newest("number", stored.number, update.number),
        known_since=min(stored.known_since, update.updated_at),
        placed_at=word.newest("placed_at", stored.placed_at, update.placed_at),
        customer=Contact(
            name=word.newest("name", stored.customer.name, said.name),
            email=word.newest("email", stored.customer.email, said.email),
            phone=word.newest("phone", stored.customer.phone, said.phone),
        ),
        ship_to=_merge_address(word, stored.ship_to, where),
        items=word.newest("items", stored.items, update.items or ()),
        promised=word.newest("promised", stored.promised, update.promised),
        cancelled=word.newest("cancelled", stored.cancelled, update.cancelled),
        total=word.newest("total", stored.total, update.total),
        refunds=merge_refunds(stored.refunds, update.refunds),
        parcels=_merge_parcels(word, stored.parcels, update.shipments),
        sources=_merge_sources(stored.sources, update.source, update.external_id),
        said_at=word.clock,
    )


def absorb(stored: OrderRecord, placeholder: OrderRecord) -> OrderRecord:
    """Return the order with what had been gathered for it before its number was known."""
    merged = stored
    for name, at in sorted(placeholder.said_at.items()):
        part = _part(placeholder, name, at)
        merged = merge_order(merged, part) if part else merged
    parcels = {parcel.key: parcel for parcel in (*placeholder.parcels, *merged.parcels)}
    sources = merged.sources
    for source, external_id in placeholder.sources:
        sources = _merge_sources(sources, source, external_id)
    return replace(
        merged,
        known_since=min(stored.known_since, placeholder.known_since),
        refunds=merge_refunds(placeholder.refunds, merged.refunds),
        parcels=tuple(parcels.values()),
        sources=sources,
    )


def _part(record: OrderRecord, name: str, at: datetime) -> OrderUpdate | None:
    """Return what a stored order says about one thing, as if its shop said it again."""
    source = next(iter(dict(record.sources)), "")
    update = OrderUpdate("", at, source)
    if name in {"name", "email", "phone"}:
        return replace(update, customer=replace(Contact(), **{name: getattr(record.customer, name)}))
    if name in {"number", "placed_at", "ship_to", "items", "promised", "cancelled", "total"}:
        return replace(update, **{name: getattr(record, name)})
    return None


def merge_events(stored: ShipmentRecord, updates: list[EventUpdate]) -> ShipmentRecord:
    """Return the parcel after a carrier's reports, folded anew; the order of reports makes no difference."""
    record, estimate, service = stored, stored.estimate, stored.service
    for update in updates:
        record = name_carrier(record, update.carrier, _heard_at(update))
        estimate, service = newer_window(estimate, update.estimate), update.service or service
    events, heard = distinct([*stored.events, *(update.event for update in updates)]), [*map(_heard_at, updates)]
    return replace(
        record,
        events=events,
        state=fold(events),
        known_since=min([stored.known_since, *heard]),
        last_checked_at=max([*filter(None, [stored.last_checked_at]), *heard], default=None),
        estimate=estimate,
        service=service,
    )


def _heard_at(update: EventUpdate) -> datetime:
    return update.checked_at or update.event.recorded_at


def name_carrier(record: ShipmentRecord, carrier: str | None, said_at: datetime) -> ShipmentRecord:
    """Return the parcel with the carrier someone named: the newest word counts, and any word beats a detection.

    A carrier that has been found not to know the number is not taken again, however often it is named.
    """
    if record.switched and carrier == record.switched.was:
        return record
    said_before = record.carrier_said_at
    if not carrier or (said_before is not None and (said_at, carrier) <= (said_before, record.carrier or "")):
        return record
    return replace(record, carrier=carrier, carrier_said_at=said_at)


@dataclass(frozen=True, slots=True)
class _Word:
    """A report's word on an order: when it was spoken, and when the newest word on each thing was."""

    at: datetime
    clock: dict[str, datetime]

    def is_news(self, field: str) -> bool:
        return field not in self.clock or self.at >= self.clock[field]

    def newest(self, field: str, stored: T, said: T) -> T:
        if said in _UNKNOWN or (stored not in _UNKNOWN and not self.is_news(field)):
            return stored
        self.clock[field] = max(self.at, self.clock.get(field, self.at))
        return said


def _merge_address(word: _Word, stored: Address, said: Address) -> Address:
    if said == Address() or stored == Address():
        return word.newest("ship_to", stored, said) if said != Address() else stored
    news = word.is_news("ship_to")
    word.clock["ship_to"] = max(word.at, word.clock.get("ship_to", word.at))
    newer, older = (said, stored) if news else (stored, said)
    if newer.postcode and older.postcode and newer.postcode != older.postcode:
        # Another place altogether: a field of one must not end up in the other.
        return newer
    return Address(
        postcode=newer.postcode or older.postcode,
        city=newer.city or older.city,
        region=newer.region or older.region,
        country=newer.country or older.country,
    )


def _merge_parcels(word: _Word, stored: tuple[Parcel, ...], said: tuple[ShipmentUpdate, ...]) -> tuple[Parcel, ...]:
    parcels = {parcel.key: parcel for parcel in stored}
    for update in said:
        key = tracking_key(update.tracking_number)
        known = parcels.get(key, Parcel(key))
        parcels[key] = Parcel(key, word.newest(f"skus {key}", known.skus, update.skus))
    return tuple(parcels.values())


def merge_refunds(stored: tuple[Refund, ...], said: tuple[Refund, ...]) -> tuple[Refund, ...]:
    """Return all refunds, of each the first word: what has been paid back doesn't change any more."""
    known = {refund.id: refund for refund in (*said, *stored)}
    return tuple(sorted(known.values(), key=lambda refund: (refund.at, refund.id))[:MOST_REFUNDS])


def _merge_sources(stored: tuple[tuple[str, str], ...], source: str, external_id: str) -> tuple[tuple[str, str], ...]:
    sources = dict(stored)
    sources[source] = external_id or sources.get(source, "")
    return tuple(sources.items())


def newer_window(stored: DeliveryWindow | None, said: DeliveryWindow | None) -> DeliveryWindow | None:
    """Return the newer of two estimates; any is newer than none."""
    if stored is None or said is None:
        return stored or said
    return max(stored, said, key=_window_place)


def _window_place(window: DeliveryWindow) -> tuple[datetime, datetime, datetime, str, float]:
    moments = (window.made_at.astimezone(UTC), window.latest.astimezone(UTC), window.earliest.astimezone(UTC))
    return (*moments, window.basis, window.coverage or 0.0)
