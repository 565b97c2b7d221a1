"""The MCP tools that bring a person in: a problem is reported, somebody is called, and what they say is told."""

from typing import Any

import pytest
from mcp import ClientSession
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from skills.mcp_server import words
from store.database import Database
from store.support_tables import conversations, messages
from support.model import TicketReason
from tests.mcp_place import Place, given

pytest_plugins = ["tests.mcp_fixtures"]

ROBIN = "mcp:robin-1"


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
