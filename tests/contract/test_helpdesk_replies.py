"""Walks all helpdesks: what people say, solve and reopen there, or in the console, comes about on both sides once."""

import asyncio

from support.model import Agent, TicketReason
from tests.desks import SAM
from tests.helpdesk_house import House

pytest_plugins = ["tests.helpdesk_fixtures"]


async def test_the_persons_reply_reaches_the_shopper_and_the_bot_is_silent(called: House) -> None:
    await called.told(called.stand.say(called.thread().id, "Hello, Kim here.\nI'll look."))
    assert (await called.said())[-1] == ("agent", "Hello, Kim here.\nI'll look.")
    assert await called.owner() == ("human", called.agent_id())
    found = await called.desk.conversation("c1")
    assert found
    assert found.agent == Agent(called.agent_id(), "Kim")
    await called.shopper("thank you")
    await called.work()
    assert (await called.said())[-1] == ("shopper", "thank you")
    assert called.thread().entries[-1].by == "shopper"


async def test_a_reply_told_many_times_is_said_once(called: House) -> None:
    hook = called.stand.say(called.thread().id, "Found it!")
    await asyncio.gather(*(called.send(hook) for _ in range(5)))
    await called.told(hook)
    assert (await called.said()).count(("agent", "Found it!")) == 1


async def test_a_reply_told_again_after_the_end_takes_nothing_back(called: House) -> None:
    hook = called.stand.say(called.thread().id, "Found it!")
    await called.told(hook)
    await called.handover.give_back("c1", called.agent_id())
    await called.told(hook)
    assert await called.owner() == ("bot", "")


async def test_an_internal_note_stays_internal(called: House) -> None:
    await called.told(called.stand.say(called.thread().id, "Difficult customer", public=False))
    assert "Difficult customer" not in str(await called.said())
    assert (await called.owner())[0] == "waiting"


async def test_our_own_words_never_come_back(called: House) -> None:
    await called.shopper("hello?")
    await called.work()
    before = await called.said()
    assert called.stand.hooks
    await called.told(*called.stand.hooks)
    assert await called.said() == before
    assert (await called.owner())[0] == "waiting"


async def test_a_colleague_in_the_console_is_noted_there_and_may_be_relieved(called: House) -> None:
    await called.handover.take("c1", SAM)
    await called.handover.say("c1", "sam", "a1", "Sam here")
    await called.work()
    assert [text for text in called.thread().said(False) if "Colleague: Sam here" in text]
    await called.told(called.stand.say(called.thread().id, "Kim takes this"))
    assert await called.owner() == ("human", called.agent_id())
    assert (await called.said())[-2:] == [("agent", "Sam here"), ("agent", "Kim takes this")]
    assert len([text for text in called.thread().said(False) if "Kim takes this" in text]) == 0


async def test_solved_there_is_solved_here_and_the_bots_again(called: House) -> None:
    await called.call(TicketReason.COMPLAINT)
    await called.told(called.stand.say(called.thread().id, "All done."))
    await called.told(called.stand.set_state(called.thread().id, solved=True))
    assert await called.states() == ["solved", "solved"]
    assert await called.owner() == ("bot", "")
    await called.shopper("and another thing")
    assert (await called.said())[-1] == ("bot", "You said: and another thing")
    await called.work()
    assert "another thing" not in str(called.thread().entries)


async def test_said_and_solved_at_once_in_any_order(called: House) -> None:
    reply = called.stand.say(called.thread().id, "Refunded.")
    solved = called.stand.set_state(called.thread().id, solved=True)
    await called.told(solved)
    await called.told(reply)
    assert ("agent", "Refunded.") in await called.said()
    assert await called.states() == ["solved"]
    assert await called.owner() == ("bot", "")


async def test_a_late_word_of_an_earlier_state_changes_nothing(called: House) -> None:
    solved = called.stand.set_state(called.thread().id, solved=True)
    reopened = called.stand.set_state(called.thread().id, solved=False)
    await called.told(reopened, solved)
    assert await called.states() == ["open"]


async def test_reopened_there_is_reopened_here(called: House) -> None:
    await called.told(called.stand.set_state(called.thread().id, solved=True))
    await called.told(called.stand.set_state(called.thread().id, solved=False))
    assert await called.states() == ["open"]
    assert (await called.owner())[0] == "waiting"
    await called.shopper("hello again")
    await called.work()
    assert "hello again" in str(called.thread().entries)


async def test_solved_here_is_solved_there_once_no_ticket_is_left(called: House) -> None:
    second = await called.call(TicketReason.COMPLAINT)
    await called.tickets.update("T-1001", {"state": "solved"}, "sam")
    await called.work()
    assert called.thread().state == "open"
    await called.tickets.update(second.number, {"state": "solved"}, "sam")
    await called.work()
    assert called.thread().state == "solved"
    await called.told(*called.stand.hooks)
    assert await called.states() == ["solved", "solved"]
    await called.tickets.update(second.number, {"state": "open"}, "sam")
    await called.work()
    assert called.thread().state == "open"


async def test_after_the_end_a_new_ticket_is_a_new_thread(called: House) -> None:
    await called.told(called.stand.set_state(called.thread().id, solved=True))
    called.clock.pass_(minutes=1)
    await called.call()
    await called.work()
    await called.shopper("it happened again")
    await called.work()
    first, second = called.stand.threads.values()
    assert "happened again" in str(second.entries)
    assert "happened again" not in str(first.entries)


async def test_a_long_reply_comes_in_parts_and_an_empty_one_not_at_all(called: House) -> None:
    thread = called.thread().id
    await called.told(called.stand.say(thread, "word " * 1500))
    parts = [text for author, text in await called.said() if author == "agent"]
    assert len(parts) == 2
    assert " ".join(parts).split() == ["word"] * 1500
    await called.told(called.stand.say(thread, "  "))
    assert len([1 for author, _ in await called.said() if author == "agent"]) == 2
