"""What tracking needs from the outside: a clock, a place to read orders and a transaction to change them."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from tracking.facts import Fact
from tracking.findings import Finding
from tracking.model import Order
from tracking.records import OrderRecord, OrderRef, ShipmentRecord

T = TypeVar("T")


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present, aware."""


class OrderRepository(Protocol):
    """Reads orders whole: items, parcels and their events. Raises Unavailable when the store doesn't answer."""

    async def by_key(self, key: str) -> Order | None:
        """Return the order with this `order_key`."""

    async def by_tracking_key(self, key: str) -> Order | None:
        """Return the newest order that has a parcel with this `tracking_key`."""

    async def by_contact(self, phone: str, email: str) -> list[Order]:
        """Return the orders with this phone or this e-mail, newest first; an empty contact matches nothing."""


class UnitOfWork(Protocol):
    """One transaction that changes orders and parcels: all of it is kept, or nothing."""

    async def lock(self, names: Collection[str]) -> None:
        """Wait until no other transaction holds any of these names, and hold them to the end. Call it first, once."""

    async def first_delivery(self, source: str, delivery_id: str, at: datetime) -> bool:
        """Note a webhook delivery; return False if it had been noted before."""

    async def orders(self, refs: Sequence[OrderRef]) -> list[OrderRecord]:
        """Return the stored orders that any of these refs names, locked, each once."""

    async def save_orders(self, records: Sequence[OrderRecord]) -> None:
        """Write orders, new (no id) or changed. Parcels they name must have been saved before."""

    async def delete_orders(self, ids: Collection[int]) -> None:
        """Remove orders, leaving their parcels."""

    async def shipments(self, keys: Collection[str]) -> Mapping[str, ShipmentRecord]:
        """Return the stored parcels by tracking key, locked."""

    async def save_shipments(self, records: Sequence[ShipmentRecord]) -> None:
        """Write parcels, new (no id) or changed, with their events and folded state."""

    async def note_facts(self, facts: Sequence[Fact], now: datetime) -> None:
        """Note what somebody may have to be told of; a fact that is noted already is the same."""

    async def quiet_shipments(self, now: datetime, limit: int) -> list[ShipmentRecord]:
        """Return parcels whose silence is to be looked at by now, longest due first, locked; none that others hold."""

    async def save_silences(self, records: Sequence[ShipmentRecord]) -> None:
        """Write of known parcels only what is stored about their silence."""

    async def add_findings(self, findings: Mapping[str, Finding], now: datetime) -> None:
        """Keep findings by tracking key; one of this parcel, kind and time that is kept already is the same."""

    async def clear_findings(self, keys: Collection[str], now: datetime) -> None:
        """Note that what was found about these parcels is no longer true."""

    async def erase_customer(self, source: str, email: str, phone: str, external_ids: Collection[str]) -> int:
        """Delete the customer's orders known from `source`, their parcels and all talk of them; count the orders."""

    async def erase_shop(self, source: str) -> int:
        """Delete every order known from `source` likewise; count the orders."""


class Store(Protocol):
    """Runs work in transactions."""

    async def run(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Run `work` in one transaction, again from its start if another one got in the way.

        Raises Unavailable when the store doesn't answer; nothing is changed then.
        """
