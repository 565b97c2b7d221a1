"""The demo's two stories, told to a real app by its public interface: what is asked, in which order, how it ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from demo.catalogue import PEOPLE
from demo.story import ROUTE, WHO, Kind, Storyteller
from demo.story_page import story_router
from store.database import Database
from support.model import TicketReason
from tests.fakes import API_KEY, SECRETS, RealClock, World, world
from tests.served import served
from tracking.model import Order, Status


@pytest.fixture
def app(database: Database) -> World:
    return world(database)


@asynccontextmanager
async def telling(app: World, secret: str = SECRETS["easypost_secret"]) -> AsyncIterator[Storyteller]:
    async with served(app.app) as address:
        yield Storyteller(f"http://{address}", API_KEY, secret, RealClock(), {"minute": 0.01, "quick": 0.0}, 0.01)


async def finished(storyteller: Storyteller, kind: Kind, done: int) -> dict[str, object]:
    """The run once it rests, or has come so far."""
    async with asyncio.timeout(30):
        while True:
            run = storyteller._runs[kind]
            if not run.working or run.done >= done:
                return run.shown(RealClock().now())
            await asyncio.sleep(0.01)


async def order(app: World, number: str) -> Order:
    found = await app.services.orders.find(number)
    assert found
    return found


async def test_a_parcel_travels_from_label_to_door(app: World) -> None:
    async with telling(app) as storyteller:
        assert storyteller.begin("moves", "minute")
        assert not storyteller.begin("moves", "quick")
        await finished(storyteller, "moves", len(ROUTE))
        await asyncio.gather(*storyteller._tasks)
        run = storyteller._runs["moves"]
        assert (run.working, run.next_at, run.trouble, run.done) == (False, None, "", len(ROUTE))
        assert storyteller.begin("moves", "quick")
        await asyncio.gather(*storyteller._tasks)
    for number in ("2001", "2002"):
        told = await order(app, number)
        (parcel,) = told.shipments
        assert told.customer == PEOPLE[WHO].contact
        assert parcel.status is Status.DELIVERED
        assert [event.status for event in parcel.events] == [
            Status.LABEL_CREATED, Status.PICKED_UP, Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY, Status.DELIVERED,
        ]  # fmt: skip


async def test_a_silent_parcel_s_ticket_is_waited_for_and_its_end_too(app: World) -> None:
    tickets = app.services.tickets
    async with telling(app) as storyteller:
        assert not storyteller.find()
        storyteller.begin("quiet", "minute")
        await finished(storyteller, "quiet", 1)
        (parcel,) = (await order(app, "2001")).shipments
        assert RealClock().now() - parcel.events[-1].occurred_at > timedelta(days=9)
        assert not storyteller.find()
        ticket = await tickets.open("finding:test", TicketReason.SPEAK_TO_HUMAN, "Silent", order_number="2001")
        await asyncio.gather(*storyteller._tasks)
        assert storyteller.shown()["quiet"] == storyteller._runs["quiet"].shown(RealClock().now())
        assert storyteller._runs["quiet"].ticket == ticket.number
        assert storyteller.find()
        assert not storyteller.find()
        await finished(storyteller, "quiet", 3)
        await tickets.update(ticket.number, {"state": "solved"}, "test")
        await asyncio.gather(*storyteller._tasks)
        run = storyteller._runs["quiet"]
        assert (run.done, run.working, run.trouble) == (4, False, "")
        assert not storyteller.find()


async def test_an_app_that_refuses_is_said(app: World) -> None:
    async with telling(app, "another secret") as storyteller:
        storyteller.begin("moves", "quick")
        await asyncio.gather(*storyteller._tasks)
        run = storyteller._runs["moves"]
    assert (run.done, run.working) == (0, False)
    assert "did not take it" in run.trouble


class _LateClock:
    """Two minutes pass between two looks at it."""

    def __init__(self) -> None:
        self.at = RealClock().now()

    def now(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


async def test_a_ticket_that_never_comes_is_not_waited_for_for_ever(app: World) -> None:
    async with telling(app) as storyteller:
        storyteller._clock = _LateClock()
        storyteller.begin("quiet", "minute")
        await asyncio.gather(*storyteller._tasks)
        assert storyteller._runs["quiet"].trouble
        assert not storyteller.find()


async def test_the_page_s_buttons(app: World) -> None:
    async with telling(app) as storyteller:
        pages = FastAPI()
        pages.include_router(story_router(storyteller))
        transport = httpx.ASGITransport(pages)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.example.com") as client:
            begun = await client.post("/story", json={"story": "moves", "pace": "quick"})
            again = await client.post("/story", json={"story": "moves"})
            nothing = await client.post("/story", json={"story": "found"})
            other = await client.post("/story", json={"story": "other"})
            page, state = await client.get("/story"), await client.get("/story/state")
            parts = [(await client.get(f"/story/{name}")).status_code for name in ("story.css", "story.js", "else")]
        await asyncio.gather(*storyteller._tasks)
    assert (begun.status_code, again.status_code, nothing.status_code, other.status_code) == (202, 409, 409, 422)
    assert begun.json()["moves"]["number"] == state.json()["moves"]["number"] == "2001"
    assert parts == [200, 200, 404]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "quiet hours" in page.text
