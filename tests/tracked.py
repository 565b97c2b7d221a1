"""A tracking page on a real database, for tests: one order with its link, and what a browser would do with the page."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import httpx
from fastapi import FastAPI

from actions import times
from alerts.preferences import Choices, Preferences
from channels._frames import Visitors
from channels.web_chat import chat_router
from store.alerts import AlertWishes
from store.database import Database
from store.desk import ProofTable
from store.ratings import RatingTable
from store.texting import OptOutTable
from store.track import TrackTable
from support.identity import Identity
from support.limits import RateLimit
from support.ratings import Ratings
from support.texting import Consent
from tests.desks import FrozenClock
from tests.fakes import World, world
from tracking.model import (
    Address,
    Contact,
    EventUpdate,
    Item,
    OrderUpdate,
    ShipmentUpdate,
    Status,
    TrackingEvent,
)
from web import widget
from web.app import create_app
from web.track.brand import Look
from web.track.ports import TrackServices
from web.track.router import track_router
from web.track.tokens import TrackLinks

DANA = Contact("Dana Doe", "dana@example.com", "+15550100142")
EVE = Contact("Eve Roe", "eve@example.com", "+15550100177")
HOME = Address("94110", "San Francisco", "CA", "US")
SECRET = "test-visitors"
HOSTILE = "<script>alert(1)</script><b>Teapot</b>"
PARCELS = {"1001": "1Z999AA10123456784", "1002": "1Z999AA10123456785"}


@dataclass
class Tracked:
    """The app with its page, and what is behind it."""

    app: FastAPI
    world: World
    links: TrackLinks
    ratings: Ratings
    store: TrackTable
    identity: Identity
    visitors: Visitors
    clock: FrozenClock
    choices: Choices

    async def path(self, number: str = "1001") -> str:
        """The path of an order's page."""
        order = await self.world.services.orders.find(number)
        assert order is not None
        return (await self.links.url(order)).removeprefix("https://shop.example.com")

    async def scan(self, status: Status, number: str = "1001", **more: Any) -> None:
        """Record a scan of an order's parcel."""
        now = self.clock.now()
        event = TrackingEvent(status, more.pop("occurred_at", now), now, "test", **more)
        await self.world.services.ingest.record_events([EventUpdate(PARCELS[number], event)])

    @asynccontextmanager
    async def browser(self, address: str = "203.0.113.7") -> AsyncIterator[httpx.AsyncClient]:
        """Somebody at this client address."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="https://shop.example.com") as client:
            yield client


async def tracked(database: Database, per_address: int = 600) -> Tracked:
    """Wire the page around a world whose orders 1001 and 1002 belong to Dana and to Eve."""
    around, clock = world(database), FrozenClock(datetime.now(UTC))
    services, store, visitors = around.services, TrackTable(database), Visitors(SECRET)
    links = TrackLinks(SECRET, "https://shop.example.com", 90, store, clock)
    ratings, limit = Ratings(RatingTable(database), clock), RateLimit(per_address, 60)
    consent = Consent(OptOutTable(database), clock)
    choices = Choices(Preferences(AlertWishes(database), consent, clock), ("sms", "email"))
    page = TrackServices(
        orders=services.orders,
        desk=services.desk,
        tickets=services.tickets,
        proofs=ProofTable(database),
        ratings=ratings,
        store=store,
        visitors=visitors,
        times=times,
        clock=clock,
        limit=limit,
        look=Look("Lantern & Loom"),
        secret=SECRET,
        choices=choices,
    )
    chat = chat_router(services.desk, RateLimit(100, 60), limit, SECRET, None)
    app = create_app(services, [chat, widget.router, track_router(page, links)])
    await services.ingest.save_orders([_order("1001", DANA), _order("1002", EVE)])
    identity = Identity(ProofTable(database), services.orders, clock)
    return Tracked(app, around, links, ratings, store, identity, visitors, clock, choices)


def _order(number: str, customer: Contact) -> OrderUpdate:
    placed = datetime.now(UTC) - timedelta(days=3)
    return OrderUpdate(
        number,
        placed,
        "api",
        placed,
        customer,
        HOME,
        items=(Item("SHOE", "Blue shoes"), Item("POT", HOSTILE)),
        shipments=(ShipmentUpdate(PARCELS[number], "ups"),),
    )


def form_token(page: str, action: str) -> str:
    """The token of the form with this action."""
    found = re.search(rf'action="{re.escape(action)}".*?name="form" value="([^"]+)"', page, re.DOTALL)
    assert found, f"no form {action} on the page"
    return unescape(found[1])


async def send(client: httpx.AsyncClient, page: str, action: str, **fields: str) -> httpx.Response:
    """Open a page and send one of its forms, as a browser does; the answer isn't followed."""
    shown = await client.get(page)
    return await client.post(action, data={"form": form_token(shown.text, action), **fields})
