"""A shop that is watched over, on a real database: sweep, worker and tickets, with a clock that is moved by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from doorstep.desk_rules import load_rules
from doorstep.settings import ROOT
from doorstep.worker import Worker
from store.database import Database
from store.finding_tables import findings
from store.findings import QuietParcels
from store.norms import NormTable
from store.outbox import Outbox
from store.support_tables import outbox
from store.unit import SqlStore
from store.watching import WatchTable
from support.model import Ticket
from support.rules import DeskRules
from support.watching import Watcher, watched
from tests.desks import FrozenClock, Rooms, rooms_on
from tracking.ingest import Ingest
from tracking.model import Address, Contact, EventUpdate, Item, OrderUpdate, ShipmentUpdate, Status, TrackingEvent
from tracking.silences import LearntSilences
from tracking.sweeping import Sweep

ROBIN = Contact("Robin Doe", "robin@example.com", "+12025550142")
P1, P2 = "1Z999AA10123456784", "1Z999AA10123456785"
RULES = load_rules(ROOT / "support" / "desk.yml")


@dataclass
class Watched:
    """It is Monday noon, and nothing has happened yet. `followers` are helpdesks that are told of tickets."""

    database: Database
    rules: DeskRules = RULES
    followers: tuple[str, ...] = ()
    rooms: Rooms = field(init=False)

    def __post_init__(self) -> None:
        self.rooms = rooms_on(self.database)
        self.silences = LearntSilences(NormTable(self.database).load, lambda: 0.0)
        self.store = SqlStore(self.database)
        self.ingest = Ingest(
            self.store,
            self.clock,
            tell_for=timedelta(hours=24),
            occasions=watched(self.rules),
            silences=self.silences,
        )
        self.watcher = self.new_watcher()
        self.worker = Worker(Outbox(self.database), {"fact": self.watcher.fact}, self.clock, lambda: 0.5)

    @property
    def clock(self) -> FrozenClock:
        """Moved by hand."""
        return self.rooms.clock

    def new_watcher(self, store: Any = None) -> Watcher:
        """One more who opens and closes tickets."""
        table = store or WatchTable(self.database, self.followers)
        return Watcher(table, self.rooms.orders, self.rules, self.rooms.desk.live, self.clock)

    def new_sweep(self) -> Sweep:
        """One more who looks for silences."""
        return Sweep(self.store, QuietParcels(self.database), self.silences, self.clock)

    async def order(self, *parcels: str, number: str = "1001", **more: object) -> None:
        """Take in an order of three days ago."""
        placed = self.clock.now() - timedelta(days=3)
        shipments = tuple(ShipmentUpdate(parcel, "ups") for parcel in parcels)
        known: dict[str, object] = {
            "customer": ROBIN,
            "ship_to": Address("94016", "Foghorn Bay", "CA", "US"),
            "items": (Item("POT", "Glass Teapot"),),
            "placed_at": placed,
            "shipments": shipments,
        }
        update = OrderUpdate(number, placed, "shop", **{**known, **more})  # type: ignore[arg-type]
        assert [row.error for row in await self.ingest.save_orders([update])] == [""]

    async def scan(self, parcel: str, status: Status, hours: float = 0, **more: object) -> None:
        """Take in a scan, so many hours from now by the carrier's clock."""
        now = self.clock.now()
        event = TrackingEvent(status, now + timedelta(hours=hours), now, "ups", **more)  # type: ignore[arg-type]
        await self.ingest.record_events([EventUpdate(parcel, event)])

    async def watch(self, **later: float) -> None:
        """Let time pass, then look, do what follows from it, and close what is over."""
        if later:
            self.clock.pass_(**later)
        while await self.new_sweep().once():
            pass
        while await self.worker.once():
            pass
        await self.watcher.close_moved_on()

    async def tickets(self) -> Sequence[Ticket]:
        """All tickets, oldest first."""
        return (await self.rooms.tickets.list())[::-1]

    async def found(self) -> list[tuple[str, bool]]:
        """The kind of every finding, oldest first, and whether it is cleared."""
        async with self.database.read() as connection:
            rows = await connection.execute(select(findings).order_by(findings.c.id))
            return [(row.kind, row.cleared_at is not None) for row in rows]

    async def jobs(self, kind: str) -> int:
        """How many jobs of a kind there ever were."""
        async with self.database.read() as connection:
            return len((await connection.execute(select(outbox.c.id).where(outbox.c.kind == kind))).all())


async def stalled(shop: Watched) -> None:
    """Let a parcel fall silent."""
    await shop.order(P1)
    await shop.scan(P1, Status.IN_TRANSIT)
    await shop.watch(days=7)
