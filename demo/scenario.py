"""What an order of the demo is made of, and how it is told to the tracking store; holds no orders itself."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from demo.catalogue import ITEMS, PEOPLE, Person
from demo.numbers import tracking_number
from demo.scans import Place, Scan, scans
from tracking.model import DeliveryWindow, OrderUpdate, ShipmentUpdate, Status

SOURCE = "demo"
SHOP_PLACE = Place("Loomworks", "NY", "US", "10997", "America/New_York")
_HUBS = {
    "US": Place("Crossroads", "MO", "US", "64997", "America/Chicago"),
    "CA": Place("Maple Junction", "ON", "CA", "K9Z 9Z9", "America/Toronto"),
    "GB": Place("Midland Crossing", "", "GB", "ZZ99 9ZZ", "Europe/London"),
}
_ZONES = {
    "America/New_York": "ME GA MA PA VT NC RI OH ON",
    "America/Chicago": "IL MN WI LA MO OK",
    "America/Denver": "CO NM UT",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA WA NV",
    "Pacific/Honolulu": "HI",
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel of a scenario; `history` as `demo.scans` reads it, `arrives` the carrier's estimate in days from now."""

    carrier: str
    skus: tuple[str, ...]
    history: str = ""
    arrives: int | None = None
    signed_by: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """An order to try. `placed` is days ago, `promised` days from now; `special` says in a few words why to look."""

    number: str
    person: str
    parcels: tuple[Parcel, ...]
    status: Status
    special: str = ""
    placed: int = 5
    promised: int | None = None
    skus: tuple[str, ...] = ()
    cancelled: bool = False

    @property
    def customer(self) -> Person:
        """Whose order it is."""
        return PEOPLE[self.person]

    @property
    def contents(self) -> tuple[str, ...]:
        """The article numbers ordered: those in parcels, then those that wait."""
        return tuple(dict.fromkeys((*(sku for parcel in self.parcels for sku in parcel.skus), *self.skus)))

    @property
    def titles(self) -> str:
        """What was ordered, in words."""
        return ", ".join(ITEMS[sku].title for sku in self.contents)

    def tracking_number(self, place: int) -> str:
        """Return the tracking number of the parcel at this place (from 0), the same on every start."""
        parcel = self.parcels[place]
        serial = int(re.sub(r"\D", "", self.number)[-5:])
        return parcel.number or tracking_number(parcel.carrier, serial * 10 + place)

    def scans(self, place: int, now: datetime) -> tuple[Scan, ...]:
        """Return the scans of the parcel at this place so far."""
        return scans(self.parcels[place].history, places(self.customer), now)

    def order(self, now: datetime) -> OrderUpdate:
        """Return the order as the shop would report it."""
        placed_at = _moment(self.customer, now, -self.placed, time(8, 24)) if self.placed else now - timedelta(hours=3)
        shipments = tuple(
            ShipmentUpdate(self.tracking_number(place), parcel.carrier or None, parcel.skus)
            for place, parcel in enumerate(self.parcels)
        )
        return OrderUpdate(
            number=self.number,
            updated_at=placed_at + timedelta(minutes=40),
            source=SOURCE,
            placed_at=placed_at,
            customer=self.customer.contact,
            ship_to=self.customer.address,
            items=tuple(ITEMS[sku] for sku in self.contents),
            shipments=shipments,
            promised=self._promise(now, placed_at),
            cancelled=self.cancelled,
        )

    def _promise(self, now: datetime, made_at: datetime) -> DeliveryWindow | None:
        if self.promised is None:
            return None
        earliest = _moment(self.customer, now, self.promised, time(9))
        latest = _moment(self.customer, now, self.promised, time(20))
        return DeliveryWindow(earliest, latest, made_at, basis="shop")


def places(person: Person) -> dict[str, Place]:
    """Return where the parcels of a customer are scanned: at the shop, at a hub and near the door."""
    home = person.address
    door = Place(home.city, home.region, home.country, home.postcode, _zone(person))
    return {"shop": SHOP_PLACE, "hub": _HUBS[home.country], "door": door}


def _zone(person: Person) -> str:
    if person.address.country == "GB":
        return "Europe/London"
    return next(zone for zone, states in _ZONES.items() if person.address.region in states.split())


def _moment(person: Person, now: datetime, days: int, at: time) -> datetime:
    zone = ZoneInfo(_zone(person))
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=days), at, zone)
