"""The demo's pretend speaker with the real webhook: its signatures are believed, its page shows what came back."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Form
from fastapi.responses import JSONResponse, Response

from demo.linked_account import LinkedAccount
from demo.speaker import Alexa, speaker_router, words_of
from skills.alexa import words
from store.database import Database
from support.model import Reply
from tests.fakes import SECRETS, World, world
from tests.integration.alexa_fixtures import CARD, LONG, Scripted
from tests.served import served


@dataclass
class Speaker:
    """A speaker whose page is open."""

    app: World
    client: httpx.AsyncClient
    attributes: dict[str, str]

    async def say(self, text: str) -> dict[str, Any]:
        answer = await self.client.post("/speaker/said", json={"text": text, "attributes": self.attributes})
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        self.attributes = shown["attributes"]
        return shown


@pytest.fixture
async def speaker(database: Database, tmp_path: Path) -> AsyncIterator[Speaker]:
    outside = FastAPI()
    async with served(outside) as address:
        url, roots = f"http://{address}", tmp_path / "var" / "roots.pem"
        alexa = Alexa(url, SECRETS["alexa_skill_id"], LinkedAccount(url, "client-1", "a-secret"))
        alexa.write_roots(roots)
        app = world(database, secrets=SECRETS | {"alexa_certificates_url": f"{url}/speaker", "alexa_roots": str(roots)})
        outside.include_router(speaker_router(alexa))
        outside.mount("/", app.app)
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            yield Speaker(app, client, {})


async def test_a_conversation(speaker: Speaker) -> None:
    opened = await speaker.say("Alexa, open doorstep orders")
    assert (opened["text"], opened["open"]) == (words.GREETING, True)
    assert opened["heard"] == {"name": "LaunchRequest", "slots": {}}
    assert opened["reprompt"] == words.WHAT_ELSE
    asked = await speaker.say("where is my order one zero zero four")
    assert asked["text"] == f"You said: where is my order 1 0 0 4. {words.ANYTHING_ELSE}"
    assert "<say-as" in asked["ssml"]
    left = await speaker.say("no")
    assert (left["text"], left["open"], left["attributes"]) == (words.GOODBYE, False, {})
    assert [inbound.text for inbound, _ in speaker.app.bot.heard] == ["where is my order 1004"]
    assert speaker.app.bot.heard[0][0].channel == "voice"


async def test_the_session_the_card_and_the_screen_are_shown(speaker: Speaker) -> None:
    speaker.app.bot.respond = Scripted(Reply(LONG, card=CARD)).respond  # type: ignore[method-assign]
    first = await speaker.say("where is my order")
    assert first["text"].endswith(words.DETAILS)
    assert first["card"] == {"type": "Simple", "title": "Order 1004", "content": "On its way"}
    assert first["screen"] == {"title": "Order 1004", "headline": "On its way"}
    assert "Leipzig" in (await speaker.say("yes"))["text"]


async def test_what_is_no_speech_is_refused(speaker: Speaker) -> None:
    for sent in ({}, {"text": "x" * 301}, {"text": "hi", "attributes": {str(i): "" for i in range(21)}}):
        assert (await speaker.client.post("/speaker/said", json=sent)).status_code == 422
    assert (await speaker.say(""))["text"].startswith(words.NOT_HEARD)


async def test_the_page_needs_nothing_from_elsewhere(speaker: Speaker) -> None:
    page = await speaker.client.get("/speaker")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert addresses
    assert [address for address in addresses if not address.startswith(("/", "#", "data:"))] == []
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for name in ("speaker.css", "speaker.js"):
        assert (await speaker.client.get(f"/speaker/{name}")).status_code == 200
    assert (await speaker.client.get("/speaker/other")).status_code == 404


def test_ssml_as_it_is_heard() -> None:
    spelled = 'Order <say-as interpret-as="digits">1004</say-as> <say-as interpret-as="spell-out">AB</say-as>'
    assert words_of(f"<speak>{spelled} &amp; more</speak>") == "Order 1 0 0 4 A B & more"
    assert words_of("") == ""


@dataclass
class Shop:
    """A stand-in for the shop's OAuth endpoints that notes what it is asked."""

    asked: list[tuple[str, dict[str, str]]]
    expires_in: int = 3600
    status: int = 200

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/oauth/token")
        async def token(
            grant_type: str = Form(), code: str = Form(""), redirect_uri: str = Form(""), refresh_token: str = Form("")
        ) -> Response:
            number = len(self.asked)
            self.asked.append((grant_type, {"code": code, "redirect_uri": redirect_uri, "refresh": refresh_token}))
            given = {"access_token": f"a-{number}", "refresh_token": f"r-{number}", "expires_in": self.expires_in}
            return JSONResponse(given if self.status == 200 else {"error": "invalid_grant"}, self.status)

        @app.post("/oauth/revoke")
        async def revoke(token: str = Form()) -> None:
            self.asked.append(("revoke", {"token": token}))

        return app


async def test_an_account_is_linked_kept_and_unlinked() -> None:
    shop = Shop([])
    async with served(shop.app()) as address:
        account = LinkedAccount(f"http://{address}", "client-1", "a-secret")
        assert (account.linked, await account.token()) == (False, "")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(account.authorize_url()).query).items()}
        assert (asked["client_id"], asked["redirect_uri"]) == ("client-1", account.redirect_uri)
        await account.take("another-state", "code-1")
        await account.take("", "code-1")
        assert shop.asked == []
        await account.take(asked["state"], "code-1")
        assert (account.linked, await account.token()) == (True, "a-0")
        await account.take(asked["state"], "code-1")
        await account.forget()
        assert (account.linked, await account.token()) == (False, "")
    sent = {"code": "code-1", "redirect_uri": account.redirect_uri, "refresh": ""}
    assert shop.asked == [("authorization_code", sent), ("revoke", {"token": "r-0"})]
    assert "a-secret" not in repr(account)


async def test_a_token_is_renewed_and_where_it_can_not_be_goes_on_being_sent() -> None:
    shop = Shop([], expires_in=30)
    async with served(shop.app()) as address:
        account = LinkedAccount(f"http://{address}", "client-1", "a-secret")
        state = parse_qs(urlsplit(account.authorize_url()).query)["state"][0]
        await account.take(state, "code-1")
        assert await account.token() == "a-1"
        assert shop.asked[-1] == ("refresh_token", {"code": "", "redirect_uri": "", "refresh": "r-0"})
        shop.status = 400
        assert await account.token() == "a-1"
        assert account.linked
