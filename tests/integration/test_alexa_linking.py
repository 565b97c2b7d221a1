"""A linked account on the speaker: whose orders it opens, what is left of it when it ends, and when it is offered."""

from dataclasses import dataclass
from secrets import token_urlsafe

import pytest

from skills.alexa import words
from skills.alexa.hearing import conversation_of
from store.clients import ClientTable
from store.conversations import ConversationTable
from store.database import Database
from store.linking import LinkTable
from support.clients import Clients
from support.linking import Links
from support.model import Reply, SignedIdentity
from support.wording import TROUBLE
from tests.alexa_requests import Shopper, speech
from tests.fakes import RealClock, World
from tests.integration.alexa_fixtures import CARD, LONG, heard, hearing, skill_app, speaking
from tracking.errors import Unavailable

pytest_plugins = ["tests.integration.alexa_fixtures"]
JUNE = SignedIdentity(email="june@example.com", phone="+12025550117")
NOBODY = SignedIdentity()
LINK_CARD = {"type": "LinkAccount"}
ASKED = Reply("What's the order number?")


@dataclass
class Linking:
    """Links on the app's database, as the pages of account linking make them."""

    links: Links
    clients: Clients

    async def link(self, *scopes: str, resource: str = "") -> str:
        """Link June's account to a speaker and return the access token that Alexa then sends."""
        client, _ = await self.clients.add("Alexa", ["https://speaker.example.com/linked"])
        code, access, allowed = token_urlsafe(32), token_urlsafe(32), frozenset(scopes or ("orders:read",))
        await self.links.allow(code, client, JUNE, allowed, client.redirect_uris[0], "", resource)
        assert await self.links.exchange(code, access, token_urlsafe(32), allowed)
        return access


@pytest.fixture
def linking(database: Database) -> Linking:
    return Linking(Links(LinkTable(database), RealClock()), Clients(ClientTable(database), RealClock()))


async def known_as(database: Database, conversation: str) -> SignedIdentity:
    found = await ConversationTable(database).get(conversation)
    assert found is not None
    return found.identity


async def test_a_linked_shopper_is_known(app: World, shopper: Shopper, linking: Linking, database: Database) -> None:
    shopper.token = await linking.link()
    answered = await shopper.say("ListOrdersIntent")
    assert answered.get("card") is None
    inbound = app.bot.heard[0][0]
    assert (inbound.identity, inbound.channel) == (JUNE, "voice")
    assert inbound.conversation != conversation_of(shopper.user)
    assert await known_as(database, inbound.conversation) == JUNE


async def test_nothing_of_a_link_is_left_when_it_ends(
    app: World, shopper: Shopper, linking: Linking, database: Database
) -> None:
    await shopper.say("WhereIsMyOrderIntent")
    shopper.token = await linking.link()
    await shopper.say("WhereIsMyOrderIntent")
    await linking.links.end_all(JUNE)
    ended = await shopper.say("WhereIsMyOrderIntent")
    assert speech(ended).startswith(words.LINK_ENDED)
    assert ended["card"] == LINK_CARD
    before, under, after = [inbound for inbound, _ in app.bot.heard]
    assert before.conversation == after.conversation == conversation_of(shopper.user) != under.conversation
    assert (before.identity, under.identity, after.identity) == (NOBODY, JUNE, NOBODY)
    assert await known_as(database, before.conversation) == NOBODY
    shopper.token = await linking.link()
    await shopper.say("WhereIsMyOrderIntent")
    assert app.bot.heard[-1][0].conversation not in {under.conversation, before.conversation}


async def test_the_rest_of_an_answer_is_not_told_when_the_link_has_ended(
    app: World, database: Database, linking: Linking
) -> None:
    async with hearing(app, database, Reply(LONG), ASKED, token=await linking.link()) as shopper:
        await shopper.say("WhereIsMyOrderIntent")
        assert "Leipzig" in str(shopper.attributes)
        await linking.links.end_all(JUNE)
        said = await shopper.say("AMAZON.YesIntent")
        assert "Leipzig" not in str(said)
        assert heard(app) == ["where is my order", "yes"]


async def test_a_link_that_ended_is_told_of_once(app: World, shopper: Shopper) -> None:
    shopper.token = "no-longer-good"
    opened = await shopper.open()
    assert speech(opened) == f"{words.LINK_ENDED} {words.GREETING}"
    assert opened["card"] == LINK_CARD
    again = await shopper.say("TrackOrderIntent", number="1004")
    assert "card" not in again
    assert speech(again).startswith("You said: where is my order")
    assert app.bot.heard[0][0].identity == NOBODY


async def test_a_link_without_the_right_to_see_orders_opens_none(
    app: World, shopper: Shopper, linking: Linking
) -> None:
    for token in (await linking.link("orders:help"), await linking.link(resource="https://shop.example.com/mcp")):
        shopper.token, shopper.attributes = token, {}
        assert (await shopper.say("WhereIsMyOrderIntent"))["card"] == LINK_CARD
    assert {(inbound.identity, inbound.conversation) for inbound, _ in app.bot.heard} == {
        (NOBODY, conversation_of(shopper.user))
    }


async def test_linking_is_offered_once_a_session_to_who_names_no_order(app: World, database: Database) -> None:
    replies = ASKED, ASKED, Reply("It's here."), ASKED
    async with hearing(app, database, *replies) as shopper:
        asked = await shopper.say("WhereIsMyOrderIntent")
        assert speech(asked) == f"{words.LINK_OFFER} {ASKED.text}"
        assert asked["card"] == LINK_CARD
        assert asked["reprompt"]["outputSpeech"]["ssml"] == f"<speak>{ASKED.text}</speak>"
        assert "card" not in await shopper.say("ListOrdersIntent")
        shopper.attributes = {}
        assert "card" not in await shopper.say("TrackOrderIntent", number="1004")
        assert (await shopper.say("ListOrdersIntent"))["card"] == LINK_CARD


async def test_an_order_that_is_shown_needs_no_link(app: World, database: Database) -> None:
    async with hearing(app, database, Reply("It's on its way.", card=CARD)) as shopper:
        assert (await shopper.say("WhereIsMyOrderIntent"))["card"]["type"] == "Simple"


async def test_where_linking_is_not_set_up_it_is_not_offered(app: World, database: Database) -> None:
    async with hearing(app, database, ASKED, linking=False) as shopper:
        answered = await shopper.say("WhereIsMyOrderIntent")
    assert speech(answered) == ASKED.text
    assert "card" not in answered


async def test_when_nobody_can_tell_whose_it_is_it_says_so(app: World, database: Database) -> None:
    async def away(_: str) -> None:
        raise Unavailable("The database is away.")

    object.__setattr__(app.given, "linked", away)
    async with speaking(skill_app(app), token="some-token") as shopper:
        answered = await shopper.say("WhereIsMyOrderIntent")
    assert (speech(answered), answered["shouldEndSession"]) == (TROUBLE, True)
    assert heard(app) == []
