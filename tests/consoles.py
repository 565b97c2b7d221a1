"""Agents at the console, for tests: accounts, signed-in browsers without a window, and their live sockets."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from support.agents import Account, Role
from support.model import Inbound, TicketReason
from tests.fakes import PUBLIC_URL, World
from tracking.model import Contact, EventUpdate, Item, OrderUpdate, ShipmentUpdate, Status, TrackingEvent

PASSWORD = "correct horse battery"
COOKIE = "doorstep_agent"


@dataclass
class Browser:
    """Somebody's browser on the console: keeps cookies, sends the forms' token."""

    client: httpx.AsyncClient
    account: Account | None = None

    async def get(self, path: str = "", **headers: str) -> httpx.Response:
        """Open a page."""
        return await self.client.get(f"/console{path}", headers=headers)

    async def token(self) -> str:
        """The form token of a page that is open to this browser."""
        page = await self.client.get("/console/sign-in" if self.account is None else "/console")
        found = re.search(r'name="form-token" content="(\w+)"', page.text)
        assert found, page.text
        return found[1]

    async def post(self, path: str, live: bool = True, **fields: str) -> httpx.Response:
        """Send a form, as a script does or as a browser without scripts."""
        headers = {"x-doorstep": "act"} if live else {}
        return await self.client.post(
            f"/console{path}", data={**fields, "form_token": await self.token()}, headers=headers
        )

    @property
    def cookie(self) -> str:
        """The session's token."""
        return self.client.cookies.get(COOKIE) or ""


@asynccontextmanager
async def browser(world: World, address: str = "203.0.113.9", base: str = PUBLIC_URL) -> AsyncIterator[Browser]:
    """A browser that has signed nobody in."""
    transport = httpx.ASGITransport(world.app, raise_app_exceptions=False, client=(address, 5000))
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        yield Browser(client)


async def sign_in(page: Browser, email: str, password: str = PASSWORD, code: str = "") -> httpx.Response:
    """Fill in the form."""
    return await page.post("/sign-in", live=False, email=email, password=password, code=code)


@asynccontextmanager
async def agent(world: World, name: str = "Sam", role: Role = "agent") -> AsyncIterator[Browser]:
    """A browser in which somebody of this name is signed in."""
    account = await world.console.agents.add(f"{name.split()[0].lower()}@example.com", name, role, PASSWORD)
    async with browser(world) as page:
        assert (await sign_in(page, account.email)).status_code == 303
        page.account = account
        yield page


async def waiting(world: World, conversation: str = "c1", text: str = "person please", order: str = "") -> str:
    """A shopper who waits; the ticket's number."""
    await world.services.desk.handle(Inbound(conversation, "m1", text.replace("person", "somebody")))
    ticket = await world.services.tickets.open(
        conversation, TicketReason.MISSING, "It is not here", order or None, {"seen": "nowhere"}
    )
    return ticket.number


async def an_order(world: World, number: str = "1001", **customer: str) -> None:
    """An order with one parcel and one scan."""
    now = world.services.clock.now()
    given = {"name": "Ada Wickett", "email": "ada@example.com", "phone": "+12025550101", **customer}
    await world.services.ingest.save_orders(
        [
            OrderUpdate(
                number,
                now,
                "test",
                now,
                Contact(**given),
                items=(Item("K", "Kettle"),),
                shipments=(ShipmentUpdate(f"TEST{number}", "ups"),),
            )
        ]
    )
    event = TrackingEvent(Status.IN_TRANSIT, now, now, "test-carrier", "IT-RAW", "Springfield", "Left the centre")
    await world.services.ingest.record_events([EventUpdate(f"TEST{number}", event, "ups")])


class Screen:
    """The live socket of an open page."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def send(self, **frame: Any) -> None:
        """Send a frame."""
        await self.socket.send(json.dumps(frame))

    async def next_of(self, kind: str, seconds: float = 30) -> dict[str, Any]:
        """The next frame of this type, passing over others."""
        while True:
            frame: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), seconds))
            if frame["type"] == kind:
                return frame

    async def nothing_of(self, kind: str, seconds: float = 0.3) -> bool:
        """Whether no such frame comes in this time."""
        try:
            await self.next_of(kind, seconds)
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def screen(address: str, page: Browser, origin: str | None = None) -> AsyncIterator[Screen]:
    """Open the live socket as a page of ours does."""
    headers = {"Cookie": f"{COOKIE}={page.cookie}"}
    given = origin if origin is not None else f"http://{address}"
    async with connect(f"ws://{address}/console/live", origin=given, additional_headers=headers, proxy=None) as socket:
        yield Screen(socket)
