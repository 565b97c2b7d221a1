"""The MCP tools when something is slow, down or called off: shoppers are told in time, and nothing is left running."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from mcp import ClientSession
from sqlalchemy import func, select

from skills.mcp_server import words
from store.database import Database
from store.support_tables import messages
from support import wording
from tests.mcp_place import Place, complaint, given, mcp_place, seed
from tracking.model import Order

pytest_plugins = ["tests.mcp_fixtures"]


async def until(holds: Callable[[], bool]) -> None:
    with anyio.fail_after(10):
        while not holds():  # noqa: ASYNC110 - the other side has no event to wait for
            await anyio.sleep(0.01)


async def test_with_the_database_down_the_shopper_is_asked_to_wait(place: Place, session: ClientSession) -> None:
    place.app.conversations.up = False
    for tool, arguments in (
        ("track_order", {}),
        ("report_problem", {"order_number": "1001", "kind": "late"}),
        ("talk_to_a_person", {"message": "Hello"}),
    ):
        assert complaint(await session.call_tool(tool, arguments)) == words.AWAY
    place.app.conversations.up = True
    assert given(await session.call_tool("track_order", {}))["say"]


async def test_with_the_bot_down_a_ticket_is_open(place: Place, session: ClientSession) -> None:
    place.app.bot.up = False
    known = given(await session.call_tool("track_order", {}))
    assert known["say"].startswith(wording.TROUBLE)
    assert known["ticket"].startswith("T-")


async def test_an_answer_that_takes_too_long_is_promised_and_then_there(database: Database) -> None:
    async with mcp_place(database, seconds=0.2) as place:
        await seed(place.app)
        async with place.session() as session:
            place.app.bot.gate.clear()
            known = given(await session.call_tool("track_order", {}))
            assert (known["say"], known["still_looking"]) == (words.STILL_LOOKING, True)
            assert known["order"]["order_number"] == "1001"
            place.app.bot.gate.set()
            await until(lambda: not place.app.given.answering._running)
            assert given(await session.call_tool("track_order", {}))["still_looking"] is False


async def test_too_fast_is_an_error_to_read(database: Database) -> None:
    async with mcp_place(database, per_conversation=1) as place:
        await seed(place.app)
        async with place.session() as session:
            given(await session.call_tool("track_order", {}))
            assert complaint(await session.call_tool("track_order", {})) == wording.TOO_FAST


async def test_fifty_calls_at_once_all_get_their_own_answer(place: Place, session: ClientSession) -> None:
    tools = [("track_order", "1001"), ("explain_delay", "1001"), ("track_order", "1002")]

    async def call(place_: int) -> None:
        tool, number = tools[place_ % len(tools)]
        known = given(await session.call_tool(tool, {"order_number": number}))
        assert known["order"]["order_number"] == number
        assert f"order {number}" in known["say"]

    await asyncio.gather(*(call(i) for i in range(50)))
    assert len(place.app.bot.heard) == 50


async def called_off(place: Place, call: Callable[[], Awaitable[Any]]) -> None:
    """Begin a call, wait until the bot is thinking about it, and give it up."""
    place.app.bot.gate.clear()
    task = asyncio.create_task(call())  # type: ignore[arg-type]
    await until(lambda: len(place.app.bot.heard) == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_call_that_is_called_off_ends_and_the_session_goes_on(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with mcp_place(database, seconds=60) as place:
        await seed(place.app)
        async with place.session() as session:
            await called_off(place, lambda: session.call_tool("track_order", {}))
            await until(lambda: place.under_way() == 0)
            await session.send_ping()
            place.app.bot.gate.set()
            known = given(await session.call_tool("explain_delay", {}))
            assert known["say"] == "You said: why is order 1001 late."
    async with database.read() as connection:
        said = select(func.count()).select_from(messages).where(messages.c.author == "shopper")
        assert (await connection.execute(said)).scalar() == 2
    heard = [inbound.text for inbound, _ in place.app.bot.heard]
    assert heard == ["where is my order 1001", "why is order 1001 late"]
    assert "Traceback" not in caplog.text


async def test_hanging_up_calls_off_without_a_session(database: Database) -> None:
    async with mcp_place(database, seconds=60) as place:
        await seed(place.app)
        async with place.modern() as client:
            await called_off(place, lambda: client.call_tool("track_order", {}))
            await until(lambda: place.under_way() == 0)
            place.app.bot.gate.set()
            known = given(await client.call_tool("explain_delay", {}))
            assert known["say"] == "You said: why is order 1001 late."
    assert len(place.app.bot.heard) == 2


async def test_whatever_a_tool_waits_for_the_shopper_is_told_in_time(database: Database) -> None:
    async with mcp_place(database, seconds=0.1) as place:
        await seed(place.app)
        place.app.bot.gate.clear()
        async with place.session() as session:
            held = asyncio.Event()

            async def for_contact(phone: str | None, email: str | None) -> list[Order]:
                await held.wait()
                return []

            place.app.given.orders.for_contact = for_contact  # type: ignore[method-assign]
            assert complaint(await session.call_tool("track_order", {})) == words.STILL_LOOKING
        place.app.bot.gate.set()
