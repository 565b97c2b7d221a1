"""Who gets into /mcp and who does not, and what the wire refuses: tokens, scopes, sessions, origins, versions."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from itertools import product
from typing import Any

import pytest
from mcp.types import CallToolResult
from mcp.types.version import HANDSHAKE_PROTOCOL_VERSIONS, LATEST_HANDSHAKE_VERSION, LATEST_MODERN_VERSION
from sqlalchemy import func, select

from skills.mcp_server.route import BODY_LIMIT, CALLS_A_MINUTE
from store.database import Database
from store.support_tables import messages
from support.model import Link, TicketReason
from tests.conftest import ROOT
from tests.fakes import PUBLIC_URL
from tests.mcp_place import ALL, HELLO, LINKS, ROBIN, Place, called, mcp_place, seed

METADATA = f"{PUBLIC_URL}/.well-known/oauth-protected-resource/mcp"
TRACK = called("track_order", order_number="1001")
REPORT = called("report_problem", order_number="1001", kind="late")


@pytest.fixture
async def place(database: Database) -> AsyncIterator[Place]:
    async with mcp_place(database) as opened:
        await seed(opened.app)
        yield opened


def challenge(header: str) -> dict[str, str]:
    """The parameters of a WWW-Authenticate header."""
    assert header.startswith("Bearer ")
    return dict(re.findall(r'(\w+)="([^"]*)"', header))


async def test_without_a_token_for_us_nobody_gets_in(place: Place) -> None:
    tokens = (None, "unknown", "elsewhere-token", "anywhere-token", "x" * 5000)
    for token, message in product(tokens, (HELLO, TRACK)):
        answer = await place.post(message, token)
        assert answer.status_code == 401
        assert answer.json()["error"]["message"]
        told = challenge(answer.headers["www-authenticate"])
        assert told == {"resource_metadata": METADATA, "error": "invalid_token", "scope": "orders:read orders:help"}
    assert place.app.bot.heard == []


async def test_every_way_in_needs_a_token(place: Place) -> None:
    for method, status in (("GET", 405), ("DELETE", 405), ("POST", 415)):
        async with place.http(None) as client:
            assert (await client.request(method, place.url)).status_code == 401
        async with place.http("robin-token") as client:
            assert (await client.request(method, place.url)).status_code == status


async def test_a_token_comes_as_bearer_and_in_no_other_way(place: Place) -> None:
    for authorization in ("", "Bearer", "Basic robin-token", "robin-token", "Bearer robin token", "bearerrobin-token"):
        assert (await place.post(HELLO, None, Authorization=authorization)).status_code == 401
    assert (await place.post(HELLO, None, Authorization="bearer robin-token")).status_code == 200
    async with place.http(None) as client:
        assert (await client.post(f"{place.url}?access_token=robin-token", json=HELLO)).status_code == 401


@pytest.mark.parametrize(
    ("token", "message", "scope"),
    [("reading-token", REPORT, "orders:help orders:read"), ("helping-token", TRACK, "orders:help orders:read")],
)
async def test_what_was_not_allowed_is_refused_and_named(place: Place, token: str, message: Any, scope: str) -> None:
    answer = await place.post(message, token)
    assert answer.status_code == 403
    told = challenge(answer.headers["www-authenticate"])
    assert told == {"resource_metadata": METADATA, "error": "insufficient_scope", "scope": scope}
    assert await place.app.given.tickets.list() == ()
    assert place.app.bot.heard == []


async def test_what_was_allowed_is_done(place: Place) -> None:
    assert (await place.post(TRACK, "reading-token")).json()["result"]["isError"] is False
    assert (await place.post(REPORT, "helping-token")).json()["result"]["isError"] is False
    (ticket,) = await place.app.given.tickets.list()
    assert ticket.reason is TicketReason.LATE


async def test_a_link_that_ends_ends_at_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async with place.session() as session:
        await session.call_tool("track_order", {})
        monkeypatch.delitem(LINKS, "robin-token")
        answer = await place.post(TRACK)
        assert answer.status_code == 401
    assert len(place.app.bot.heard) == 1


async def test_another_s_session_is_refused(place: Place) -> None:
    begun = await place.post(HELLO, "robin-token")
    session = begun.headers["mcp-session-id"]
    for message in (TRACK, HELLO, {"jsonrpc": "2.0", "method": "notifications/initialized"}):
        answer = await place.post(message, "sam-token", **{"Mcp-Session-Id": session})
        assert answer.status_code == 404
        assert "mcp-session-id" not in answer.headers
    assert place.app.bot.heard == []
    own = await place.post(TRACK, "robin-token", **{"Mcp-Session-Id": session})
    assert own.json()["result"]["structuredContent"]["order"]["order_number"] == "1001"


async def test_a_made_up_session_is_refused(place: Place) -> None:
    for session in ("x", "0" * 64, "0" * 5000):
        assert (await place.post(TRACK, **{"Mcp-Session-Id": session})).status_code == 404


async def test_another_cannot_call_off_a_call(place: Place) -> None:
    session = (await place.post(HELLO)).headers["mcp-session-id"]
    place.app.bot.gate.clear()
    calling = asyncio.create_task(place.post(TRACK, **{"Mcp-Session-Id": session}))
    while not place.app.bot.heard:  # noqa: ASYNC110 - the other side has no event to wait for
        await asyncio.sleep(0.01)
    cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
    assert (await place.post(cancel, "sam-token", **{"Mcp-Session-Id": session})).status_code == 404
    assert (await place.post(cancel, "robin-token")).status_code == 202
    place.app.bot.gate.set()
    assert (await calling).json()["result"]["isError"] is False


async def test_the_owner_can_call_off_and_the_request_ends(place: Place) -> None:
    session = {"Mcp-Session-Id": (await place.post(HELLO)).headers["mcp-session-id"]}
    place.app.bot.gate.clear()
    calling = asyncio.create_task(place.post(TRACK, **session))
    while not place.app.bot.heard:  # noqa: ASYNC110 - the other side has no event to wait for
        await asyncio.sleep(0.01)
    cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
    assert (await place.post(cancel, **session)).status_code == 202
    answer = (await asyncio.wait_for(calling, 10)).json()
    assert (answer["id"], answer["error"]["code"]) == (1, -32800)
    place.app.bot.gate.set()


async def test_a_report_sent_again_does_nothing_twice(place: Place) -> None:
    session = {"Mcp-Session-Id": (await place.post(HELLO)).headers["mcp-session-id"]}
    answers = [(await place.post(REPORT, **session)).json()["result"]["structuredContent"] for _ in range(2)]
    assert answers[0]["ticket"] == answers[1]["ticket"]
    assert answers[0]["say"] == answers[1]["say"]
    other = called("report_problem", order_number="1001", kind="late", details="Still not here")
    await place.post(other, **session)
    (ticket,) = await place.app.given.tickets.list()
    assert ticket.calls == 2, "the same request once, and the other one with the same id"


async def test_a_question_sent_again_is_asked_anew(place: Place) -> None:
    session = {"Mcp-Session-Id": (await place.post(HELLO)).headers["mcp-session-id"]}
    for _ in range(2):
        await place.post(TRACK, **session)
    assert len(place.app.bot.heard) == 2


async def test_every_version_with_a_handshake_is_spoken(place: Place) -> None:
    for version in HANDSHAKE_PROTOCOL_VERSIONS:
        hello = {**HELLO, "params": {**HELLO["params"], "protocolVersion": version}}  # type: ignore[dict-item]
        told = (await place.post(hello)).json()["result"]
        assert told["protocolVersion"] == version
        assert told["serverInfo"]["name"] == "doorstep"
        assert "say" in told["instructions"]
        answer = await place.post(TRACK, **{"MCP-Protocol-Version": version})
        assert answer.json()["result"]["content"][0]["text"] == "You said: where is my order 1001."


async def test_an_unknown_version_is_offered_ours(place: Place) -> None:
    hello = {**HELLO, "params": {**HELLO["params"], "protocolVersion": "1999-01-01"}}  # type: ignore[dict-item]
    assert (await place.post(hello)).json()["result"]["protocolVersion"] == LATEST_HANDSHAKE_VERSION
    refused = await place.post(TRACK, **{"MCP-Protocol-Version": "1999-01-01"})
    assert refused.status_code == 400


@pytest.mark.parametrize(("mode", "version"), [("auto", LATEST_MODERN_VERSION), ("legacy", LATEST_HANDSHAKE_VERSION)])
async def test_the_client_agrees_on_a_version_and_calls(place: Place, mode: str, version: str) -> None:
    async with place.modern(mode=mode) as client:
        assert client.protocol_version == version
        assert len((await client.list_tools()).tools) == 5
        result = await client.call_tool("track_order", {"order_number": "1001"})
        assert isinstance(result, CallToolResult)
        assert result.structured_content["say"] == "You said: where is my order 1001."


async def test_a_ping_is_answered(place: Place) -> None:
    async with place.session() as session:
        await session.send_ping()


async def test_what_is_no_message_is_refused(place: Place) -> None:
    bodies = (
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'"hello"',
        b"[" * 20_000,
        b'{"jsonrpc": "2.0"}',
        b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}',
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}',
        b"x" * (BODY_LIMIT + 1),
    )
    for body, version in product(bodies, ("2025-11-25", LATEST_MODERN_VERSION)):
        answer = await place.post(body, **{"MCP-Protocol-Version": version})
        assert answer.status_code == (413 if len(body) > BODY_LIMIT else 400), body[:80]
        assert answer.json()["error"]["message"]
    assert place.app.bot.heard == []


async def test_a_call_that_makes_no_sense_is_an_error(place: Place) -> None:
    for params in ({}, {"name": 7}, {"name": "track_order", "arguments": "1001"}):
        answer = await place.post({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
        assert answer.json()["error"]["code"] == -32602
    assert place.app.bot.heard == []


async def test_what_we_do_not_have_is_said(place: Place) -> None:
    for method in ("tools/sell", "resources/list", "prompts/list"):
        answer = await place.post({"jsonrpc": "2.0", "id": 1, "method": method, "params": {}})
        assert answer.json()["error"]["code"] == -32601


async def test_only_json_is_taken(place: Place) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert (await place.post(b"{}", **{"Content-Type": kind})).status_code == 415


async def test_a_client_must_take_json(place: Place) -> None:
    assert (await place.post(HELLO, Accept="text/html")).status_code == 406


async def test_pages_of_other_sites_are_refused(place: Place) -> None:
    for name, value, status in (
        ("Host", "evil.example.com", 421),
        ("Host", "shop.example.com", 200),
        ("Host", "shop.example.com:443", 200),
        ("Origin", "https://evil.example.com", 403),
        ("Origin", "null", 403),
        ("Origin", "http://localhost:3000", 403),
        ("Origin", PUBLIC_URL, 200),
    ):
        assert (await place.post(HELLO, **{name: value})).status_code == status, value


async def test_on_this_machine_pages_of_this_machine_may_ask(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = "http://localhost:8000"
    monkeypatch.setitem(LINKS, "local-token", Link("robin-6", "assistant", ROBIN, ALL, f"{ours}/mcp"))
    async with mcp_place(database, public_url=ours) as place:
        for origin, status in (("http://localhost:3000", 200), ("http://evil.example.com", 403)):
            assert (await place.post(HELLO, "local-token", Origin=origin)).status_code == status


async def test_a_flood_is_slowed_down(place: Place) -> None:
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    async with place.http("nobody-token") as client:
        statuses = [(await client.post(place.url, json=ping)).status_code for _ in range(CALLS_A_MINUTE + 1)]
        assert statuses == [200] * CALLS_A_MINUTE + [429]
    assert (await place.post(ping, "sam-token")).status_code == 200


async def test_a_message_kept_for_one_shopper_is_never_another_s(place: Place, database: Database) -> None:
    for token in ("robin-token", "sam-token"):
        await place.post(called("talk_to_a_person", message=f"I have a {token}"), token)
    async with database.read() as connection:
        kept = select(messages.c.conversation, func.count()).group_by(messages.c.conversation)
        assert {row[0] for row in await connection.execute(kept)} == {"mcp:robin-1", "mcp:sam-1"}
    for conversation, token in (("mcp:robin-1", "robin-token"), ("mcp:sam-1", "sam-token")):
        said = [message.text for message in await place.app.given.desk.history(conversation, 0)]
        assert said[0] == f"I have a {token}"


async def test_the_sdk_is_not_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, doorstep.web; from skills import skills; skills();"
        "print('mcp' in sys.modules, 'mcp_types' in sys.modules)"
    )
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=pipe, cwd=ROOT)
    said, _ = await process.communicate()
    assert said.split() == [b"False", b"False"]
