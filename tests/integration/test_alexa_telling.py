"""Which of Alexa's users may be told: what she says of an account is kept, and whose account it is linked to."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any

import pytest

from store.clients import ClientTable
from store.database import Database
from store.linking import LinkTable
from store.push import AlexaUsers
from support.clients import Clients
from support.linking import Links
from support.model import SignedIdentity
from tests.alexa_requests import Shopper, envelope
from tests.fakes import RealClock, World
from tests.integration.alexa_fixtures import skill_app, speaking
from tracking.errors import Unavailable

pytest_plugins = ["tests.integration.alexa_fixtures"]
JUNE = SignedIdentity(email="june@example.com", phone="+12025550117")
UPDATES = [{"eventName": "AMAZON.OrderStatus.Updated"}]


@dataclass
class Counted(AlexaUsers):
    """Our table, counting what is noted; it may be down."""

    database: Database
    links: list[str] = field(default_factory=list)
    down: bool = False

    def __post_init__(self) -> None:
        super().__init__(self.database, RealClock())

    async def linked(self, user: str, link: str) -> None:
        self.links.append(link)
        if self.down:
            raise Unavailable("The database does not answer.")
        await super().linked(user, link)

    async def subscribed(self, user: str, wanted: bool) -> None:
        if self.down:
            raise Unavailable("The database does not answer.")
        await super().subscribed(user, wanted)

    async def told(self) -> list[str]:
        """Who would be told of June's orders."""
        return list(await self.of(JUNE.phone, JUNE.email))


@pytest.fixture
def users(database: Database) -> Counted:
    return Counted(database)


@pytest.fixture
async def speaker(app: World, users: Counted) -> AsyncIterator[Shopper]:
    async with speaking(skill_app(app, speakers=users)) as shopper:
        yield shopper


async def link(database: Database) -> str:
    """Link June's account to a speaker and return the access token that Alexa then sends."""
    client, _ = await Clients(ClientTable(database), RealClock()).add("Alexa", ["https://speaker.example.com/linked"])
    code, access, allowed = token_urlsafe(32), token_urlsafe(32), frozenset({"orders:read"})
    links = Links(LinkTable(database), RealClock())
    await links.allow(code, client, JUNE, allowed, client.redirect_uris[0], "", "")
    assert await links.exchange(code, access, token_urlsafe(32), allowed)
    return access


async def event(speaker: Shopper, kind: str, body: Any = None) -> int:
    """Let Alexa say something of the account; the status of the answer."""
    told = envelope(f"AlexaSkillEvent.{kind}")
    del told["session"]
    told["request"] |= {"body": body} if body is not None else {}
    return (await speaker.post(json.dumps(told).encode())).status_code


async def test_who_speaks_for_an_account_and_allows_it_is_told(
    speaker: Shopper, users: Counted, database: Database
) -> None:
    speaker.token = await link(database)
    await speaker.say("AMAZON.HelpIntent")
    assert await users.told() == []
    assert await event(speaker, "ProactiveSubscriptionChanged", {"subscriptions": UPDATES}) == 200
    assert await users.told() == [speaker.user]


@pytest.mark.parametrize("body", [{"subscriptions": []}, {}, {"subscriptions": [{"eventName": "AMAZON.Other"}]}, None])
async def test_who_allows_it_no_more_is_not(speaker: Shopper, users: Counted, database: Database, body: Any) -> None:
    speaker.token = await link(database)
    await speaker.say("AMAZON.HelpIntent")
    await event(speaker, "ProactiveSubscriptionChanged", {"subscriptions": UPDATES})
    assert await event(speaker, "ProactiveSubscriptionChanged", body) == 200
    assert await users.told() == []


async def test_who_throws_the_skill_out_is_not(speaker: Shopper, users: Counted, database: Database) -> None:
    speaker.token = await link(database)
    await speaker.say("AMAZON.HelpIntent")
    await event(speaker, "ProactiveSubscriptionChanged", {"subscriptions": UPDATES})
    assert await event(speaker, "SkillDisabled") == 200
    assert await users.told() == []


async def test_a_new_link_is_known_before_anybody_speaks(speaker: Shopper, users: Counted, database: Database) -> None:
    await event(speaker, "ProactiveSubscriptionChanged", {"subscriptions": UPDATES})
    assert await event(speaker, "SkillAccountLinked", {"accessToken": await link(database)}) == 200
    assert await users.told() == [speaker.user]
    assert await event(speaker, "SkillAccountLinked", {"accessToken": "forged"}) == 200


async def test_a_link_is_noted_once(speaker: Shopper, users: Counted, database: Database) -> None:
    speaker.token = await link(database)
    for _ in range(3):
        await speaker.say("AMAZON.HelpIntent")
    assert len(users.links) == 1
    speaker.token = ""
    await speaker.say("AMAZON.HelpIntent")
    assert len(users.links) == 1


async def test_no_answer_waits_for_the_note_and_an_event_comes_again(
    speaker: Shopper, users: Counted, database: Database
) -> None:
    speaker.token, users.down = await link(database), True
    assert "outputSpeech" in await speaker.say("AMAZON.HelpIntent")
    assert await event(speaker, "ProactiveSubscriptionChanged", {"subscriptions": UPDATES}) == 503
    users.down = False
    await speaker.say("AMAZON.HelpIntent")
    assert await event(speaker, "ProactiveSubscriptionChanged", {"subscriptions": UPDATES}) == 200
    assert await users.told() == [speaker.user]
