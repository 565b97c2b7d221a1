"""The MCP tools as the official client sees them, over HTTP on real databases: schemas, answers, errors, time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anyio
import jsonschema
import pytest
from mcp import ClientSession
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from skills.mcp_server import words
from skills.mcp_server.tools import TOOLS
from store.database import Database
from store.support_tables import conversations, messages
from support import wording
from support.model import TicketReason
from tests.mcp_place import Place, apart, mcp_place, seed
from tracking.model import Order

ROBIN = "mcp:robin-1"


@pytest.fixture
async def place(database: Database) -> AsyncIterator[Place]:
    async with mcp_place(database) as opened:
        await seed(opened.app)
        yield opened


@pytest.fixture
async def session(place: Place) -> AsyncIterator[ClientSession]:
    async with apart(place.session()) as opened:
        yield opened


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


async def until(holds: Callable[[], bool]) -> None:
    with anyio.fail_after(10):
        while not holds():  # noqa: ASYNC110 - the other side has no event to wait for
            await anyio.sleep(0.01)


async def test_the_tools_describe_themselves(session: ClientSession) -> None:
    listed = {tool.name: tool for tool in (await session.list_tools()).tools}
    assert set(listed) == set(TOOLS)
    for name, tool in listed.items():
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema or {})
        assert tool.title
        assert tool.description
        assert tool.annotations
        assert tool.annotations.read_only_hint is (name not in ("report_problem", "talk_to_a_person"))
        assert tool.annotations.destructive_hint is False
        assert "say" in (tool.output_schema or {})["required"]
    assert listed["report_problem"].input_schema["properties"]["kind"]["enum"][0] == "missing"


async def test_tracking_tells_words_of_the_desk_and_facts_of_the_order(place: Place, session: ClientSession) -> None:
    known = given(await session.call_tool("track_order", {"order_number": " #1001"}))
    assert known["say"] == "You said: where is my order 1001."
    assert (known["still_looking"], known["ticket"], known["choices"]) == (False, None, [])
    order = known["order"]
    assert (order["order_number"], order["status"], order["is_late"]) == ("1001", "in_transit", True)
    (parcel,) = order["parcels"]
    assert (parcel["carrier"], parcel["tracking_number"]) == ("UPS", "1Z999AA10123456784")
    assert (parcel["location"], parcel["last_scan_at"]) == ("Leeds, GB", order["last_scan_at"])
    assert order["last_checked_at"].endswith("Z")
    assert order["arrival"]["basis"] == "shop"
    (heard, command) = place.app.bot.heard[0]
    assert (heard.conversation, heard.channel, heard.identity.email, command) == (
        ROBIN,
        "voice",
        "robin@example.com",
        False,
    )


async def test_without_a_number_the_only_open_order_is_meant(session: ClientSession) -> None:
    for tool, question in (("track_order", "where is my order 1001"), ("explain_delay", "why is order 1001 late")):
        known = given(await session.call_tool(tool, {}))
        assert (known["order"]["order_number"], known["say"]) == ("1001", f"You said: {question}.")


async def test_without_a_number_several_open_orders_are_a_question(place: Place) -> None:
    async with place.session("sam-token") as session:
        known = given(await session.call_tool("track_order", {"order_number": None}))
        assert known["order"] is None
        assert [choice["order_number"] for choice in known["choices"]] == ["2002", "2001"]
        assert known["say"].endswith("White cup, not shipped yet; Green lamp, on its way. Which one do you mean?")
        assert place.app.bot.heard == []


async def test_all_orders_are_listed_newest_first(session: ClientSession) -> None:
    known = given(await session.call_tool("list_my_orders"))
    assert [order["order_number"] for order in known["orders"]] == ["1001", "1002"]
    assert (known["total"], known["say"]) == (2, "You said: list my orders.")
    assert known["orders"][1]["status"] == "delivered"


@pytest.mark.parametrize("tool", ["list_my_orders", "track_order", "explain_delay"])
async def test_an_account_without_orders_is_told_so(place: Place, tool: str) -> None:
    async with place.session("nobody-token") as session:
        assert given(await session.call_tool(tool, {}))["say"] == words.NO_ORDERS
    assert place.app.bot.heard == []


async def test_a_report_opens_a_ticket_and_a_second_one_joins_it(place: Place, session: ClientSession) -> None:
    first = given(
        await session.call_tool(
            "report_problem", {"order_number": "1002", "kind": "missing", "details": "Not at\x07 the door"}
        )
    )
    assert (first["say"], first["order"]["order_number"]) == (words.REPORTED, "1002")
    again = given(await session.call_tool("report_problem", {"order_number": "1002", "kind": "missing"}))
    assert (again["say"], again["ticket"]) == (words.ADDED, first["ticket"])
    ticket = await place.app.given.tickets.get(first["ticket"])
    assert ticket
    assert (ticket.conversation, ticket.reason, ticket.order_number, ticket.calls) == (
        ROBIN,
        TicketReason.MISSING,
        "1002",
        2,
    )
    assert ticket.details == {"kind": "missing", "details": "Not at the door"}
    said = [message.text for message in await place.app.given.desk.history(ROBIN, 0)]
    assert said == [
        "My order 1002 is missing: Not at the door",
        words.REPORTED,
        "My order 1002 is missing.",
        words.ADDED,
    ]
    assert place.app.bot.heard == []


@pytest.mark.parametrize("kind", sorted(words.PROBLEMS))
async def test_every_kind_of_problem_reaches_a_person(session: ClientSession, kind: str) -> None:
    known = given(await session.call_tool("report_problem", {"order_number": "1001", "kind": kind}))
    assert known["ticket"].startswith("T-")


async def test_a_person_is_called_and_gets_the_message(place: Place, session: ClientSession) -> None:
    known = given(await session.call_tool("talk_to_a_person", {"message": "It is a gift, please hurry"}))
    assert known["say"] == "You said: I want to talk to a person."
    ticket = await place.app.given.tickets.get(known["ticket"])
    assert ticket
    assert (ticket.reason, ticket.details) == (
        TicketReason.SPEAK_TO_HUMAN,
        {"message": "It is a gift, please hurry"},
    )
    said = [message.text for message in await place.app.given.desk.history(ROBIN, 0)]
    assert said[:2] == ["It is a gift, please hurry", "I want to talk to a person"]


async def test_a_person_is_called_without_a_message(place: Place, session: ClientSession) -> None:
    known = given(await session.call_tool("talk_to_a_person"))
    ticket = await place.app.given.tickets.get(known["ticket"])
    assert ticket
    assert (ticket.reason, ticket.details) == (TicketReason.SPEAK_TO_HUMAN, {})


async def test_while_a_person_has_it_their_words_are_told(
    place: Place, database: Database, session: ClientSession
) -> None:
    await session.call_tool("track_order", {"order_number": "1001"})

    async def write(*statements: Any) -> None:
        async def work(connection: AsyncConnection) -> None:
            for statement in statements:
                await connection.execute(statement)

        await database.run(work)

    await write(update(conversations).values(owner="human"))
    known = given(await session.call_tool("track_order", {"order_number": "1001"}))
    assert (known["say"], known["order"]["status"]) == (words.WITH_PERSON, "in_transit")
    await write(update(messages).where(messages.c.author == "bot").values(author="agent", text="I asked the carrier"))
    known = given(await session.call_tool("track_order", {"order_number": "1001"}))
    assert known["say"] == "A person from the shop answered: I asked the carrier."


@pytest.mark.parametrize("tool", ["track_order", "explain_delay", "report_problem"])
async def test_somebody_else_s_order_and_none_look_alike(place: Place, session: ClientSession, tool: str) -> None:
    more = {"kind": "missing"} if tool == "report_problem" else {}
    theirs = complaint(await session.call_tool(tool, {"order_number": "2001", **more}))
    assert theirs == complaint(await session.call_tool(tool, {"order_number": "777777", **more})) == words.NOT_FOUND
    assert place.app.bot.heard == []
    assert await place.app.given.tickets.list() == ()


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("track_order", {"order_number": 1001}, "order_number"),
        ("track_order", {"order_number": "1" * 61}, "order_number"),
        ("track_order", {"number": "1001"}, "number"),
        ("report_problem", {"order_number": "1001", "kind": "secret-word"}, "kind"),
        ("report_problem", {"kind": "late"}, "order_number"),
        ("talk_to_a_person", {"message": "secret-word" * 200}, "message"),
    ],
)
async def test_wrong_arguments_are_named_and_not_repeated(
    place: Place, session: ClientSession, tool: str, arguments: dict[str, Any], named: str
) -> None:
    said = complaint(await session.call_tool(tool, arguments))
    assert named in said
    assert "secret-word" not in said
    assert place.app.bot.heard == []


async def test_an_unknown_tool_is_a_protocol_error(session: ClientSession) -> None:
    with pytest.raises(MCPError, match="track_order") as refusal:
        await session.call_tool("buy_everything", {})
    assert refusal.value.code == -32602


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
