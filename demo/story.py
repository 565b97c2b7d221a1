"""Two parcels to watch: one travels from label to door within a minute, another falls silent; draws no page.

They take the ways that are open to everybody: the order comes by the API, its scans by EasyPost's signed webhook.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import httpx

from demo.catalogue import PEOPLE
from demo.orders import trackers
from demo.scans import STAGES, scan_now
from demo.scenario import Parcel, Scenario, places
from demo.wire import Tracker, signature, tracker_event
from tracking.model import OrderUpdate, Status
from tracking.ports import Clock

Kind = Literal["moves", "quiet"]
WHO = "wren"
"""Whose parcels they are."""
ROUTE = ("label", "picked_up", "hub", "out", "porch")
PACES: Mapping[str, float] = {"minute": 13.0, "quick": 4.0}
"""Seconds from scan to scan."""
_SILENT = "label:12d picked_up:11d hub:10d"
_QUIET = (
    "An order comes in whose parcel was last scanned ten days ago",
    "Doorstep finds it too quiet and opens a ticket",
    "The carrier scans it again",
    "Nobody has taken the ticket, so it closes itself",
)
_PATIENCE = timedelta(minutes=2)


@dataclass(slots=True)
class Run:
    """A story that is being told: `done` of its `steps` have happened, the next at `next_at` if that is known."""

    number: str
    steps: tuple[str, ...]
    done: int = 0
    next_at: datetime | None = None
    working: bool = True
    ticket: str = ""
    trouble: str = ""

    def shown(self, now: datetime) -> dict[str, object]:
        """The run as the page shows it."""
        return {
            "number": self.number,
            "steps": [{"title": title, "done": place < self.done} for place, title in enumerate(self.steps)],
            "next_in": max(0.0, (self.next_at - now).total_seconds()) if self.next_at else None,
            "working": self.working,
            "ticket": self.ticket,
            "trouble": self.trouble,
        }


class Storyteller:
    """Tells each of the stories once at a time, as often as it is asked to; `pause` is the time between two looks."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        easypost_secret: str,
        clock: Clock,
        paces: Mapping[str, float] = PACES,
        pause: float = 1.0,
    ) -> None:
        self._url, self._key, self._secret = base_url.rstrip("/"), api_key, easypost_secret
        self._clock, self._paces, self._pause = clock, paces, pause
        self._runs: dict[Kind, Run] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._last = 2000

    def shown(self) -> dict[str, object]:
        """All runs as the page shows them."""
        now = self._clock.now()
        return {kind: run.shown(now) for kind, run in self._runs.items()}

    def begin(self, kind: Kind, pace: str) -> bool:
        """Begin a story anew; says False while it is still being told."""
        before = self._runs.get(kind)
        if before and before.working:
            return False
        self._last += 1
        steps = _QUIET if kind == "quiet" else tuple(STAGES[stage].message for stage in ROUTE)
        run = self._runs[kind] = Run(str(self._last), steps)
        self._tell(run, self._quiet if kind == "quiet" else lambda it, way: self._moves(it, way, self._paces[pace]))
        return True

    def find(self) -> bool:
        """Let the silent parcel be scanned again; says False where there is none that has a ticket."""
        run = self._runs.get("quiet")
        if run is None or run.working or run.done != 2:
            return False
        run.working = True
        self._tell(run, self._found)
        return True

    def _tell(self, run: Run, story: Callable[[Run, httpx.AsyncClient], Awaitable[None]]) -> None:
        async def told() -> None:
            try:
                async with httpx.AsyncClient(base_url=self._url, timeout=10, trust_env=False) as client:
                    await story(run, client)
            except httpx.HTTPError as error:
                run.trouble = f"The app did not take it ({type(error).__name__})."
            finally:
                run.working, run.next_at = False, None

        task = asyncio.create_task(told())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _moves(self, run: Run, client: httpx.AsyncClient, seconds: float) -> None:
        scenario = Scenario(run.number, WHO, (Parcel("ups", ("LANTERN",)),), Status.DELIVERED, placed=0)
        await self._order(client, scenario)
        tracker = Tracker(scenario.tracking_number(0), "ups", (), arrives=0)
        for stage in ROUTE:
            if run.done:
                run.next_at = self._clock.now() + timedelta(seconds=seconds)
                await asyncio.sleep(seconds)
            tracker = await self._scan(client, scenario, tracker, stage)
            run.done += 1

    async def _quiet(self, run: Run, client: httpx.AsyncClient) -> None:
        scenario = _silent(run.number)
        await self._order(client, scenario)
        for tracker in trackers(scenario, self._clock.now()):
            await self._send(client, tracker)
        run.done = 1
        run.ticket = await self._ticket(run, client, {"open", "pending"})
        run.done += bool(run.ticket)

    async def _found(self, run: Run, client: httpx.AsyncClient) -> None:
        scenario = _silent(run.number)
        for tracker in trackers(scenario, self._clock.now()):
            await self._scan(client, scenario, tracker, "hub_out")
        run.done = 3
        run.done += bool(await self._ticket(run, client, {"solved"}))

    async def _order(self, client: httpx.AsyncClient, scenario: Scenario) -> None:
        headers = {"Authorization": f"Bearer {self._key}"}
        told = _as_json(scenario.order(self._clock.now()))
        (await client.post("/api/v1/orders", json=told, headers=headers)).raise_for_status()

    async def _scan(self, client: httpx.AsyncClient, scenario: Scenario, tracker: Tracker, stage: str) -> Tracker:
        """Have the parcel scanned now; returns all that its carrier knows by then."""
        scan = scan_now(stage, places(scenario.customer), self._clock.now())
        grown = replace(tracker, scans=(*tracker.scans, scan))
        await self._send(client, grown)
        return grown

    async def _send(self, client: httpx.AsyncClient, tracker: Tracker) -> None:
        body = tracker_event(tracker, self._clock.now())
        headers = {"Content-Type": "application/json", "X-Hmac-Signature": signature(body, self._secret)}
        (await client.post("/webhooks/easypost", content=body, headers=headers)).raise_for_status()

    async def _ticket(self, run: Run, client: httpx.AsyncClient, states: set[str]) -> str:
        """Wait for the order's ticket to be in one of these states; empty, and said, where that takes too long."""
        headers, until = {"Authorization": f"Bearer {self._key}"}, self._clock.now() + _PATIENCE
        while self._clock.now() < until:
            answer = await client.get("/api/v1/tickets", params={"limit": 200}, headers=headers)
            for ticket in answer.raise_for_status().json():
                if ticket["order_number"] == run.number and ticket["state"] in states:
                    return str(ticket["number"])
            await asyncio.sleep(self._pause)
        run.trouble = "Nothing has come of it in two minutes."
        return ""


def _silent(number: str) -> Scenario:
    return Scenario(number, WHO, (Parcel("usps", ("CLOCK",), _SILENT),), Status.IN_TRANSIT, placed=13)


def _as_json(order: OrderUpdate) -> dict[str, Any]:
    """Return an order as a shop writes it for the API."""
    person = PEOPLE[WHO]
    contact, home = person.contact, person.address
    return {
        "number": order.number,
        "placed_at": order.placed_at.isoformat() if order.placed_at else None,
        "customer": {"name": contact.name, "email": contact.email, "phone": contact.phone},
        "ship_to": {"postcode": home.postcode, "city": home.city, "region": home.region, "country": home.country},
        "items": [{"sku": item.sku, "title": item.title, "quantity": item.quantity} for item in order.items or ()],
        "shipments": [
            {"tracking_number": parcel.tracking_number, "carrier": parcel.carrier, "items": list(parcel.skus)}
            for parcel in order.shipments
        ],
    }
