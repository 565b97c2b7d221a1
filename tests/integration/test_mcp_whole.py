"""The MCP tools on the whole program, with the real bot: its words are true to the facts beside them."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Any

import httpx
import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from store.clients import ClientTable
from store.database import Database
from store.linking import LinkTable
from support.clients import Clients
from support.linking import SCOPES, Links
from support.model import SignedIdentity
from tests.conftest import Running
from tests.fakes import RealClock

EMAIL = "mcp-shopper@example.com"
BACK = "https://assistant.example.com/linked"
NOW = datetime.now(UTC)
LONG_NUMBER = re.compile(r"\d{7}")


async def post(running: Running, path: str, body: Any) -> None:
    headers = {"Authorization": f"Bearer {running.api_key}"}
    async with httpx.AsyncClient(base_url=running.base_url, headers=headers, trust_env=False) as client:
        (await client.post(path, json=body)).raise_for_status()


def order(number: str, parcel: str, title: str, days: int, email: str = EMAIL) -> dict[str, Any]:
    """An order placed nine days ago and promised for so many days from now."""
    placed, promised = NOW - timedelta(days=9), NOW + timedelta(days=days)
    return {
        "number": number,
        "placed_at": placed.isoformat(),
        "customer": {"name": "Robin Doe", "email": email},
        "promised": {"earliest": promised.isoformat(), "latest": (promised + timedelta(hours=4)).isoformat()},
        "items": [{"sku": "a", "title": title, "quantity": 1}],
        "shipments": [{"tracking_number": parcel, "carrier": "ups"}],
    }


async def link(running: Running) -> str:
    """Link the shopper's account as the pages do, and return the access token."""
    database = Database(f"sqlite:///{running.folder / 'doorstep.db'}")
    try:
        clients, links = Clients(ClientTable(database), RealClock()), Links(LinkTable(database), RealClock())
        client, _ = await clients.add("Assistant", [BACK], public=True)
        code, access, scopes = token_urlsafe(32), token_urlsafe(32), frozenset(SCOPES)
        identity, resource = SignedIdentity(email=EMAIL), f"{running.base_url}/mcp"
        await links.allow(code, client, identity, scopes, BACK, "", resource)
        assert await links.exchange(code, access, token_urlsafe(32), scopes)
        return access
    finally:
        await database.close()


@asynccontextmanager
async def assistant(running: Running) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {await link(running)}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30, trust_env=False) as http,
        Client(streamable_http_client(f"{running.base_url}/mcp", http_client=http)) as client,
    ):
        yield client


@pytest.fixture(scope="module")
async def shop(doorstep_server: Running) -> Running:
    """Two orders of the shopper, one of them late, and one of somebody else."""
    await post(
        doorstep_server,
        "/api/v1/orders",
        [
            order("88101", "1Z999AA10123456701", "Blue shoes", -3),
            order("88102", "1Z999AA10123456702", "Red hat", 3),
            order("88201", "1Z999AA10123456703", "Green lamp", 3, "other@example.com"),
        ],
    )
    at = (NOW - timedelta(hours=5)).isoformat()
    scanned = [
        {"tracking_number": f"1Z999AA1012345670{i}", "status": "in_transit", "occurred_at": at, "location": "Leeds, GB"}
        for i in (1, 2)
    ]
    await post(doorstep_server, "/api/v1/tracking-events", {"events": scanned})
    return doorstep_server


async def use(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    say = result.structured_content["say"]
    assert say
    assert say[-1] in ".!?"
    assert "http" not in say
    assert not LONG_NUMBER.search(say)
    return result.structured_content


async def test_the_bot_answers_in_speech_and_the_facts_agree(shop: Running) -> None:
    async with assistant(shop) as client:
        listed = await use(client, "list_my_orders")
        assert {found["order_number"] for found in listed["orders"]} == {"88101", "88102"}
        assert "You have 2 orders" in listed["say"]
        asked = await use(client, "track_order")
        assert {found["order_number"] for found in asked["choices"]} == {"88101", "88102"}
        tracked = await use(client, "track_order", order_number="88102")
        assert "on its way with UPS" in tracked["say"]
        assert "5 hours ago" in tracked["say"]
        assert (tracked["order"]["status"], tracked["order"]["is_late"]) == ("in_transit", False)
        late = await use(client, "explain_delay", order_number="88101")
        assert "it's late" in late["say"]
        assert late["order"]["is_late"] is True
        fine = await use(client, "explain_delay", order_number="88102")
        assert "it isn't late" in fine["say"]


async def test_a_person_is_called_with_all_that_was_said(shop: Running) -> None:
    async with assistant(shop) as client:
        await use(client, "track_order", order_number="88101")
        reported = await use(client, "report_problem", order_number="88101", kind="late", details="It is a gift")
        assert reported["ticket"].startswith("T-")
        called = await use(client, "talk_to_a_person", message="Please ring me")
        assert "a person" in called["say"]
        assert called["ticket"] not in (None, reported["ticket"])
        tracked = await use(client, "track_order", order_number="88101")
        assert "on its way with UPS" in tracked["say"], "the bot goes on while a person is called for"


async def test_another_s_order_is_no_order(shop: Running) -> None:
    async with assistant(shop) as client:
        theirs = await client.call_tool("track_order", {"order_number": "88201"})
        nobody = await client.call_tool("track_order", {"order_number": "99999"})
        assert theirs.is_error
        assert theirs.content == nobody.content
