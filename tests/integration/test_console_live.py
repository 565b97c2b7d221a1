"""WS /console/live: what reaches an agent's open page, in order and once, and what a shopper sees of the agent."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from websockets.exceptions import ConnectionClosed

from channels._frames import Visitors
from store.database import Database
from support.model import Inbound
from tests.consoles import Browser, Screen, agent, screen, waiting
from tests.fakes import World, world
from tests.served import Tab, served, tab
from web.console import live


@dataclass
class Scene:
    """A served app with two agents, and a shopper's open tab."""

    app: World
    address: str
    sam: Browser
    kim: Browser
    shopper: Tab
    conversation: str


@pytest.fixture
async def scene(database: Database) -> AsyncIterator[Scene]:
    app = world(database)
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(served(app.app))
        sam = await stack.enter_async_context(agent(app))
        kim = await stack.enter_async_context(agent(app, "Kim"))
        shopper = await stack.enter_async_context(tab(address))
        conversation = Visitors("test-visitors").conversation(shopper.token) or ""
        yield Scene(app, address, sam, kim, shopper, conversation)


async def opened(page: Screen, conversation: str, after: int = 0) -> None:
    await page.send(type="open", conversation=conversation, after=after)


async def test_a_new_hand_over_reaches_every_agent_at_once(scene: Scene) -> None:
    async with screen(scene.address, scene.sam) as sam, screen(scene.address, scene.kim) as kim:
        await scene.shopper.say("a person please")
        for page in (sam, kim):
            changed = await page.next_of("changed")
            assert (changed["conversation"], changed["owner"]) == (scene.conversation, "waiting")


async def test_the_open_conversation_is_followed_in_order_and_once(scene: Scene) -> None:
    await scene.shopper.say("first", "m-1")
    await scene.shopper.next_of("message")
    async with screen(scene.address, scene.sam) as page:
        await opened(page, scene.conversation)
        first = await page.next_of("messages")
        last, html = first["last"], first["html"]
        await scene.shopper.say("second <b>", "m-2")
        while last < 4:
            frame = await page.next_of("messages")
            assert frame["last"] > last
            last, html = frame["last"], html + frame["html"]
        assert [html.count(f'data-number="{n}"') for n in range(1, 5)] == [1, 1, 1, 1]
        assert "second &lt;b&gt;" in html
        assert await page.nothing_of("messages")


async def test_a_page_that_comes_back_gets_what_it_missed(scene: Scene) -> None:
    for n in range(3):
        await scene.app.services.desk.handle(Inbound(scene.conversation, f"m-{n}", f"text {n}"))
    async with screen(scene.address, scene.sam) as page:
        await opened(page, scene.conversation, after=4)
        frame = await page.next_of("messages")
        assert frame["last"] == 6
        assert "text 1" not in frame["html"]
        assert "text 2" in frame["html"]


async def test_a_conversation_that_is_not_open_only_changes_its_row(scene: Scene) -> None:
    async with screen(scene.address, scene.sam) as page:
        await page.send(type="watch", conversations=[scene.conversation])
        await page.send(type="open", conversation="no such", after=0)
        await asyncio.sleep(0.1)
        await scene.shopper.say("hello there")
        said = await page.next_of("said")
        assert (said["author"], said["preview"]) == ("shopper", "hello there")
        await page.send(type="watch", conversations=[])
        await asyncio.sleep(0.1)
        await scene.shopper.say("once more", "m-2")
        assert await page.nothing_of("said")


async def test_typing_is_seen_both_ways_and_ends_by_itself(scene: Scene) -> None:
    await scene.shopper.say("a person please")
    await scene.shopper.next_of("message")  # stored: before that there is nothing to open
    async with screen(scene.address, scene.sam) as page:
        await opened(page, scene.conversation)
        await page.next_of("messages")
        await page.send(type="typing", on=True)  # not Sam's conversation: the shopper isn't told
        await scene.sam.post(f"/conversations/{scene.conversation}/take")
        await page.next_of("changed")
        await page.send(type="typing", on=True)
        assert await agents_typing(scene.shopper) is True
        await scene.shopper.send({"type": "typing", "on": True})
        assert (await page.next_of("typing"))["on"] is True
        await scene.shopper.send({"type": "typing", "on": True})
        await scene.shopper.say("here", "m-2")
        assert (await page.next_of("typing"))["on"] is False
    assert await agents_typing(scene.shopper) is False


async def agents_typing(shopper: Tab) -> bool:
    """What the shopper is told next of an agent's typing."""
    while (frame := await shopper.next_of("typing"))["author"] != "agent":
        pass
    return bool(frame["on"])


async def test_the_shoppers_welcome_names_who_has_the_conversation(scene: Scene) -> None:
    await scene.shopper.say("a person please")
    await scene.shopper.next_of("owner")
    await scene.sam.post(f"/conversations/{scene.conversation}/take")
    owner = await scene.shopper.next_of("owner")
    assert (owner["owner"], owner["name"]) == ("human", "Sam")
    async with tab(scene.address, scene.shopper.token) as again:
        assert (again.welcome["owner"], again.welcome["name"]) == ("human", "Sam")


async def test_a_look_over_the_socket_is_noted(scene: Scene) -> None:
    await scene.shopper.say("hello")
    await scene.shopper.next_of("message")
    async with screen(scene.address, scene.sam) as page:
        await opened(page, scene.conversation)
        await page.next_of("messages")
    assert scene.sam.account
    looks = await scene.app.console.inbox.looks()
    assert [(look.agent, look.about) for look in looks] == [(scene.sam.account.id, scene.conversation)]


async def test_the_socket_ends_with_the_session(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_CHECK_SECONDS", 0.05)
    async with screen(scene.address, scene.sam) as page:
        await scene.sam.post("/sign-out", live=False)
        assert await page.next_of("signed_out")
        with pytest.raises(ConnectionClosed):
            await page.socket.recv()


async def test_garbage_ends_the_socket_and_nothing_else(scene: Scene) -> None:
    async with screen(scene.address, scene.sam) as page, screen(scene.address, scene.kim) as other:
        for garbage in ["", "{", "[]", '{"type":"x"}', '{"type":"open"}', b"\xff"] * 2:
            await page.socket.send(garbage)
        with pytest.raises(ConnectionClosed):
            await page.socket.recv()
        await waiting(scene.app, "c9")
        await scene.app.services.desk.handle(Inbound("c8", "m1", "a person"))
        assert (await other.next_of("changed"))["conversation"] == "c8"


async def test_too_many_conversations_to_watch_are_refused(scene: Scene) -> None:
    async with screen(scene.address, scene.sam) as page:
        await page.send(type="watch", conversations=[f"c{n}" for n in range(201)])
        await page.socket.send(json.dumps({"type": "awake"}))
        await scene.shopper.say("hello")
        assert await page.nothing_of("said")
