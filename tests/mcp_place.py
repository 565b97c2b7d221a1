"""The MCP server on a port of its own with a few shoppers' orders, and the official client to talk to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx2
from fastapi import FastAPI
from mcp import ClientSession
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult
from starlette.types import ASGIApp, Receive, Scope, Send

from skills.mcp_server.route import router
from store.database import Database
from support.model import Link, SignedIdentity
from tests.fakes import PUBLIC_URL, World, world
from tests.linking import Shop
from tests.served import served
from tracking.model import (
    Contact,
    DeliveryWindow,
    EventUpdate,
    Item,
    OrderUpdate,
    ShipmentUpdate,
    Status,
    TrackingEvent,
)
from web.app import create_app
from web.oauth import oauth_router

T = TypeVar("T")
ROBIN = SignedIdentity("+15550100142", "robin@example.com")
SAM = SignedIdentity("", "sam@example.com")
NOBODY = SignedIdentity("", "nobody@example.com")
ALL = frozenset({"orders:read", "orders:help"})
OURS = f"{PUBLIC_URL}/mcp"
LINKS: dict[str, Link] = {
    "robin-token": Link("robin-1", "assistant", ROBIN, ALL, OURS),
    "sam-token": Link("sam-1", "assistant", SAM, ALL, OURS),
    "nobody-token": Link("nobody-1", "assistant", NOBODY, ALL, OURS),
    "reading-token": Link("robin-2", "assistant", ROBIN, frozenset({"orders:read"}), OURS),
    "helping-token": Link("robin-3", "assistant", ROBIN, frozenset({"orders:help"}), OURS),
    "elsewhere-token": Link("robin-4", "assistant", ROBIN, ALL, "https://other.example.com/mcp"),
    "anywhere-token": Link("robin-5", "assistant", ROBIN, ALL, ""),
}
"""What each token stands for. One that isn't here is unknown, or no longer good: `linked` says the same of both."""

HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


class Counted:
    """An app that knows how many requests it is busy with."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.now = app, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one."""
        self.now += scope["type"] == "http"
        try:
            await self.app(scope, receive, send)
        finally:
            self.now -= scope["type"] == "http"


@dataclass
class Place:
    """The running server."""

    app: World
    url: str
    counted: "Counted"

    def under_way(self) -> int:
        """How many requests the server is busy with."""
        return self.counted.now

    @asynccontextmanager
    async def http(self, token: str | None = "robin-token", **headers: str) -> AsyncIterator[httpx2.AsyncClient]:
        """A plain HTTP client that bears this token."""
        known = {"Authorization": f"Bearer {token}"} if token else {}
        async with httpx2.AsyncClient(headers={**known, **headers}, timeout=30, trust_env=False) as client:
            yield client

    @asynccontextmanager
    async def session(self, token: str = "robin-token") -> AsyncIterator[ClientSession]:
        """The official client's session after its handshake (protocol versions to 2025-11-25)."""
        async with (
            self.http(token) as client,
            streamable_http_client(self.url, http_client=client) as (reading, writing),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            yield session

    @asynccontextmanager
    async def modern(self, token: str = "robin-token", mode: str = "auto") -> AsyncIterator[Client]:
        """The official client as it comes: without a handshake where the server can do without (2026-07-28)."""
        async with (
            self.http(token) as client,
            Client(streamable_http_client(self.url, http_client=client), mode=mode) as connected,
        ):
            yield connected

    async def post(self, body: Any, token: str | None = "robin-token", **headers: str) -> httpx2.Response:
        """Send one message by hand; bytes go as they are."""
        sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        async with self.http(token, **{**HEADERS, **headers}) as client:
            return await client.post(self.url, **sent)


@asynccontextmanager
async def mcp_place(
    database: Database, seconds: float = 6.5, per_conversation: int = 1000, public_url: str = PUBLIC_URL
) -> AsyncIterator[Place]:
    """Serve an app whose linked accounts are LINKS."""

    async def linked(token: str) -> Link | None:
        return LINKS.get(token)

    app = world(database, per_conversation=per_conversation)
    given = replace(app.given, linked=linked, public_url=public_url)
    counted = Counted(create_app(app.services, [router(given, seconds)]))
    async with served(counted) as address:  # type: ignore[arg-type]
        yield Place(app, f"http://{address}/mcp", counted)


@asynccontextmanager
async def linking_place(database: Database) -> AsyncIterator[tuple[Place, Shop]]:
    """Serve an app together with account linking, both by the address that they are served at."""
    app, counted = world(database, per_conversation=1000), Counted(FastAPI())
    async with served(counted) as address:  # type: ignore[arg-type]
        shop = Shop(database, f"http://{address}", registration=True)
        given = replace(app.given, linked=shop.links.by_token, public_url=f"http://{address}")
        counted.app = create_app(app.services, [router(given), oauth_router(shop.services)])
        yield Place(app, f"http://{address}/mcp", counted), shop


@asynccontextmanager
async def apart(manager: AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
    """Enter and leave it in one task of its own, as what has cancel scopes must be; for fixtures, which aren't."""
    ready: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    leave = asyncio.Event()

    async def keep() -> None:
        async with manager as entered:
            ready.set_result(entered)
            await leave.wait()

    keeping = asyncio.create_task(keep())
    await asyncio.wait({keeping, ready}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield ready.result() if ready.done() else await _never(keeping)
    finally:
        leave.set()
        await keeping


async def _never(keeping: "asyncio.Task[None]") -> Any:
    await keeping
    raise AssertionError("It ended before it began.")


def called(tool: str, id_: int | str = 1, **arguments: Any) -> dict[str, Any]:
    """The message that calls a tool."""
    return {"jsonrpc": "2.0", "id": id_, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


def given(result: CallToolResult) -> dict[str, Any]:
    """The structured content of a result that is no error."""
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    return result.structured_content


def complaint(result: CallToolResult) -> str:
    """The text of a result that is an error for the model to read."""
    assert result.is_error
    assert result.structured_content is None
    (content,) = result.content
    assert content.type == "text"
    return content.text


HELLO = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}


async def seed(app: World) -> None:
    """Robin has one order on its way (1001, late) and one that was delivered (1002); Sam has two on their way."""
    now = datetime.now(UTC)
    robin, sam = Contact("Robin Doe", ROBIN.email, ROBIN.phone), Contact("Sam Roe", SAM.email)
    late = DeliveryWindow(now - timedelta(days=4), now - timedelta(days=2), now - timedelta(days=9), "shop")
    await app.services.ingest.save_orders(
        [
            _order("1001", now, robin, "1Z999AA10123456784", "Blue shoes", promised=late, placed_at=now - _days(9)),
            _order("1002", now, robin, "1Z999AA10123456785", "Red hat", placed_at=now - _days(30)),
            _order("2001", now, sam, "1Z999AA10123456786", "Green lamp", placed_at=now - _days(3)),
            _order("2002", now, sam, "1Z999AA10123456787", "White cup", placed_at=now - _days(2)),
        ]
    )
    await app.services.ingest.record_events(
        [
            _scan("1Z999AA10123456784", Status.IN_TRANSIT, now - _days(1)),
            _scan("1Z999AA10123456785", Status.DELIVERED, now - _days(20)),
            _scan("1Z999AA10123456786", Status.IN_TRANSIT, now - _days(1)),
        ]
    )


def _order(number: str, now: datetime, who: Contact, parcel: str, title: str, **fields: Any) -> OrderUpdate:
    shipment = ShipmentUpdate(parcel, "ups")
    return OrderUpdate(number, now, "test", customer=who, items=(Item("a", title),), shipments=(shipment,), **fields)


def _scan(parcel: str, status: Status, at: datetime) -> EventUpdate:
    return EventUpdate(
        parcel, TrackingEvent(status, at, at, "test", location="Leeds, GB", description="Scanned"), "ups"
    )


def _days(count: int) -> timedelta:
    return timedelta(days=count)
