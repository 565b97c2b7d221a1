"""What shops and carriers report, for tests, with everything that tracking needs around a database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from store.database import Database
from store.orders import SqlOrders
from store.unit import SqlStore
from tests.scans import NOON
from tracking.ingest import Ingest
from tracking.model import Contact, EventUpdate, OrderUpdate, ShipmentUpdate, TrackingEvent
from tracking.orders import Orders


class FrozenClock:
    """A clock that stands still until it is set."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the time it was set to."""
        return self.at


@dataclass(frozen=True)
class Tracking:
    """The services of tracking on one database."""

    database: Database
    ingest: Ingest
    orders: Orders


def tracking_on(database: Database) -> Tracking:
    """Wire the services; a number that begins with 1Z is taken for a UPS one."""
    ingest = Ingest(SqlStore(database), FrozenClock(), lambda number: "ups" if number.startswith("1Z") else None)
    return Tracking(database, ingest, Orders(SqlOrders(database)))


def order(number: str = "1001", hours: float = 0, **fields: object) -> OrderUpdate:
    """A shop's report, `hours` after noon."""
    known: dict[str, object] = {"number": number, "updated_at": NOON + timedelta(hours=hours), "source": "shop"}
    return OrderUpdate(**{**known, **fields})  # type: ignore[arg-type]


def shipped(number: str = "1001", *parcels: str, hours: float = 0, **fields: object) -> OrderUpdate:
    """A shop's report of parcels."""
    return order(number, hours, shipments=tuple(map(ShipmentUpdate, parcels)), **fields)


def seen(tracking_number: str, event: TrackingEvent, **fields: object) -> EventUpdate:
    """A carrier's report of a scan."""
    return EventUpdate(tracking_number, event, **fields)  # type: ignore[arg-type]


def customer(name: str = "Robin Doe", email: str = "robin@example.com", phone: str = "+15550100") -> Contact:
    """A fictional customer."""
    return Contact(name, email, phone)
