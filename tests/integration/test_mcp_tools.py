"""The MCP tools as the official client sees them, over HTTP on real databases: schemas, answers, errors."""

from typing import Any

import jsonschema
import pytest
from mcp import ClientSession
from mcp.shared.exceptions import MCPError

from skills.mcp_server import words
from skills.mcp_server.tools import TOOLS
from tests.mcp_place import Place, complaint, given

pytest_plugins = ["tests.mcp_fixtures"]


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
        "mcp:robin-1",
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
