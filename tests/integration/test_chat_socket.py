"""WS /chat over a real server and databases: every message once, on every tab, whatever breaks in between."""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from channels._frames import Visitors
from store.database import Database
from support.model import Inbound
from tests.fakes import World, world
from tests.served import served, tab


@pytest.fixture
def app(database: Database) -> World:
    return world(database)


def texts(frames: list[dict[str, object]]) -> list[object]:
    return [frame["text"] for frame in frames]


async def test_a_question_comes_back_then_is_answered(app: World) -> None:
    async with served(app.app) as address, tab(address) as one:
        assert one.welcome["type"] == "welcome"
        assert (one.welcome["owner"], one.welcome["messages"]) == ("bot", [])
        await one.say("buttons please", "a-1")
        frames = [await one.next() for _ in range(4)]
    assert [frame["type"] for frame in frames] == ["typing", "message", "message", "typing"]
    asked, answered = frames[1], frames[2]
    assert (asked["number"], asked["author"], asked["id"]) == (1, "shopper", "a-1")
    assert (answered["number"], answered["author"], answered["id"]) == (2, "bot", None)
    assert answered["buttons"] == [{"title": "Yes", "payload": "/affirm"}]
    assert (frames[0]["on"], frames[3]["on"]) == (True, False)


async def test_it_resumes_after_the_last_message_seen(app: World) -> None:
    async with served(app.app) as address:
        async with tab(address) as one:
            for n in range(2):
                await one.say(f"text {n}", f"a-{n}")
                while (await one.next_of("message"))["author"] != "bot":
                    pass
        async with tab(address, one.token, after=3) as again:
            assert texts(again.welcome["messages"]) == ["You said: text 1"]
            assert again.welcome["token"] == one.token


async def test_all_tabs_hear_all(app: World) -> None:
    async with served(app.app) as address, tab(address) as one, tab(address, one.token) as two, tab(address) as other:
        await one.say("hello")
        for listener in (one, two):
            assert [(await listener.next_of("message"))["number"] for _ in range(2)] == [1, 2]
        await app.services.desk.handle(Inbound(Visitors("test-visitors").conversation(one.token) or "", "x", "by API"))
        assert [(await two.next_of("message"))["number"] for _ in range(2)] == [3, 4]
        assert await other.nothing_for()


async def test_the_same_id_again_doubles_nothing(app: World) -> None:
    async with served(app.app) as address, tab(address) as one:
        for _ in range(3):
            await one.say("once", "a-1")
        assert [(await one.next_of("message"))["number"] for _ in range(2)] == [1, 2]
        await one.say("twice", "a-2")
        assert (await one.next_of("message"))["number"] == 3
    assert [inbound.text for inbound, _ in app.bot.heard] == ["once", "twice"]


async def test_a_socket_that_drops_does_not_drop_the_answer(app: World) -> None:
    app.bot.gate.clear()
    async with served(app.app) as address:
        async with tab(address) as one:
            await one.say("slow")
            assert (await one.next_of("message"))["author"] == "shopper"
        async with tab(address, one.token, after=1) as again:
            assert again.welcome["messages"] == []
            assert (await again.next_of("typing"))["on"] is True
            app.bot.gate.set()
            assert (await again.next_of("message"))["text"] == "You said: slow"
    assert len(app.bot.heard) == 1


@pytest.mark.parametrize("after", [0, 1])
async def test_a_message_whose_server_died_is_answered_on_return(app: World, after: int) -> None:
    token, conversation = await _left_unanswered(app)
    async with served(app.app) as address, tab(address, token, after) as again:
        assert len(again.welcome["messages"]) == 1 - after
        assert (await again.next_of("message"))["text"] == "You said: where is it"
    assert len(await app.services.desk.history(conversation, 0)) == 2


async def _left_unanswered(app: World) -> tuple[str, str]:
    conversation, token = Visitors("test-visitors").new()
    past = app.services.clock.now() - timedelta(seconds=30)
    lease_until = past + timedelta(seconds=20)
    asked = Inbound(conversation, "a-1", "where is it")
    await app.conversations.receive(asked, past, lease_until, past - timedelta(hours=1), "gone")
    return token, conversation


@pytest.mark.parametrize(
    ("text", "code"), [("x" * 2001, "too_long"), ("  ", "bad_request"), ("\u200b\u202e", "bad_request")]
)
async def test_what_the_desk_would_refuse_is_an_error_about_that_message(app: World, text: str, code: str) -> None:
    async with served(app.app) as address, tab(address) as one:
        await one.say(text, "a-9")
        error = await one.next()
    assert (error["type"], error["code"], error["id"]) == ("error", code, "a-9")
    assert app.bot.heard == []


async def test_too_fast(database: Database) -> None:
    app = world(database, per_conversation=2)
    async with served(app.app) as address, tab(address) as one:
        for n in range(3):
            await one.say("hello", f"a-{n}")
        error = await one.next_of("error")
        assert (error["code"], error["id"]) == ("too_fast", "a-2")


async def test_too_fast_from_one_address(database: Database) -> None:
    app = world(database, per_address=2)
    async with served(app.app) as address, tab(address) as one, tab(address) as two:
        await one.say("hello", "a-1")
        await two.say("hello", "b-1")
        await two.say("hello", "b-2")
        assert (await two.next_of("error"))["id"] == "b-2"
        async with tab(address) as three:
            assert three.welcome["code"] == "too_fast"


GARBAGE = ["", "{", "null", "[]", '{"type":"x"}', '{"type":"message"}', '{"type":"message","id":"é","text":1}', b"\xff"]


async def test_garbage_is_refused_and_the_talk_goes_on(app: World) -> None:
    async with served(app.app) as address, tab(address) as one:
        for frame in GARBAGE:
            await one.send(frame)
            assert (await one.next())["code"] == "bad_request"
        await one.send({"type": "typing", "on": True})
        await one.say("still here")
        assert (await one.next_of("message"))["text"] == "still here"


async def test_endless_garbage_ends_the_talk(app: World) -> None:
    async with served(app.app) as address, tab(address) as one:
        for _ in range(9):
            await one.send("{")
            assert (await one.next())["code"] == "bad_request"
        await one.send("{")
        with pytest.raises(ConnectionClosed):
            await one.next()


async def test_a_forged_token_is_refused_then_one_may_begin_anew(app: World) -> None:
    forged = Visitors("other").new()[1]
    async with served(app.app) as address, tab(address, forged) as one:
        assert one.welcome["code"] == "bad_token"
        await one.send({"type": "hello", "token": None, "after": 7})
        welcome = await one.next()
    assert welcome["type"] == "welcome"
    assert Visitors("test-visitors").conversation(welcome["token"])


async def test_messages_before_hello_are_not_taken(app: World) -> None:
    async with served(app.app) as address, connect(f"ws://{address}/chat", proxy=None) as socket:
        for _ in range(3):
            await socket.send(json.dumps({"type": "message", "id": "a", "text": "hi"}))
            assert json.loads(await socket.recv())["code"] == "bad_request"
        with pytest.raises(ConnectionClosed):
            await socket.recv()
    assert app.bot.heard == []


async def test_only_allowed_sites_may_connect(database: Database) -> None:
    app = world(database, allowed_origins=frozenset({"https://shop.example.com"}))
    async with served(app.app) as address:
        async with tab(address, origin="https://shop.example.com") as one:
            assert one.welcome["type"] == "welcome"
        for origin in ("https://evil.example.com", None):
            with pytest.raises(InvalidStatus):
                async with tab(address, origin=origin):
                    pass


async def test_a_database_that_is_down_is_said_and_nothing_is_acknowledged(app: World) -> None:
    async with served(app.app) as address, tab(address) as one:
        app.conversations.up = False
        await one.say("hello", "a-1")
        error = await one.next_of("error")
        assert (error["code"], error["id"]) == ("unavailable", "a-1")
        async with tab(address, one.token) as two:
            assert two.welcome["code"] == "unavailable"
            with pytest.raises(ConnectionClosed):
                await two.next()
        app.conversations.up = True
        await one.say("hello", "a-1")
        assert (await one.next_of("message"))["number"] == 1


async def test_a_burst_keeps_its_order(app: World) -> None:
    async with served(app.app) as address, tab(address) as one:
        await asyncio.gather(*(one.say(f"text {n}", f"a-{n}") for n in range(10)))
        numbers = [(await one.next_of("message"))["number"] for _ in range(20)]
    assert numbers == list(range(1, 21))
    assert [inbound.text for inbound, _ in app.bot.heard] == [f"text {n}" for n in range(10)]


async def test_a_server_that_stops_closes_its_sockets(app: World) -> None:
    async with AsyncExitStack() as stack:
        async with served(app.app) as address:
            one = await stack.enter_async_context(tab(address))
        with pytest.raises(ConnectionClosed) as closed:
            await one.next()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012


async def test_what_another_process_answered_comes_in_its_place(app: World, database: Database) -> None:
    async with served(app.app) as address, tab(address) as one:
        conversation = Visitors("test-visitors").conversation(one.token) or ""
        await world(database).services.desk.handle(Inbound(conversation, "x", "elsewhere"))
        await one.say("here", "a-1")
        said = [await one.next_of("message") for _ in range(4)]
    assert [frame["number"] for frame in said] == [1, 2, 3, 4]
    assert texts(said) == ["elsewhere", "You said: elsewhere", "here", "You said: here"]
