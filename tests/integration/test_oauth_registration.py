"""Assistants that make themselves known: bounded, off by default, and nobody vouches for them."""

import pytest

from store.database import Database
from tests.linking import BACK, Pkce, Shop, sent_back


@pytest.fixture
async def shop(database: Database) -> Shop:
    made = Shop(database, registration=True)
    await made.sell()
    return made


async def test_an_assistant_registers_itself_and_is_linked(shop: Shop) -> None:
    wish = {"redirect_uris": [BACK], "client_name": "Helper", "token_endpoint_auth_method": "none", "logo_uri": "x:y"}
    wish |= {"grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"]}
    async with shop.browser() as browser:
        answer = await browser.http.post("/oauth/register", json=wish)
        told = answer.json()
        assert answer.status_code == 201
        assert answer.headers["cache-control"] == "no-store"
        assert "client_secret" not in told
        assert "logo_uri" not in told
        client = await shop.clients.get(told["client_id"])
        assert client is not None
        assert (client.public, client.registered, client.pkce_required) == (True, True, True)
        pkce = Pkce()
        await browser.open(client, **pkce.asked)
        assert "hasn't checked" in (await browser.sign_in()).text
        code = sent_back(await browser.press("allow"))["code"]
        assert (await browser.fetch(client, "", code, code_verifier=pkce.verifier)).status_code == 200


async def test_one_that_keeps_secrets_registers_itself(shop: Shop) -> None:
    async with shop.browser() as browser:
        told = (await browser.http.post("/oauth/register", json={"redirect_uris": [BACK]})).json()
        client = await shop.clients.get(told["client_id"])
        assert client is not None
        assert client.knows(told["client_secret"])
        assert told["client_secret_expires_at"] == 0


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        ({}, "invalid_client_metadata"),
        ([], "invalid_client_metadata"),
        ({"redirect_uris": []}, "invalid_client_metadata"),
        ({"redirect_uris": "https://a.example.com/"}, "invalid_client_metadata"),
        ({"redirect_uris": [f"https://a.example.com/{n}" for n in range(6)]}, "invalid_client_metadata"),
        ({"redirect_uris": ["http://a.example.com/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://a.example.com/#x"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://a.example.com;script-src"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://me@a.example.com/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://a.example.com\\@b.example.com/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://a.example.com/\n"]}, "invalid_redirect_uri"),
        ({"redirect_uris": [BACK], "client_name": "x" * 81}, "invalid_client_metadata"),
        ({"redirect_uris": [BACK], "client_name": "a\u202eb"}, "invalid_client_metadata"),
        ({"redirect_uris": [BACK], "response_types": ["token"]}, "invalid_client_metadata"),
        ({"redirect_uris": [BACK], "grant_types": ["password"]}, "invalid_client_metadata"),
        ({"redirect_uris": [BACK], "scope": "admin"}, "invalid_client_metadata"),
        ({"redirect_uris": [BACK], "token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
    ],
)
async def test_a_wish_we_can_t_grant(shop: Shop, wish: object, error: str) -> None:
    async with shop.browser() as browser:
        answer = await browser.http.post("/oauth/register", json=wish)
        assert (answer.status_code, answer.json()["error"]) == (400, error)
        assert await shop.clients.all() == ()


async def test_registering_is_bounded_and_off_by_default(shop: Shop, database: Database) -> None:
    async with shop.browser() as browser:
        answers = [await browser.http.post("/oauth/register", json={"redirect_uris": [BACK]}) for _ in range(11)]
        assert [answer.status_code for answer in answers] == [201] * 10 + [429]
        large = await browser.http.post("/oauth/register", json={"redirect_uris": [BACK], "x": "y" * 20_000})
        assert large.status_code == 429
    async with shop.browser("203.0.113.8") as other:
        large = await other.http.post("/oauth/register", json={"redirect_uris": [BACK], "x": "y" * 20_000})
        assert large.status_code == 400
        assert (await other.http.post("/oauth/register", content=b"{}")).status_code == 400
    async with Shop(database).browser() as closed:
        assert (await closed.http.post("/oauth/register", json={"redirect_uris": [BACK]})).status_code == 404
        told = (await closed.get("/.well-known/oauth-authorization-server")).json()
        assert "registration_endpoint" not in told
