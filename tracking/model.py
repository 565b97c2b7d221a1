"""The vocabulary of tracking: orders, shipments and scans as plain values; knows no database and no wire format."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

ZoneSource = Literal["offset", "utc", "location", "carrier"]
"""Where an event's time zone came from: written in the time itself, or inferred."""


class Status(StrEnum):
    """What a carrier's scan says, in the words all carriers are mapped to."""

    PENDING = "pending"
    LABEL_CREATED = "label_created"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    ATTEMPT_FAILED = "attempt_failed"
    DELAYED = "delayed"
    EXCEPTION = "exception"
    DELIVERED = "delivered"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


FINAL = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED})
"""Statuses that only a newer explicit event (a return, a correction) may leave."""


@dataclass(frozen=True, slots=True)
class TrackingEvent:
    """One scan, never changed after it is stored.

    `occurred_at` is the carrier's clock and `recorded_at` ours, both aware. `raw_status` is what the source wrote.
    `event_id` is the source's own id, empty where there is none. `signed_by` names the receiver on a delivery.
    """

    status: Status
    occurred_at: datetime
    recorded_at: datetime
    source: str
    raw_status: str = ""
    location: str = ""
    description: str = ""
    event_id: str = ""
    zone_source: ZoneSource = "offset"
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryWindow:
    """Earliest and latest arrival (aware). `coverage` is the claimed share that arrives inside it, or None."""

    earliest: datetime
    latest: datetime
    made_at: datetime
    basis: str
    coverage: float | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order."""

    sku: str
    title: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Money:
    """What something costs; `currency` by its three letters (ISO 4217), empty when not said."""

    amount: Decimal
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that went back to the customer at `at` (aware). `id` is the shop's, the same for the same refund."""

    id: str
    paid: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """The customer's contacts; e-mail lower-cased, phone in E.164, each empty when not known."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the order goes; fields as the shop wrote them, each empty when not known."""

    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class ShipmentState:
    """What the events of one shipment add up to. All times aware, None when there is no such event."""

    status: Status = Status.PENDING
    status_at: datetime | None = None
    last_scan: TrackingEvent | None = None
    delivered_at: datetime | None = None
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class Patience:
    """For how long a parcel's silence is normal: until `slower_at`, and until `stalled_at` it is only slow (aware).

    `hours` of working time is the norm that both come from: of `count` own silences, the `share` ended within it.
    `count` 0 means that it is a general rule.
    """

    slower_at: datetime
    stalled_at: datetime
    hours: float
    share: float = 0.0
    count: int = 0


@dataclass(frozen=True, slots=True)
class CarrierSwitch:
    """That a parcel's carrier was named wrongly: which one it was named, and when (aware) another knew the number."""

    was: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Shipment:
    """One parcel. `carrier` is our carrier code, None when not known; `events` are ordered by `occurred_at`.

    `skus` lists what is inside, empty when the shop did not say. `last_checked_at` is when a source last answered us,
    `known_since` when anyone first spoke of the parcel (both aware). `service` is what the carrier calls the kind of
    shipment, `country` (two letters) where it goes; each empty when not known. `switched` is there where another
    carrier was named first.
    """

    tracking_number: str
    carrier: str | None = None
    skus: tuple[str, ...] = ()
    events: tuple[TrackingEvent, ...] = ()
    state: ShipmentState = field(default_factory=ShipmentState)
    last_checked_at: datetime | None = None
    estimate: DeliveryWindow | None = None
    known_since: datetime | None = None
    service: str = ""
    country: str = ""
    patience: Patience | None = None
    switched: CarrierSwitch | None = None

    @property
    def status(self) -> Status:
        """The folded status."""
        return self.state.status


@dataclass(frozen=True, slots=True)
class Order:
    """What a customer bought, with its parcels. `number` is as the shop writes it; `promised` is the shop's word.

    `total` is what they paid, None when not known; `refunds` what they got back of it.
    """

    number: str
    placed_at: datetime
    customer: Contact = field(default_factory=Contact)
    ship_to: Address = field(default_factory=Address)
    items: tuple[Item, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    promised: DeliveryWindow | None = None
    cancelled: bool = False
    total: Money | None = None
    refunds: tuple[Refund, ...] = ()


@dataclass(frozen=True, slots=True)
class ShipmentUpdate:
    """A parcel as a shop reports it. An empty `carrier` means: detect it from the number."""

    tracking_number: str
    carrier: str | None = None
    skus: tuple[str, ...] = ()
    service: str = ""


@dataclass(frozen=True, slots=True)
class OrderUpdate:
    """An order as a shop reports it. None means "not said, keep what is stored"; `updated_at` is by the shop's clock.

    `shipments` and `refunds` are added to or merged with those stored; a shop's silence about one never removes it.
    Of each thing said, the newest word counts; an older update fills what is still unknown. `number` may be empty where
    `external_id` (the source's own id of the order) is given: such an order waits for its number.
    """

    number: str
    updated_at: datetime
    source: str
    placed_at: datetime | None = None
    customer: Contact | None = None
    ship_to: Address | None = None
    items: tuple[Item, ...] | None = None
    shipments: tuple[ShipmentUpdate, ...] = ()
    promised: DeliveryWindow | None = None
    cancelled: bool | None = None
    total: Money | None = None
    external_id: str = ""
    refunds: tuple[Refund, ...] = ()


@dataclass(frozen=True, slots=True)
class EventUpdate:
    """A scan as a source reports it, for a tracking number that may not belong to any order yet.

    `estimate` is the carrier's own word on arrival that came with it, `checked_at` when the source was asked or spoke
    (aware; None means the event's `recorded_at`).
    """

    tracking_number: str
    event: TrackingEvent
    carrier: str | None = None
    estimate: DeliveryWindow | None = None
    checked_at: datetime | None = None
    service: str = ""


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row of a batch: its place (from 0), what it changed, the error if it was refused."""

    row: int
    outcome: Literal["created", "updated", "unchanged", "refused"]
    error: str = ""
