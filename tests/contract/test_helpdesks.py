"""Walks all helpdesks: each follows a conversation, brings back what people say, and forgets or doubles nothing."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from doorstep.settings import ROOT, Settings
from store.database import Database
from store.support_tables import helpdesk_sent, helpdesk_threads, outbox
from support.helpdesks import helpdesks
from support.helpdesks.base import Helpdesk
from support.jobs import Job
from support.model import Agent, TicketReason
from tests.desks import FrozenClock
from tests.helpdesk_house import House, house
from tests.helpdesk_stands import STANDS
from tests.helpdesk_stands.base import Fault, Stand
from tracking.errors import InvalidInput

HELPDESKS = helpdesks()
SAM = Agent("sam", "Sam")
every_helpdesk = pytest.mark.parametrize("helpdesk", HELPDESKS.values(), ids=lambda helpdesk: helpdesk.code)


@pytest.fixture(params=sorted(HELPDESKS))
async def stand(request: pytest.FixtureRequest) -> AsyncIterator[Stand]:
    """A stand-in for each helpdesk in turn; a helpdesk without one fails here."""
    made = STANDS[request.param]()
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


@pytest.fixture
async def home(database: Database, stand: Stand) -> AsyncIterator[House]:
    async with house(database, stand) as opened:
        yield opened


@pytest.fixture
async def called(home: House) -> House:
    """A shopper who has asked for a person, followed into the helpdesk."""
    await home.shopper("where is my parcel")
    await home.call()
    await home.work()
    return home


def agent_id(home: House) -> str:
    return f"{home.stand.code}:77"


async def test_a_ticket_is_opened_there_with_all_that_is_known(called: House) -> None:
    thread = called.thread()
    known = "\n".join(thread.said(True) + thread.said(False) + [str(thread.data)])
    for needed in ("where is my parcel", "You said: where is my parcel", "T-1001", "missing", "delivered"):
        assert needed in known, needed
    assert "doorstep_missing" in str(thread.data)
    assert thread.state == "open"


async def test_what_only_agents_may_see_is_private(called: House) -> None:
    assert not [text for text in called.thread().said(True) if "Reason" in text or "shown_as" in text]
    assert [text for text in called.thread().said(False) if "shown_as: delivered" in text]


async def test_later_words_follow_in_order_the_bots_as_notes(called: House) -> None:
    for text in ("hello?", "anyone?"):
        await called.shopper(text)
    await called.work()
    entries = [entry for entry in called.thread().entries if "hello" in entry.text or "anyone" in entry.text]
    assert [(entry.by, entry.public) for entry in entries] == [("shopper", True), ("api", False)] * 2
    assert [text.split(" ref")[0].split("\nref")[0] for text in (e.text for e in entries)] == [
        "hello?", "Assistant: You said: hello?", "anyone?", "Assistant: You said: anyone?",
    ]  # fmt: skip


async def test_nothing_follows_while_the_bot_alone_is_there(home: House) -> None:
    await home.shopper("where is my parcel")
    await home.work()
    assert home.stand.asked == []
    assert await jobs(home) == 0


async def test_a_second_ticket_joins_the_thread(called: House) -> None:
    await called.call(TicketReason.COMPLAINT)
    await called.work()
    assert [text for text in called.thread().said(False) if "T-1002" in text]


async def test_the_persons_reply_reaches_the_shopper_and_the_bot_is_silent(called: House) -> None:
    await called.told(called.stand.say(called.thread().id, "Hello, Kim here.\nI'll look."))
    assert (await called.said())[-1] == ("agent", "Hello, Kim here.\nI'll look.")
    assert await called.owner() == ("human", agent_id(called))
    found = await called.desk.conversation("c1")
    assert found
    assert found.agent == Agent(agent_id(called), "Kim")
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
    await called.handover.give_back("c1", agent_id(called))
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
    assert await called.owner() == ("human", agent_id(called))
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


@pytest.mark.parametrize("status", [429, 500, 502, 503, 401, 409, "lost"])
async def test_a_failure_that_passes_loses_and_doubles_nothing(home: House, status: int) -> None:
    """Whichever request of a job fails, reading or writing."""
    await home.shopper("where is my parcel")
    await home.call()
    await home.shopper("hello?")
    for round_ in range(12):
        pause, skip = "7" if status == 429 else "", round_ % 3
        home.stand.faults = [Fault(status, pause, only, skip) for only in ("GET", "POST", "PUT")]  # type: ignore[arg-type]
        await home.worker.once()
        home.clock.pass_(hours=4)
    home.stand.faults = []
    await home.work()
    assert await home.dead() == []
    assert_all_there_once(home)


async def test_it_waits_as_long_as_it_is_told(home: House) -> None:
    await home.shopper("where is my parcel")
    await home.call()
    home.stand.faults = [Fault(429, "90")]
    await home.worker.once()
    asked = len(home.stand.asked)
    home.clock.pass_(seconds=89)
    assert not await home.worker.once()
    assert len(home.stand.asked) == asked
    home.clock.pass_(seconds=2)
    await home.work()
    assert home.thread()


async def test_what_is_refused_for_good_is_given_up_and_the_rest_goes_on(called: House) -> None:
    await called.shopper("hello?")
    refused = "PUT" if called.stand.code == "zendesk" else "POST"
    called.stand.faults = [Fault(422, only=refused)]
    await called.work()
    assert ["(422)" in error for error in await called.dead()] == [True]
    assert "You said: hello?" in str(called.thread().entries)


async def test_a_worker_that_dies_at_any_moment_doubles_nothing(home: House) -> None:
    """Killed after the helpdesk took something and before that was noted, over and over."""
    chance = random.Random(7)
    await home.shopper("where is my parcel")
    await home.call()
    await home.shopper("hello?")
    handle, worker = home.room.handle, home.worker

    async def dies(job: Job) -> None:
        await handle(job)
        if chance.random() < 0.7:
            await forget_a_note(home, chance, job)
            raise asyncio.CancelledError

    for _ in range(30):
        worker._handlers = {**worker._handlers, "helpdesk": dies}
        await worker.once()
        home.clock.pass_(minutes=5)
    worker._handlers = {**worker._handlers, "helpdesk": handle}
    await home.work()
    assert_all_there_once(home)


async def test_the_shopper_is_waited_for_by_no_helpdesk_that_is_down(called: House) -> None:
    """A reply from the console goes out although the helpdesk can't be told."""
    await called.shopper("hello?")
    called.stand.faults = [Fault(500)] * 10
    await called.handover.take("c1", SAM)
    await called.handover.say("c1", "sam", "a1", "Sam here")
    await called.worker.once()
    async with called.database.read() as connection:
        done = select(outbox.c.done_at).where(outbox.c.kind == "deliver")
        assert (await connection.execute(done)).scalar_one() is not None


async def test_unsigned_stale_and_unreadable_webhooks_change_nothing(called: House) -> None:
    hook = called.stand.say(called.thread().id, "I am no agent")
    address = f"/webhooks/{called.stand.code}"
    before = await jobs(called)
    for headers in ({}, called.stand.sign(hook.body, called.clock.now(), "wrong"), {"X-Doorstep-Secret": "é"}):
        sent = {name: value.encode() for name, value in headers.items()}
        assert (await called.client.post(address, content=hook.body, headers=sent)).status_code == 401
    for body in (b"", b"[]", b"{", b"\xff", b'{"type": null}', b"{}", b'"x"'):
        headers = called.stand.sign(body, called.clock.now())
        assert (await called.client.post(address, content=body, headers=headers)).status_code == 400, body
    assert "no agent" not in str(await called.said())
    assert await jobs(called) == before


@pytest.mark.parametrize("code", ["zendesk", "chatwoot"])
async def test_an_old_signature_is_refused(code: str) -> None:
    stand, clock = STANDS[code](), FrozenClock()
    hook, verify = stand.unknown(), HELPDESKS[code].verify
    old = stand.sign(hook.body, clock.now())
    secret = stand.settings()[HELPDESKS[code].secret_setting]
    assert verify(hook.body, old, secret, clock.now())
    clock.pass_(minutes=6)
    assert not verify(hook.body, old, secret, clock.now())
    assert not verify(hook.body + b" ", stand.sign(hook.body, clock.now()), secret, clock.now())
    assert not verify(hook.body, stand.sign(hook.body, clock.now(), ""), "", clock.now())


async def test_what_is_of_no_use_is_taken_and_ignored(called: House) -> None:
    before = await called.said()
    await called.told(called.stand.unknown())
    assert await called.said() == before


@every_helpdesk
@pytest.mark.parametrize("seed", range(40))
def test_no_body_makes_the_reader_fail(helpdesk: Helpdesk, seed: int) -> None:
    chance, stand = random.Random(seed), STANDS[helpdesk.code]()
    body = bytearray(stand.unknown().body)
    for _ in range(chance.randint(1, 6)):
        body[chance.randrange(len(body))] = chance.randrange(256)
    with suppress(InvalidInput):
        assert isinstance(helpdesk.parse(bytes(body)), tuple)


async def test_a_long_reply_comes_in_parts_and_an_empty_one_not_at_all(called: House) -> None:
    thread = called.thread().id
    await called.told(called.stand.say(thread, "word " * 1500))
    parts = [text for author, text in await called.said() if author == "agent"]
    assert len(parts) == 2
    assert " ".join(parts).split() == ["word"] * 1500
    await called.told(called.stand.say(thread, "  "))
    assert len([1 for author, _ in await called.said() if author == "agent"]) == 2


async def test_without_its_settings_it_follows_nothing_and_says_what_is_missing(
    database: Database, stand: Stand
) -> None:
    async with house(database, stand, configured=()) as home:
        await home.shopper("where is my parcel")
        await home.call()
        await home.shopper("hello?")
        assert await jobs(home) == 0
        answer = await home.client.post(f"/webhooks/{stand.code}", content=b"{}")
    assert answer.status_code == 503
    for name in HELPDESKS[stand.code].settings:
        assert f"DOORSTEP_{name.upper()}" in answer.json()["error"]["message"]


async def test_one_configured_in_part_is_left_out(database: Database, stand: Stand) -> None:
    names = list(stand.settings())
    async with house(database, stand, configured=names[:-1]) as home:
        await home.shopper("where is my parcel")
        await home.call()
        assert await jobs(home) == 0


@every_helpdesk
def test_every_helpdesk_is_documented(helpdesk: Helpdesk) -> None:
    page = (ROOT / "docs" / "helpdesks.md").read_text()
    assert f"## {helpdesk.name}" in page
    assert f"`/webhooks/{helpdesk.code}`" in page
    for name in helpdesk.settings:
        assert name in Settings.model_fields
        assert f"`DOORSTEP_{name.upper()}`" in page


def test_every_stand_in_is_for_a_helpdesk() -> None:
    assert set(STANDS) == set(HELPDESKS)


def assert_all_there_once(home: House) -> None:
    thread = home.thread()
    texts = [entry.text for entry in thread.entries]
    for said in ("hello?", "Assistant: You said: hello?"):
        assert len([text for text in texts if text.split(" ref")[0].split("\nref")[0] == said]) == 1, (said, texts)
    assert len([text for text in texts if text.startswith("Ticket: T-1001")]) == 1
    assert len([text for text in texts if text.startswith("Shopper: where is my parcel")]) <= 1


async def forget_a_note(home: House, chance: random.Random, job: Job) -> None:
    """Undo what was noted last, as if the worker had died just before."""
    async with home.database.write() as connection:
        if job.payload["do"] == "open":
            await connection.execute(helpdesk_threads.delete())
        noted = select(helpdesk_sent).where(helpdesk_sent.c.external_id.is_not(None))
        rows = (await connection.execute(noted)).all()
        if rows:
            row = chance.choice(rows)
            this = (helpdesk_sent.c.helpdesk == row.helpdesk) & (helpdesk_sent.c.key == row.key)
            await connection.execute(helpdesk_sent.update().where(this).values(external_id=None))


async def jobs(home: House) -> int:
    async with home.database.read() as connection:
        wanted = select(func.count()).select_from(outbox).where(outbox.c.kind == "helpdesk")
        return int((await connection.execute(wanted)).scalar_one())
