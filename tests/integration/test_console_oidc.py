"""Signing in through an identity provider: what it must prove, and what a browser must bring back."""

from collections.abc import Iterator
from time import time

import httpx
import pytest
from joserfc.jwk import ECKey

from store.database import Database
from tests.consoles import PASSWORD, Browser, browser
from tests.fakes import PUBLIC_URL, World, world
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, oidc_provider
from web.console.oidc import OidcSettings

CALLBACK = f"{PUBLIC_URL}/console/oidc/callback"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with oidc_provider() as running:
        yield running


@pytest.fixture
async def app(database: Database, provider: Provider) -> World:
    made = world(database, oidc=OidcSettings(provider.issuer, CLIENT_ID, CLIENT_SECRET, CALLBACK))
    await made.console.agents.add("sam@example.com", "Sam", "agent", PASSWORD)
    return made


async def go_there(page: Browser) -> str:
    """Begin; return where the provider sends the browser back to."""
    start = await page.get("/oidc/start")
    assert start.status_code == 303
    async with httpx.AsyncClient(trust_env=False) as outside:
        return (await outside.get(start.headers["location"])).headers["location"].removeprefix(f"{PUBLIC_URL}/console")


async def test_who_is_vouched_for_and_has_an_account_comes_in(app: World) -> None:
    async with browser(app) as page:
        assert "company account" in (await page.get("/sign-in")).text
        answer = await page.get(await go_there(page))
        assert 'url=/console"' in answer.text
        assert (await page.get()).status_code == 200


async def test_the_way_there_has_state_nonce_and_pkce_and_a_cookie_only_for_the_way_back(app: World) -> None:
    async with browser(app) as page:
        start = await page.get("/oidc/start")
    query = httpx.URL(start.headers["location"]).params
    assert query["code_challenge_method"] == "S256"
    assert all(len(query[name]) >= 40 for name in ("state", "nonce", "code_challenge"))
    assert query["scope"] == "openid email"
    for wanted in ("HttpOnly", "SameSite=lax", "Path=/console/oidc"):
        assert wanted in start.headers["set-cookie"]


async def test_without_an_account_nobody_comes_in(app: World, provider: Provider) -> None:
    provider.email = "stranger@example.com"
    await refused(app, "no account")
    provider.email = "sam@example.com"
    sam = await app.console.agents.find("sam@example.com")
    await app.console.agents.set_active(sam.id, False)
    await refused(app, "no account")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example.com"},
        {"aud": "somebody else"},
        {"aud": [CLIENT_ID, "somebody else"], "azp": "somebody else"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": int(time()) - 3600},
        {"exp": None},
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": None},
    ],
)
async def test_a_token_that_does_not_prove_it_all_is_refused(
    app: World, provider: Provider, claims: dict[str, object]
) -> None:
    provider.claims = claims
    await refused(app, "identity provider")


async def test_a_token_signed_by_another_is_refused(app: World, provider: Provider) -> None:
    provider.signing = ECKey.generate_key("P-256", {"kid": "one"}, auto_kid=False)
    await refused(app, "not valid")


async def refused(app: World, words: str) -> None:
    async with browser(app) as page:
        answer = await page.get(await go_there(page))
        assert answer.status_code == 401
        assert words in answer.text
        assert (await page.get()).status_code == 303


async def test_an_answer_that_this_browser_did_not_ask_for_is_refused(app: World) -> None:
    async with browser(app) as page, browser(app) as other:
        there = await go_there(page)
        assert (await other.get(there)).status_code == 401
        for spoilt in (there.replace("state=", "state=x"), there.split("&")[0], "/oidc/callback?error=access_denied"):
            await go_there(page)
            assert (await page.get(spoilt)).status_code == 401
        assert (await page.get()).status_code == 303


async def test_a_code_is_good_once(app: World) -> None:
    async with browser(app) as page:
        there = await go_there(page)
        kept = dict(page.client.cookies)
        assert (await page.get(there)).status_code == 200
        page.client.cookies.update(kept)
        assert (await page.get(there)).status_code == 401


async def test_a_provider_that_is_down_is_said(app: World, provider: Provider) -> None:
    async with browser(app) as page:
        provider.up = False
        assert (await page.get("/oidc/start")).status_code == 503


async def test_without_settings_there_is_no_such_way(database: Database) -> None:
    async with browser(world(database)) as page:
        assert (await page.get("/oidc/start")).status_code == 404
        assert "company account" not in (await page.get("/sign-in")).text
