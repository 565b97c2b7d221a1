"""A carrier in a hurry: moves everyday parcels on and tells the real EasyPost webhook, signed as EasyPost does.

It keeps to EasyPost's manners: every message holds the whole history, some come twice, some in the wrong order.
"""

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx

from demo.orders import trackers
from demo.scans import scan_now
from demo.scenario import Scenario, places
from demo.traffic import moving
from demo.wire import Tracker, signature, tracker_event
from tracking.ports import Clock

ROUTES = (
    "picked_up departed hub hub_out local out porch",
    "picked_up departed hub weather hub_out local out handed",
    "picked_up departed hub hub_out local out missed out handed",
    "picked_up departed hub hub_out local out missed pickup handed",
)
"""The scans still to come, in turn from order to order."""

PAUSE = (5.0, 10.0)
"""The shortest and longest time between two moves, in seconds."""

AT_ONCE = 4
"""How many parcels move at the same time; when one arrives, the next sets out."""

_TWICE, _LATE = 0.1, 0.08
_A_MOMENT = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Move:
    """A step forward: what to tell the person watching, and the messages to send, in this order."""

    lines: tuple[str, ...]
    bodies: tuple[bytes, ...]


@dataclass(slots=True)
class _Journey:
    scenario: Scenario
    tracker: Tracker
    ahead: list[str]


class _MachineClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Simulator:
    """Moves the orders of `demo.traffic.moving` along their routes for about half an hour, then rests.

    `seeded_at` (aware, now if not given) is the time by which `demo_orders` and `demo_events` were dated. `say` is
    given one line a move. The same `seed` gives the same moves.
    """

    def __init__(
        self,
        base_url: str,
        easypost_secret: str,
        clock: Clock | None = None,
        seeded_at: datetime | None = None,
        seed: int = 7,
        say: Callable[[str], None] = print,
    ) -> None:
        self._url, self._secret = f"{base_url.rstrip('/')}/webhooks/easypost", easypost_secret
        self._clock, self._random, self._say = clock or _MachineClock(), random.Random(seed), say
        now = seeded_at or self._clock.now()
        self._waiting = [
            _Journey(scenario, tracker, ROUTES[place % len(ROUTES)].split())
            for place, scenario in enumerate(moving())
            for tracker in trackers(scenario, now)
        ]

    async def run(self) -> None:
        """Move parcels until all have arrived, then wait to be cancelled.

        A message that the app doesn't take does no harm: the next one holds the whole history again.
        """
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            for move in self.moves():
                for line in move.lines:
                    self._say(line)
                for body in move.bodies:
                    await self._send(client, body)
                await asyncio.sleep(self._random.uniform(*PAUSE))
        self._say("All parcels have arrived. Start the demo anew to see them travel again.")
        await asyncio.Event().wait()

    def moves(self) -> Iterator[Move]:
        """Yield one move after the other, each dated when it is asked for."""
        travelling: list[_Journey] = []
        while self._waiting or travelling:
            while self._waiting and len(travelling) < AT_ONCE:
                travelling.append(self._waiting.pop(0))
            journey = travelling.pop(0)
            yield self._move(journey)
            if journey.ahead:
                travelling.append(journey)

    def _move(self, journey: _Journey) -> Move:
        if len(journey.ahead) > 1 and self._random.random() < _LATE:
            older = self._scan(journey, _A_MOMENT)
            newer = self._scan(journey)
            return Move((older.lines[0], newer.lines[0] + " (told in the wrong order)"), newer.bodies + older.bodies)
        move = self._scan(journey)
        if self._random.random() < _TWICE:
            return Move((move.lines[0] + " (told twice)",), move.bodies * 2)
        return move

    def _scan(self, journey: _Journey, ago: timedelta = timedelta(0)) -> Move:
        now = self._clock.now() - ago
        scan = scan_now(journey.ahead.pop(0), places(journey.scenario.customer), now)
        arrives = 0 if scan.stage.status == "out_for_delivery" else journey.tracker.arrives
        journey.tracker = replace(journey.tracker, scans=(*journey.tracker.scans, scan), arrives=arrives)
        message = scan.stage.message[0].lower() + scan.stage.message[1:]
        line = f"parcel of order {journey.scenario.number}: {message}"
        return Move((line,), (tracker_event(journey.tracker, now),))

    async def _send(self, client: httpx.AsyncClient, body: bytes) -> None:
        headers = {"Content-Type": "application/json", "X-Hmac-Signature": signature(body, self._secret)}
        try:
            answer = await client.post(self._url, content=body, headers=headers)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            self._say(f"the app did not take a carrier's message: {error}")
