"""A carrier's API, the stand-in it asks and a clock that moves only when somebody sleeps by it, for tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.carrier_stands import STANDS
from tests.carrier_stands.base import CarrierStand, Known
from tracking.carriers.apis import Live, Report, Tools, apis

NOW = datetime(2026, 11, 18, 15, tzinfo=UTC)
JOURNEY = ("label", "picked_up", "transit", "out", "delivered")


@dataclass
class Clock:
    """A clock that moves only when somebody sleeps by it."""

    seconds: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def wall(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


class Wall:
    """The clock of the store."""

    def now(self) -> datetime:
        return NOW


@dataclass
class Place:
    """One source, its stand-in and the clock between them."""

    stand: CarrierStand
    live: Live
    clock: Clock
    noted: list[tuple[str, tuple[str, ...]]]

    def know(self, *kinds: str, **known: object) -> None:
        self.stand.parcels[self.stand.number] = Known(kinds, **known)  # type: ignore[arg-type]

    async def ask(self, number: str = "") -> Report:
        return await self.live.ask(number or self.stand.number, self.stand.carrier)

    async def register(self) -> None:
        await self.live.register(self.stand.number, self.stand.carrier)


@asynccontextmanager
async def standing(code: str) -> AsyncIterator[Place]:
    """A source on its stand-in, both closed after the block."""
    stand, clock = STANDS[code](), Clock()
    noted: list[tuple[str, tuple[str, ...]]] = []
    await stand.start()
    tools = Tools(now=clock.now, wall=clock.wall, sleep=clock.sleep, chance=lambda: 0.5)
    live = Live(apis()[code], stand.settings().get, lambda source, codes: noted.append((source, tuple(codes))), tools)
    try:
        async with live:
            yield Place(stand, live, clock, noted)
    finally:
        await stand.stop()
