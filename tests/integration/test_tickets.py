"""What a ticket knows: order, urgency, history, and what those who wait are told."""

from datetime import timedelta

import pytest

from store.database import Database
from support import wording
from support.model import Agent, TicketReason
from tests.desks import Rooms, hello, rooms_on
from tests.reports import order
from tests.scans import NOON
from tracking.model import DeliveryWindow, Item


@pytest.fixture
async def rooms(database: Database) -> Rooms:
    rooms = rooms_on(database)
    await rooms.desk.handle(hello())
    return rooms


async def test_the_order_is_in_the_ticket_as_it_stood(rooms: Rooms) -> None:
    await rooms.ingest.save_orders([order("1001", items=(Item("k-1", "Kettle"),))])
    ticket = await rooms.tickets.open("c1", TicketReason.MISSING, "Not here", "1001", {"looked": True}, "a@example.com")
    assert ticket.snapshot is not None
    assert ticket.snapshot["number"] == "1001"
    assert ticket.snapshot["items"]
    assert [line["text"] for line in ticket.transcript] == ["hello", "You said: hello"]
    assert (ticket.details, ticket.contact, ticket.priority) == ({"looked": True}, "a@example.com", "high")
    assert ticket.due_at == rooms.clock.at + timedelta(hours=4)


async def test_a_late_order_is_urgent(rooms: Rooms) -> None:
    long_ago = NOON - timedelta(days=20)
    promised = DeliveryWindow(long_ago, long_ago + timedelta(days=1), long_ago, "shop")
    await rooms.ingest.save_orders([order("1001", promised=promised)])
    ticket = await rooms.tickets.open("c1", TicketReason.SPEAK_TO_HUMAN, "Where", "1001")
    assert ticket.priority == "urgent"


async def test_who_asks_again_and_again_is_urgent(rooms: Rooms) -> None:
    seen = [await rooms.tickets.open("c1", TicketReason.SPEAK_TO_HUMAN, "Please") for _ in range(3)]
    assert [ticket.priority for ticket in seen] == ["normal", "normal", "urgent"]
    assert len({ticket.number for ticket in seen}) == 1
    again = await rooms.tickets.history(seen[0].number)
    assert [change.what for change in again] == ["opened", "asked again", "asked again"]


async def test_every_change_is_kept_with_who_and_when(rooms: Rooms) -> None:
    ticket = await rooms.tickets.open("c1", TicketReason.RETURN, "Send back")
    rooms.clock.pass_(hours=1)
    await rooms.tickets.update(ticket.number, {"priority": "high", "state": "pending"}, "sam")
    await rooms.tickets.update(ticket.number, {"priority": "high"}, "kim")
    solved = await rooms.tickets.update(ticket.number, {"state": "solved"}, "sam")
    assert solved is not None
    assert solved.solved_at == rooms.clock.at
    told = [
        (c.who, c.what, c.detail.get("from"), c.detail.get("to")) for c in await rooms.tickets.history(ticket.number)
    ]
    assert told[1:] == [
        ("sam", "priority", "normal", "high"),
        ("sam", "state", "open", "pending"),
        ("sam", "state", "pending", "solved"),
    ]
    reopened = await rooms.tickets.update(ticket.number, {"state": "open"}, "sam")
    assert reopened is not None
    assert reopened.solved_at is None


async def solved(rooms: Rooms) -> str:
    """Have Sam answer and solve a ticket; return its number."""
    ticket = await rooms.tickets.open("c1", TicketReason.MISSING, "…")
    await rooms.handover.take("c1", Agent("sam", "Sam"))
    await rooms.handover.say("c1", "sam", "a1", "It's at your neighbour's.")
    await rooms.handover.solve("c1", "sam")
    return ticket.number


@pytest.mark.parametrize(("text", "state"), [("no it isn't", "open"), ("thanks a lot!", "solved"), ("OK", "solved")])
async def test_an_answer_to_a_solved_case_opens_it_again(rooms: Rooms, text: str, state: str) -> None:
    number = await solved(rooms)
    turn = await rooms.desk.handle(hello(text, "m2"))
    assert turn.replies  # the bot answers, as it was given back
    ticket = await rooms.tickets.get(number)
    assert ticket is not None
    assert ticket.state == state
    assert (await rooms.handover.place("c1") == 1) is (state == "open")


async def test_once_it_is_solved_the_shopper_is_asked_how_it_was(rooms: Rooms) -> None:
    await solved(rooms)
    last = await rooms.desk.last_reply("c1")
    assert last is not None
    assert (last.author, last.text, len(last.buttons)) == ("agent", wording.HOW_WAS_IT, 5)


async def test_what_is_said_to_the_bot_later_opens_nothing(rooms: Rooms) -> None:
    number = await solved(rooms)
    await rooms.desk.handle(hello("thanks", "m2"))
    await rooms.desk.handle(hello("where is my other order", "m3"))
    ticket = await rooms.tickets.get(number)
    assert ticket is not None
    assert ticket.state == "solved"


async def test_after_a_week_a_case_stays_closed(rooms: Rooms) -> None:
    number = await solved(rooms)
    rooms.clock.pass_(days=8)
    await rooms.desk.handle(hello("it isn't there", "m2"))
    ticket = await rooms.tickets.get(number)
    assert ticket is not None
    assert ticket.state == "solved"


async def test_the_wait_is_that_of_the_last_ones(rooms: Rooms) -> None:
    assert (await rooms.tickets.outlook()).wait is None
    for minutes in (1, 2, 3, 4, 50):
        name = f"w{minutes}"
        await rooms.desk.handle(hello(conversation=name))
        await rooms.tickets.open(name, TicketReason.SPEAK_TO_HUMAN, "Please")
        rooms.clock.pass_(minutes=minutes)
        await rooms.handover.take(name, Agent("sam", "Sam"))
    assert (await rooms.tickets.outlook()).wait == timedelta(minutes=3)


async def test_out_of_hours_it_is_known_when_somebody_is_back(rooms: Rooms) -> None:
    assert (await rooms.tickets.outlook()).opens_at is None
    rooms.clock.at = rooms.clock.at.replace(hour=20)
    assert (await rooms.tickets.outlook()).opens_at == rooms.clock.at.replace(hour=9) + timedelta(days=1)
