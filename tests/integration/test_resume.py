"""Going on with a conversation from a link, and what a chat shows of the person who has joined."""

from httpx import ASGITransport, AsyncClient

from channels._frames import Visitors
from channels.resume import resume_router, resume_url
from store.database import Database
from store.handover import HandoverTable
from support.model import Agent
from tests.fakes import world
from tests.served import served, tab
from web.app import create_app

SAM = Agent("sam", "Sam <b>")


async def test_the_link_opens_the_widget_with_the_conversation(database: Database) -> None:
    app = create_app(world(database).services, [resume_router("secret", "Looms & Co")])
    link = resume_url("http://shop.example.com/", "secret", "alexa:1")
    async with AsyncClient(transport=ASGITransport(app)) as client:
        page = await client.get(link)
    assert page.status_code == 200
    assert f'data-token="{link.rpartition("/")[2]}"' in page.text
    assert "Looms &amp; Co" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "private, no-store"


async def test_a_bad_link_says_so_and_opens_nothing(database: Database) -> None:
    app = create_app(world(database).services, [resume_router("secret", "Looms & Co")])
    for bad in (resume_url("", "other", "alexa:1"), '/chat/resume/"><script>', "/chat/resume/x"):
        async with AsyncClient(transport=ASGITransport(app), base_url="http://shop.example.com") as client:
            page = await client.get(bad)
        assert page.status_code == 404
        assert "data-token" not in page.text
        assert "no longer good" in page.text


async def test_the_chat_shows_who_answers(database: Database) -> None:
    app = world(database)
    async with served(app.app) as address, tab(address) as shopper:
        conversation = Visitors("test-visitors").conversation(shopper.token) or ""
        await shopper.say("a person please", "m1")
        assert await shopper.next_of("owner") == {"type": "owner", "owner": "waiting", "name": ""}
        await app.handover.take(conversation, SAM)
        assert await shopper.next_of("owner") == {"type": "owner", "owner": "human", "name": "Sam <b>"}
        said = await app.handover.say(conversation, "sam", "a1", "Hello")
        assert (await shopper.next_of("message"))["text"] == "Hello"
        await shopper.say("great", "m2")
        assert (await shopper.next_of("message"))["text"] == "great"
        await app.handover.give_back(conversation, "sam")
        assert (await shopper.next_of("owner"))["owner"] == "bot"
    assert await HandoverTable(database).shown(conversation) == said.number
