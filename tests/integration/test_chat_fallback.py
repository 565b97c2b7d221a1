"""The chat without a WebSocket, over a real server and databases, and what browsers of other sites may do."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from channels._fallback import stream
from channels._frames import Frame, Visitors
from store.database import Database
from tests.fakes import World, world
from tests.served import served, tab


class Page:
    """A page that speaks by POST and listens to a stream."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self.http, self.headers = http, {"Authorization": f"Bearer {token}"}

    async def say(self, text: str, id_: str = "a-1") -> httpx.Response:
        return await self.http.post("/chat/messages", json={"id": id_, "text": text}, headers=self.headers)

    @asynccontextmanager
    async def listening(self, after: int = 0) -> AsyncIterator[AsyncIterator[Frame]]:
        url = f"/chat/events?after={after}"
        async with self.http.stream("GET", url, headers=self.headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield frames_of(answer)


async def frames_of(answer: httpx.Response) -> AsyncIterator[Frame]:
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line[6:])


async def messages(frames: AsyncIterator[Frame], count: int) -> list[Frame]:
    found: list[Frame] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            frame = await anext(frames)
            found += [frame] if frame["type"] == "message" else []
    return found


@asynccontextmanager
async def page(app: World) -> AsyncIterator[Page]:
    async with served(app.app) as address, httpx.AsyncClient(base_url=f"http://{address}", trust_env=False) as http:
        welcome = (await http.post("/chat/hello", json={"token": None, "after": 0})).json()
        assert (welcome["type"], welcome["owner"], welcome["messages"]) == ("welcome", "bot", [])
        yield Page(http, welcome["token"])


@pytest.fixture
def app(database: Database) -> World:
    return world(database)


async def test_a_question_and_its_answer_come_on_the_stream(app: World) -> None:
    async with page(app) as one, one.listening() as frames:
        assert (await one.say("hello")).status_code == 202
        said = await messages(frames, 2)
    assert [(m["number"], m["author"], m["id"]) for m in said] == [(1, "shopper", "a-1"), (2, "bot", None)]


async def test_it_resumes_and_doubles_nothing(app: World) -> None:
    async with page(app) as one:
        for _ in range(2):
            assert (await one.say("hello")).status_code == 202
        async with one.listening() as frames:
            await messages(frames, 2)
        async with one.listening(after=1) as frames:
            assert [m["number"] for m in await messages(frames, 1)] == [2]
            await one.say("more", "a-2")
            assert [m["number"] for m in await messages(frames, 2)] == [3, 4]


async def test_it_accepts_as_soon_as_the_message_is_stored(app: World) -> None:
    app.bot.gate.clear()
    async with page(app) as one:
        assert (await asyncio.wait_for(one.say("slow"), 5)).status_code == 202
        app.bot.gate.set()


async def test_what_is_not_stored_is_not_accepted(app: World) -> None:
    async with page(app) as one:
        app.conversations.up = False
        answer = await one.say("hello")
        assert (answer.status_code, answer.json()["code"], answer.json()["id"]) == (503, "unavailable", "a-1")
        async with one.listening() as frames:
            assert (await anext(frames))["code"] == "unavailable"
        assert (await one.http.post("/chat/hello", json={"token": None, "after": 0})).status_code == 503


async def test_socket_and_fallback_share_a_conversation(app: World) -> None:
    async with page(app) as one:
        token = one.headers["Authorization"].removeprefix("Bearer ")
        async with tab(one.http.base_url.netloc.decode(), token) as other:
            await one.say("hello")
            assert (await other.next_of("message"))["text"] == "hello"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "x" * 3000])
async def test_a_forged_token_is_refused_everywhere(app: World, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}
    async with app.client(None) as client:
        answers = [
            await client.post("/chat/hello", json={"token": token, "after": 0}),
            await client.post("/chat/messages", json={"id": "a", "text": "hi"}, headers=headers),
            await client.get("/chat/events", headers=headers),
        ]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(401, "bad_token")] * 3


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"id": "a", "text": "x" * 2001}, 413),
        ({"id": "a", "text": " "}, 400),
        ({"id": "a", "text": "x" * 30_000}, 422),
        ({"id": "", "text": "x"}, 422),
        ({"id": "a b", "text": "x"}, 422),
        ([], 422),
    ],
)
async def test_bad_messages_are_refused(app: World, body: Any, status: int) -> None:
    _, token = Visitors("test-visitors").new()
    async with app.client(None) as client:
        answer = await client.post("/chat/messages", json=body, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == status


async def test_too_fast(database: Database) -> None:
    app = world(database, per_address=2)
    async with page(app) as one:
        assert [(await one.say("hello", f"a-{n}")).status_code for n in range(3)] == [202, 202, 429]
        hellos = [await one.http.post("/chat/hello", json={"token": None}) for _ in range(2)]
    assert [hello.status_code for hello in hellos] == [200, 429]
    assert int(hellos[1].headers["retry-after"]) > 0


async def test_a_quiet_stream_is_kept_open_with_comments() -> None:
    closed = asyncio.Event()

    async def frames() -> AsyncGenerator[Frame]:
        try:
            yield {"type": "welcome", "owner": "bot", "messages": [{"number": 1}]}
            await asyncio.sleep(60)
        finally:
            closed.set()

    events = stream(frames(), ping_seconds=0.01)
    heard = [await anext(events) for _ in range(3)]
    await events.aclose()
    assert heard[0].startswith(":")
    assert '"number": 1' in heard[1]
    assert heard[2].startswith(":")
    assert closed.is_set()


async def test_any_site_may_use_the_chat_unless_told_otherwise(app: World, database: Database) -> None:
    closed = world(database, allowed_origins=frozenset({"https://shop.example.com"}))
    asked = {"Origin": "https://blog.example.com", "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "authorization,content-type"
    async with app.client(None) as anyone, closed.client(None) as few:
        open_answer = await anyone.options("/chat/messages", headers=asked)
        closed_answer = await few.options("/chat/messages", headers=asked)
    assert open_answer.headers["access-control-allow-origin"] == "*"
    assert "authorization" in open_answer.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-origin" not in closed_answer.headers


async def test_other_sites_may_not_read_the_merchants_api(app: World) -> None:
    async with app.client() as client:
        answer = await client.get("/api/v1/tickets", headers={"Origin": "https://blog.example.com"})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers
