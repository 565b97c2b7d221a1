"""Orders and parcels as they are stored, and how a report changes them; pure."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

from tracking.folding import distinct, fold
from tracking.keys import order_key, tracking_key
from tracking.model import (
    Address,
    Contact,
    DeliveryWindow,
    EventUpdate,
    Item,
    OrderUpdate,
    ShipmentState,
    ShipmentUpdate,
    TrackingEvent,
)

T = TypeVar("T")
_UNKNOWN = (None, "", ())


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

    `updated_at` is the newest shop's clock heard, `known_since` the first; both aware.
    """

    number: str
    known_since: datetime
    id: int | None = None
    updated_at: datetime | None = None
    placed_at: datetime | None = None
    customer: Contact = field(default_factory=Contact)
    ship_to: Address = field(default_factory=Address)
    items: tuple[Item, ...] = ()
    promised: DeliveryWindow | None = None
    cancelled: bool | None = None
    parcels: tuple[Parcel, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """The comparable number, empty while the order waits for one."""
        return order_key(self.number)


@dataclass(frozen=True, slots=True)
class ShipmentRecord:
    """A stored parcel. `carrier_said_at` is when the carrier was named (aware), None while it is only detected."""

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


def merge_order(stored: OrderRecord, update: OrderUpdate) -> OrderRecord:
    """Return the order after a shop's report: a newer one replaces what it says, an older one fills what is unknown."""
    newer = stored.updated_at is None or update.updated_at >= stored.updated_at
    return replace(
        stored,
        number=_pick(stored.number, update.number, newer),
        known_since=min(stored.known_since, update.updated_at),
        # A report of parcels alone doesn't outdate what an older report still has to say about the order itself.
        updated_at=update.updated_at if newer and _speaks_of_order(update) else stored.updated_at,
        placed_at=_pick(stored.placed_at, update.placed_at, newer),
        customer=_merge_contact(stored.customer, update.customer, newer),
        ship_to=_merge_address(stored.ship_to, update.ship_to, newer),
        items=_pick(stored.items, update.items or (), newer),
        promised=_pick(stored.promised, update.promised, newer),
        cancelled=_pick(stored.cancelled, update.cancelled, newer),
        parcels=_merge_parcels(stored.parcels, update.shipments, newer),
        sources=_merge_sources(stored.sources, update.source, update.external_id),
    )


def absorb(stored: OrderRecord, placeholder: OrderRecord) -> OrderRecord:
    """Return the order with what had been gathered for it before its number was known."""
    parcels = {p.key: p for p in (*placeholder.parcels, *stored.parcels)}
    return replace(
        stored,
        known_since=min(stored.known_since, placeholder.known_since),
        placed_at=stored.placed_at or placeholder.placed_at,
        customer=_merge_contact(stored.customer, placeholder.customer, newer=False),
        ship_to=_merge_address(stored.ship_to, placeholder.ship_to, newer=False),
        items=stored.items or placeholder.items,
        promised=stored.promised or placeholder.promised,
        cancelled=placeholder.cancelled if stored.cancelled is None else stored.cancelled,
        parcels=tuple(parcels.values()),
        sources=_join_sources(placeholder.sources, stored.sources),
    )


def merge_events(stored: ShipmentRecord, updates: list[EventUpdate]) -> ShipmentRecord:
    """Return the parcel after a carrier's reports, folded anew; the order of reports makes no difference."""
    events = distinct([*stored.events, *(update.event for update in updates)])
    record = replace(stored, events=events, state=fold(events))
    for update in updates:
        heard_at = update.checked_at or update.event.recorded_at
        record = replace(
            name_carrier(record, update.carrier, heard_at),
            known_since=min(record.known_since, heard_at),
            last_checked_at=max(record.last_checked_at or heard_at, heard_at),
            estimate=_newer_window(record.estimate, update.estimate),
        )
    return record


def name_carrier(record: ShipmentRecord, carrier: str | None, said_at: datetime) -> ShipmentRecord:
    """Return the parcel with the carrier someone named: the newest word counts, and any word beats a detection."""
    said_before = record.carrier_said_at
    if not carrier or (said_before is not None and (said_at, carrier) <= (said_before, record.carrier or "")):
        return record
    return replace(record, carrier=carrier, carrier_said_at=said_at)


def _speaks_of_order(update: OrderUpdate) -> bool:
    said = (update.placed_at, update.customer, update.ship_to, update.items, update.promised, update.cancelled)
    return any(value is not None for value in said)


def _pick(stored: T, said: T, newer: bool) -> T:
    if said in _UNKNOWN:
        return stored
    return said if newer or stored in _UNKNOWN else stored


def _merge_contact(stored: Contact, said: Contact | None, newer: bool) -> Contact:
    if said is None:
        return stored
    return Contact(
        name=_pick(stored.name, said.name, newer),
        email=_pick(stored.email, said.email, newer),
        phone=_pick(stored.phone, said.phone, newer),
    )


def _merge_address(stored: Address, said: Address | None, newer: bool) -> Address:
    if said is None:
        return stored
    if said.postcode and stored.postcode and said.postcode != stored.postcode:
        # Another place altogether: a field of one must not end up in the other.
        return said if newer else stored
    return Address(
        postcode=_pick(stored.postcode, said.postcode, newer),
        city=_pick(stored.city, said.city, newer),
        region=_pick(stored.region, said.region, newer),
        country=_pick(stored.country, said.country, newer),
    )


def _merge_parcels(stored: tuple[Parcel, ...], said: tuple[ShipmentUpdate, ...], newer: bool) -> tuple[Parcel, ...]:
    parcels = {parcel.key: parcel for parcel in stored}
    for update in said:
        key = tracking_key(update.tracking_number)
        known = parcels.get(key, Parcel(key))
        parcels[key] = Parcel(key, _pick(known.skus, update.skus, newer))
    return tuple(parcels.values())


def _merge_sources(stored: tuple[tuple[str, str], ...], source: str, external_id: str) -> tuple[tuple[str, str], ...]:
    sources = dict(stored)
    sources[source] = external_id or sources.get(source, "")
    return tuple(sources.items())


def _join_sources(
    first: tuple[tuple[str, str], ...], second: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    for source, external_id in second:
        first = _merge_sources(first, source, external_id)
    return first


def _newer_window(stored: DeliveryWindow | None, said: DeliveryWindow | None) -> DeliveryWindow | None:
    if stored is None or said is None:
        return stored or said
    return max(stored, said, key=_window_place)


def _window_place(window: DeliveryWindow) -> tuple[datetime, datetime, datetime, str, float]:
    moments = (window.made_at.astimezone(UTC), window.latest.astimezone(UTC), window.earliest.astimezone(UTC))
    return (*moments, window.basis, window.coverage or 0.0)
