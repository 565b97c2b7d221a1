"""What one helpdesk does differently, and what helpdesks cost and leave behind."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import event, func, select

from store.database import Database
from store.erasing import erase_customer
from store.following import topic
from store.helpdesk_tables import helpdesk_sent, helpdesk_threads
from store.support_tables import outbox
from support.model import TicketReason
from tests.helpdesk_house import House, house
from tests.helpdesk_stands.chatwoot import ChatwootStand


@pytest.fixture
async def stand() -> AsyncIterator[ChatwootStand]:
    made = ChatwootStand()
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


@pytest.fixture
async def called(database: Database, stand: ChatwootStand) -> AsyncIterator[House]:
    async with house(database, stand) as home:
        await home.shopper("where is my parcel")
        await home.call()
        await home.work()
        yield home


async def test_pending_is_the_bots_and_open_is_the_persons(called: House, stand: ChatwootStand) -> None:
    thread = called.thread().id
    await called.told(stand.say(thread, "Kim here"))
    await called.told(stand.pend(thread))
    assert await called.owner() == ("bot", "")
    await called.shopper("are you the bot again?")
    assert (await called.said())[-1] == ("bot", "You said: are you the bot again?")
    stand.assignee = {"id": 77, "name": "Kim"}
    await called.told(stand.set_state(thread, solved=False))
    assert await called.owner() == ("human", "chatwoot:77")
    await called.shopper("hello?")
    assert (await called.said())[-1] == ("shopper", "hello?")


async def test_a_shopper_who_writes_on_is_not_left_alone(called: House, stand: ChatwootStand) -> None:
    """Solved there, but no webhook has come yet."""
    await called.shopper("hello?")
    stand.set_state(called.thread().id, solved=True)
    await called.work()
    assert called.thread().state == "open"
    assert await called.states() == ["open"]
    assert "hello?" in called.thread().said(True)


async def test_the_state_is_asked_for_before_the_bots_words_are_sent(called: House, stand: ChatwootStand) -> None:
    """No webhook came, and still what was done there is seen in time."""
    await called.shopper("hello?")
    await called.one_job()
    stand.set_state(called.thread().id, solved=True)
    await called.work()
    assert await called.states() == ["solved"]
    assert await called.owner() == ("bot", "")
    assert "You said: hello?" not in str(called.thread().entries)


async def test_a_new_call_wakes_a_thread_that_the_bot_had(called: House, stand: ChatwootStand) -> None:
    await called.told(stand.pend(called.thread().id))
    await called.call(TicketReason.COMPLAINT)
    await called.work()
    assert called.thread().state == "open"


async def test_erasing_a_customer_forgets_threads_and_jobs(called: House) -> None:
    await called.shopper("one more thing")
    assert await rows(called.database) == (1, 2, True)
    async with called.database.write() as connection:
        await erase_customer(connection, "shop", "ada@example.com", "", ())
    assert await rows(called.database) == (0, 0, False)
    await called.told(called.stand.say(called.thread().id, "Too late"))
    assert await called.said() == []


async def test_a_turn_with_the_bot_costs_no_statement_more(database: Database, stand: ChatwootStand) -> None:
    async with house(database, stand) as home, house(database, stand, configured=()) as plain:
        await home.shopper("hello", "m1", "c1")
        await plain.shopper("hello", "m1", "c2")
        usual = await statements(database, plain, "c2", "m2")
        assert await statements(database, home, "c1", "m2") == usual
        await home.call(conversation="c1")
        await plain.call(conversation="c2")
        assert await statements(database, plain, "c2", "m3") == usual
        assert await statements(database, home, "c1", "m3") > usual


async def statements(database: Database, home: House, conversation: str, message: str) -> int:
    """How many statements one turn takes."""
    run: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        run.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        await home.shopper("hello", message, conversation)
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    return len(run)


async def rows(database: Database) -> tuple[int, int, bool]:
    async with database.read() as connection:
        threads = (await connection.execute(select(func.count()).select_from(helpdesk_threads))).scalar_one()
        sent = (await connection.execute(select(func.count()).select_from(helpdesk_sent))).scalar_one()
        jobs = (await connection.execute(select(outbox.c.id).where(outbox.c.topic == topic("c1")))).first()
    return int(threads), int(sent), jobs is not None
