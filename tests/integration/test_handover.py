"""Who speaks: one person or the bot, never both, whatever happens at the same time."""

import asyncio

import pytest

from store.database import Database
from support.handover import NotYours
from support.live import Event, OwnerChanged, Said
from support.model import Agent, Message, TicketReason
from tests.desks import KIM, SAM, Rooms, hello, rooms_on
from tracking.errors import InvalidInput


@pytest.fixture
def rooms(database: Database) -> Rooms:
    return rooms_on(database)


async def said(rooms: Rooms, conversation: str = "c1") -> list[tuple[str, str]]:
    return [(m.author, m.text) for m in await rooms.desk.history(conversation, 0)]


async def test_a_ticket_makes_a_conversation_wait_and_the_bot_goes_on_answering(rooms: Rooms) -> None:
    await rooms.desk.handle(hello())
    assert await rooms.handover.place("c1") is None
    await rooms.tickets.open("c1", TicketReason.SPEAK_TO_HUMAN, "Wants a person")
    turn = await rooms.desk.handle(hello("where is it", "m2"))
    assert (turn.owner, [reply.text for reply in turn.replies]) == ("waiting", ["You said: where is it"])
    assert await rooms.handover.place("c1") == 1


async def test_the_queue_is_in_the_order_of_calls(rooms: Rooms) -> None:
    for name in ("c1", "c2", "c3"):
        await rooms.desk.handle(hello(conversation=name))
        await rooms.tickets.open(name, TicketReason.COMPLAINT, "Cross")
        rooms.clock.pass_(seconds=1)
    assert [await rooms.handover.place(name) for name in ("c1", "c2", "c3")] == [1, 2, 3]
    await rooms.handover.take("c1", SAM)
    assert [await rooms.handover.place(name) for name in ("c1", "c2", "c3")] == [None, 1, 2]


async def test_a_person_takes_over_answers_and_gives_back(rooms: Rooms) -> None:
    await rooms.desk.handle(hello())
    ticket = await rooms.tickets.open("c1", TicketReason.MISSING, "Not here")
    rooms.clock.pass_(minutes=4)
    await rooms.handover.take("c1", SAM)
    turn = await rooms.desk.handle(hello("anyone?", "m2"))
    assert (turn.owner, turn.replies) == ("human", ())
    await rooms.handover.say("c1", "sam", "a1", "Hello, Sam here.")
    await rooms.handover.give_back("c1", "sam")
    assert (await rooms.desk.handle(hello("thanks", "m3"))).replies[0].text == "You said: thanks"
    assert await said(rooms) == [
        ("shopper", "hello"), ("bot", "You said: hello"), ("shopper", "anyone?"), ("agent", "Hello, Sam here."),
        ("shopper", "thanks"), ("bot", "You said: thanks"),
    ]  # fmt: skip
    taken = await rooms.tickets.get(ticket.number)
    assert taken is not None
    assert (taken.assignee, taken.taken_at) == ("sam", rooms.clock.at)
    assert [change.what for change in await rooms.tickets.history(ticket.number)] == ["opened", "taken"]


async def test_an_answer_begun_before_the_takeover_is_never_said(rooms: Rooms) -> None:
    rooms.bot.thinking = asyncio.Event()
    asking = asyncio.create_task(rooms.desk.handle(hello()))
    while await rooms.desk.conversation("c1") is None:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await rooms.handover.take("c1", SAM)
    await rooms.handover.give_back("c1", "sam")
    rooms.bot.thinking.set()
    assert (await asking).replies == ()
    assert await said(rooms) == [("shopper", "hello")]
    assert (await rooms.desk.handle(hello())).replies == ()  # the same message again is not answered after all


async def test_only_one_of_many_gets_it(rooms: Rooms) -> None:
    await rooms.desk.handle(hello())
    agents = [Agent(f"agent-{n}", "A") for n in range(12)]
    taken = await asyncio.gather(*(rooms.handover.take("c1", agent) for agent in agents), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in taken) == ["NoneType"] + ["NotYours"] * 11
    owner = agents[taken.index(None)]
    await rooms.handover.take("c1", owner)
    others = [agent for agent in agents if agent != owner]
    for refused in (
        rooms.handover.say("c1", others[0].id, "a1", "hi"),
        rooms.handover.give_back("c1", others[0].id),
        rooms.handover.transfer("c1", others[0].id, others[1]),
    ):
        with pytest.raises(NotYours):
            await refused


async def test_a_conversation_is_passed_to_a_colleague(rooms: Rooms) -> None:
    await rooms.desk.handle(hello())
    ticket = await rooms.tickets.open("c1", TicketReason.RETURN, "Send back")
    await rooms.handover.take("c1", SAM)
    await rooms.handover.transfer("c1", "sam", KIM)
    with pytest.raises(NotYours):
        await rooms.handover.say("c1", "sam", "a1", "one more thing")
    await rooms.handover.say("c1", "kim", "a2", "Kim now.")
    passed = await rooms.tickets.get(ticket.number)
    assert passed is not None
    assert passed.assignee == "kim"


async def test_a_message_sent_twice_is_said_once(rooms: Rooms) -> None:
    await rooms.desk.handle(hello())
    await rooms.handover.take("c1", SAM)
    both = await asyncio.gather(*(rooms.handover.say("c1", "sam", "a1", "Hello") for _ in range(5)))
    assert len({message.number for message in both}) == 1
    await rooms.handover.give_back("c1", "sam")
    assert (await rooms.handover.say("c1", "sam", "a1", "Hello")).number == both[0].number
    assert [author for author, _ in await said(rooms)] == ["shopper", "bot", "agent"]


@pytest.mark.parametrize("text", ["", " \n", "x" * 4001])
async def test_nothing_and_too_much_are_not_said(rooms: Rooms, text: str) -> None:
    await rooms.desk.handle(hello())
    await rooms.handover.take("c1", SAM)
    with pytest.raises(InvalidInput):
        await rooms.handover.say("c1", "sam", "a1", text)


async def test_solving_ends_the_wait_and_hands_back(rooms: Rooms) -> None:
    await rooms.desk.handle(hello())
    for reason in (TicketReason.MISSING, TicketReason.COMPLAINT):
        await rooms.tickets.open("c1", reason, "…")
    await rooms.handover.take("c1", SAM)
    assert len(await rooms.handover.solve("c1", "sam")) == 2
    assert (await rooms.desk.handle(hello("hi", "m2"))).owner == "bot"


async def test_a_ticket_solved_by_another_way_ends_the_wait_too(rooms: Rooms) -> None:
    await rooms.desk.handle(hello())
    ticket = await rooms.tickets.open("c1", TicketReason.MISSING, "…")
    await rooms.tickets.update(ticket.number, {"state": "solved"}, "api")
    assert (await rooms.desk.handle(hello("hi", "m2"))).owner == "bot"
    assert await rooms.handover.place("c1") is None


async def test_a_solved_conversation_that_falls_silent_goes_back(rooms: Rooms) -> None:
    await rooms.desk.handle(hello())
    ticket = await rooms.tickets.open("c1", TicketReason.MISSING, "…")
    await rooms.handover.take("c1", SAM)
    rooms.clock.pass_(hours=2)
    assert await rooms.handover.return_idle() == 0
    await rooms.tickets.update(ticket.number, {"state": "solved"}, "sam")
    assert await rooms.handover.return_idle() == 0
    rooms.clock.pass_(minutes=31)
    assert await rooms.handover.return_idle() == 1
    assert (await rooms.desk.handle(hello("hi", "m2"))).owner == "bot"


async def test_listeners_hear_who_answers(rooms: Rooms) -> None:
    heard: list[Event] = []

    async def hear(event: Event) -> None:
        heard.append(event)

    await rooms.desk.handle(hello())
    async with rooms.desk.listening("c1", hear):
        await rooms.handover.take("c1", SAM)
        await rooms.handover.say("c1", "sam", "a1", "Hello")
        await rooms.handover.say("c1", "sam", "a1", "Hello")
        await rooms.handover.give_back("c1", "sam")
    assert [type(event) for event in heard] == [OwnerChanged, Said, OwnerChanged]
    assert heard[0] == OwnerChanged("c1", "human", "Sam")


async def test_no_word_of_the_bot_after_a_takeover_returned(rooms: Rooms) -> None:
    """Really at once: the bot's answer and the takeover race in the database."""
    for n in range(40):
        conversation, thinking = f"race-{n}", asyncio.Event()
        rooms.bot.thinking = thinking
        asking = asyncio.create_task(rooms.desk.handle(hello(conversation=conversation)))
        while await rooms.desk.conversation(conversation) is None:  # noqa: ASYNC110
            await asyncio.sleep(0)

        async def take(conversation: str = conversation) -> tuple[Message, ...]:
            await rooms.handover.take(conversation, SAM)
            return await rooms.desk.history(conversation, 0)

        thinking.set()
        at_takeover = await take()
        await asking
        assert await rooms.desk.history(conversation, 0) == at_takeover
