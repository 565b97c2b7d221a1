"""The desk on real databases: every message once and in order, whatever dies in between."""

import asyncio
from datetime import timedelta

import pytest

from store.database import Database
from support import wording
from support.live import Event, Said
from support.model import Button, Inbound, Message, Reply, SignedIdentity, TicketReason
from support.ports import BotReply
from tests.desks import Rooms, rooms_on
from tracking.errors import Unavailable


@pytest.fixture
def rooms(database: Database) -> Rooms:
    return rooms_on(database)


def said(text: str, message_id: str = "m1", conversation: str = "c1") -> Inbound:
    return Inbound(conversation, message_id, text)


async def test_a_message_is_answered_and_kept(rooms: Rooms) -> None:
    turn = await rooms.desk.handle(said("hello"))
    kept = await rooms.desk.history("c1", 0)
    assert [reply.text for reply in turn.replies] == ["You said: hello"]
    assert [(m.number, m.author, m.text) for m in kept] == [(1, "shopper", "hello"), (2, "bot", "You said: hello")]
    assert await rooms.desk.history("c1", 1) == kept[1:]


async def test_the_same_message_again_gives_the_same_replies_and_asks_nobody(rooms: Rooms) -> None:
    first = await rooms.desk.handle(said("hello"))
    second = await rooms.desk.handle(said("hello"))
    assert second.replies == first.replies
    assert len(rooms.bot.asked) == 1


async def test_duplicates_at_the_same_instant_are_one_message(rooms: Rooms) -> None:
    turns = await asyncio.gather(*(rooms.desk.handle(said("hello")) for _ in range(8)))
    assert len({turn.replies for turn in turns}) == 1
    assert len(rooms.bot.asked) == 1
    assert len(await rooms.desk.history("c1", 0)) == 2


async def test_two_processes_answer_one_conversation_in_turn(database: Database) -> None:
    here, there = rooms_on(database), rooms_on(database)
    sent = [room.desk.handle(said(f"n{i}", f"m{i}")) for i, room in enumerate([here, there] * 5)]
    await asyncio.gather(*sent)
    kept = await here.desk.history("c1", 0)
    assert [m.author for m in kept] == ["shopper", "bot"] * 10
    assert [a.text for a in kept[1::2]] == [f"You said: {q.text}" for q in kept[::2]]


async def test_a_message_whose_answerer_died_is_answered_when_it_comes_again(rooms: Rooms) -> None:
    now = rooms.clock.now()
    gone = await rooms.conversations.receive(said("hello"), now, now + timedelta(seconds=20), now, "gone")
    assert gone.state == "new"
    rooms.clock.pass_(seconds=21)
    turn = await rooms.desk.handle(said("hello"))
    assert [reply.text for reply in turn.replies] == ["You said: hello"]
    assert [m.author for m in await rooms.desk.history("c1", 0)] == ["shopper", "bot"]


async def test_a_cancelled_turn_frees_the_conversation(rooms: Rooms) -> None:
    begun, never = asyncio.Event(), asyncio.Event()
    respond = rooms.bot.respond

    async def stuck(inbound: Inbound, command: bool) -> BotReply:
        if not begun.is_set():
            begun.set()
            await never.wait()
        return await respond(inbound, command)

    rooms.bot.respond = stuck  # type: ignore[method-assign]
    task = asyncio.create_task(rooms.desk.handle(said("hello")))
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await rooms.desk.handle(said("hello"))).replies[0].text == "You said: hello"


async def test_only_an_offered_button_is_a_command(rooms: Rooms) -> None:
    offer = Reply("Really?", (Button("Yes", "/affirm"),))
    rooms.bot.answer = lambda _: BotReply((offer,))
    await rooms.desk.handle(said("/affirm", "m1"))
    await rooms.desk.handle(said("/affirm", "m2"))
    await rooms.desk.handle(said("/deny", "m3"))
    assert rooms.bot.asked == [("/affirm", False), ("/affirm", True), ("/deny", False)]


async def test_a_dead_bot_means_a_ticket_and_the_message_is_kept(rooms: Rooms) -> None:
    rooms.bot.answer = lambda _: Unavailable("down")
    turn = await rooms.desk.handle(said("where is it"))
    ticket = await rooms.tickets.get(turn.ticket or "")
    assert len(rooms.bot.asked) == 2
    assert turn.replies[0].text == wording.TROUBLE
    assert ticket is not None
    assert (ticket.reason, ticket.number) == (TicketReason.BOT_DOWN, "T-1001")
    assert (await rooms.desk.history("c1", 0))[0].text == "where is it"


async def test_a_hiccup_of_the_bot_goes_unnoticed(rooms: Rooms) -> None:
    answers = iter([Unavailable("slow"), BotReply((Reply("here I am"),))])
    rooms.bot.answer = lambda _: next(answers)
    assert [reply.text for reply in (await rooms.desk.handle(said("hi"))).replies] == ["here I am"]


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01", "\u202e"])
async def test_nothing_said_is_answered_without_the_bot(rooms: Rooms, text: str) -> None:
    turn = await rooms.desk.handle(said(text))
    assert turn.replies == (Reply(wording.EMPTY),)
    assert rooms.bot.asked == []


async def test_too_much_is_politely_refused(rooms: Rooms) -> None:
    turn = await rooms.desk.handle(said("a" * 2001))
    assert "2000" in turn.replies[0].text
    assert rooms.bot.asked == []


async def test_broken_unicode_and_control_characters_are_cleaned(rooms: Rooms) -> None:
    await rooms.desk.handle(said("wh\x00ere\ud800 is\u200b it"))
    assert rooms.bot.asked == [("wh ere? is it", False)]


async def test_listeners_hear_everything_once(rooms: Rooms) -> None:
    heard: list[Message] = []

    async def hear(event: Event) -> None:
        assert isinstance(event, Said)
        heard.extend(event.messages)

    async with rooms.desk.listening("c1", hear):
        await rooms.desk.handle(said("one"))
        await rooms.desk.handle(said("one"))
    await rooms.desk.handle(said("two", "m2"))
    assert [m.text for m in heard] == ["one", "You said: one"]


async def test_one_open_ticket_per_conversation_and_reason(rooms: Rooms) -> None:
    await rooms.desk.handle(said("hello"))
    opened = [await rooms.tickets.open("c1", TicketReason.MISSING, "gone", "1001") for _ in range(2)]
    other = await rooms.tickets.open("c1", TicketReason.DAMAGED, "broken")
    assert opened[0].number == opened[1].number
    assert [ticket.calls for ticket in opened] == [1, 2]
    assert other.number != opened[0].number
    assert [t.number for t in await rooms.tickets.list()] == [other.number, opened[0].number]
    await rooms.tickets.update(opened[0].number, {"state": "solved"}, "sam")
    assert (await rooms.tickets.open("c1", TicketReason.MISSING, "again")).number not in (
        other.number,
        opened[0].number,
    )


async def test_tickets_opened_at_once_are_one(rooms: Rooms) -> None:
    await rooms.desk.handle(said("hello"))
    opened = await asyncio.gather(*(rooms.tickets.open("c1", TicketReason.MISSING, "gone") for _ in range(6)))
    assert len({ticket.number for ticket in opened}) == 1


async def test_a_wish_for_alerts_is_kept_for_the_person(rooms: Rooms) -> None:
    signed = SignedIdentity(phone="+15550100123")
    await rooms.desk.handle(Inbound("c1", "m1", "hi", identity=signed))
    await rooms.desk.handle(Inbound("c2", "m1", "hi", identity=signed))
    assert await rooms.preferences.get("c1") is None
    await rooms.preferences.set("c1", on=False)
    assert await rooms.preferences.get("c2") is False
