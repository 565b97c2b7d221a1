"""Pollers on a real database and carriers' stand-ins, with one time for all that moves only when somebody waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client import REGISTRY
from sqlalchemy import select, update

from doorstep.poller import Around, Poller
from doorstep.routes import Routes
from store.database import Database
from store.orders import SqlOrders
from store.polling import PollTable
from store.tables import shipments
from store.unit import SqlStore
from tests.carrier_stands import STANDS
from tests.carrier_stands.base import CarrierStand, Known
from tracking.carriers.apis import Live, Rate, Tools, apis
from tracking.ingest import Ingest
from tracking.keys import tracking_key
from tracking.model import OrderUpdate, Shipment, ShipmentUpdate
from tracking.orders import Orders

START = datetime(2026, 11, 18, 15, tzinfo=UTC)
FAST = Rate(100, 100)


@dataclass
class Time:
    """The one time: seconds since the start. It moves when somebody sleeps by it, or is told to."""

    seconds: float = 0.0
    start: datetime = START

    def now(self) -> datetime:
        """For the app and the store."""
        return self.start + timedelta(seconds=self.seconds)

    def running(self) -> float:
        """For carriers' clients."""
        return 1000 + self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)

    def pass_(self, **length: float) -> None:
        """Let so much time pass."""
        self.seconds += timedelta(**length).total_seconds()


@dataclass
class Place:
    """Everything around pollers."""

    database: Database
    time: Time
    stands: dict[str, CarrierStand]
    values: dict[str, str]
    stack: AsyncExitStack
    pollers: list[Poller] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.polls = PollTable(self.database)
        self.ingest = Ingest(SqlStore(self.database), self.time)
        self.routes = Routes(self.values.get)

    async def poller(self, code: str, rate: Rate = FAST) -> Poller:
        """A poller as a process of its own would have it."""
        tools = Tools(now=self.time.running, wall=self.time.now, sleep=self.time.sleep, chance=lambda: 0.5)
        live = await self.stack.enter_async_context(Live(apis()[code], self.values.get, tools=tools, rate=rate))
        poller = Poller(live, Around(self.polls, self.ingest, self.routes, self.time))
        self.pollers.append(poller)
        return poller

    async def ready(self, code: str, rate: Rate = FAST) -> Poller:
        """A poller that has the lease and all that its source allows at once."""
        poller = await self.poller(code, rate)
        await poller.once()
        self.time.pass_(minutes=1)
        return poller

    async def add(self, number: str, carrier: str | None = None, order: str = "1001") -> None:
        """Have a shop speak of a parcel."""
        parcel = ShipmentUpdate(number, carrier)
        await self.ingest.save_orders(
            [OrderUpdate(order, self.time.now(), "shop", self.time.now(), shipments=(parcel,))]
        )

    def know(self, code: str, number: str, *kinds: str) -> None:
        """Let a carrier know a parcel."""
        self.stands[code].parcels[number] = Known(kinds)

    def asked(self, code: str) -> list[str]:
        """The numbers that a carrier was asked about, in order."""
        return [asked.path.rpartition("/")[2] for asked in self.stands[code].asked if asked.method == "GET"]

    async def row(self, number: str) -> Any:
        """What is stored of a parcel."""
        async with self.database.read() as connection:
            found = select(shipments).where(shipments.c.key == tracking_key(number))
            return (await connection.execute(found)).mappings().one()

    async def change(self, number: str, **values: object) -> None:
        """Put other values into a parcel's row."""
        async with self.database.write() as connection:
            changed = update(shipments).where(shipments.c.key == tracking_key(number)).values(values)
            await connection.execute(changed)

    async def shipment(self, number: str) -> Shipment:
        """The parcel as readers see it."""
        order = await Orders(SqlOrders(self.database)).find_by_tracking_number(number)
        assert order is not None
        return next(s for s in order.shipments if tracking_key(s.tracking_number) == tracking_key(number))

    async def until_idle(self, poller: Poller, rounds: int = 50) -> None:
        """Let a poller work until nothing more is due; the time between its rounds passes at once."""
        idle = 0
        for _ in range(rounds):
            before = sum(len(stand.asked) for stand in self.stands.values())
            await self.time.sleep(await poller.once())
            idle = idle + 1 if before == sum(len(stand.asked) for stand in self.stands.values()) else 0
            if idle == 2:
                return
        raise AssertionError("it never came to rest")


@asynccontextmanager
async def polling_at(database: Database, *codes: str) -> AsyncIterator[Place]:
    """Stand-ins of these sources, all configured, on a database."""
    async with AsyncExitStack() as stack:
        stands = {code: STANDS[code]() for code in codes}
        values: dict[str, str] = {}
        for stand in stands.values():
            await stand.start()
            stack.push_async_callback(stand.stop)
            values |= stand.settings()
        yield Place(database, Time(), stands, values, stack)


def counted(source: str, outcome: str) -> float:
    """How many questions to a source ended so."""
    return REGISTRY.get_sample_value("doorstep_polls_total", {"source": source, "outcome": outcome}) or 0.0
