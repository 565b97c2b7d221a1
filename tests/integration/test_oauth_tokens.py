"""The token endpoint under attack: what is mixed up, late, twice or not theirs is refused and changes nothing."""

import asyncio
import base64
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.database import Database
from support.clients import Client
from support.linking import CODE_LIFE
from tests.linking import BACK, SHOP, Browser, Pkce, Shop

EVIL = "https://evil.example.com/"


@pytest.fixture
async def shop(database: Database) -> Shop:
    made = Shop(database, registration=True)
    await made.sell()
    return made


async def speaker(shop: Shop) -> tuple[Client, str]:
    return await shop.clients.add("Speaker", [BACK], pkce_required=False)


async def assistant(shop: Shop) -> Client:
    return (await shop.clients.add("Assistant", [BACK], public=True))[0]


def refused(answer: httpx.Response, error: str, status: int = 400) -> bool:
    """Whether the token endpoint said no in this way."""
    body = answer.json()
    return answer.status_code == status and body["error"] == error and answer.headers["cache-control"] == "no-store"


async def test_codes_belong_to_their_client_address_and_verifier(shop: Shop) -> None:
    (client, secret), (other, other_secret) = await speaker(shop), await speaker(shop)
    public, pkce = await assistant(shop), Pkce()
    async with shop.browser() as browser:
        code = await browser.allow(client)
        assert refused(await browser.fetch(other, other_secret, code), "invalid_grant")
        assert refused(await browser.fetch(public, "", code), "invalid_grant")
        assert refused(await browser.fetch(public, "", code, code_verifier=pkce.verifier), "invalid_grant")
        assert refused(await browser.fetch(client, secret, code, redirect_uri=EVIL), "invalid_grant")
        assert refused(await browser.fetch(client, secret, code, redirect_uri=None), "invalid_grant")
        assert refused(await browser.fetch(client, secret, code, code_verifier=pkce.verifier), "invalid_request")
        assert refused(await browser.fetch(client, secret, code, resource=f"{SHOP}/mcp"), "invalid_target")
        assert refused(await browser.fetch(client, "wrong", code), "invalid_client", 401)
        assert refused(await browser.fetch(client, "", code), "invalid_client", 401)
        assert (await browser.fetch(client, secret, code)).status_code == 200


@pytest.mark.parametrize("verifier", [None, "", "short", "x" * 43, "é" * 43, "x" * 200])
async def test_a_challenge_must_be_answered(shop: Shop, verifier: str | None) -> None:
    (client, secret), public, pkce = await speaker(shop), await assistant(shop), Pkce()
    async with shop.browser() as browser:
        for one, its_secret in ((client, secret), (public, "")):
            code = await browser.allow(one, **pkce.asked)
            answer = await browser.fetch(one, its_secret, code, code_verifier=verifier)
            assert answer.status_code == 400
            assert answer.json()["error"] in {"invalid_grant", "invalid_request"}
            assert (await browser.fetch(one, its_secret, code, code_verifier=pkce.verifier)).status_code == 200


async def test_a_code_used_twice_ends_all_that_came_of_it(shop: Shop) -> None:
    client, secret = await speaker(shop)
    async with shop.browser() as browser:
        code = await browser.allow(client)
        tokens = (await browser.fetch(client, secret, code)).json()
        assert refused(await browser.fetch(client, secret, code), "invalid_grant")
        assert await shop.links.by_token(tokens["access_token"]) is None
        assert refused(await browser.refresh(client, secret, tokens["refresh_token"]), "invalid_grant")


async def test_who_isn_t_the_client_can_t_end_a_link_with_its_used_code(shop: Shop) -> None:
    (client, secret), (other, other_secret) = await speaker(shop), await speaker(shop)
    async with shop.browser() as browser:
        code = await browser.allow(client)
        tokens = (await browser.fetch(client, secret, code)).json()
        assert refused(await browser.fetch(client, "wrong", code), "invalid_client", 401)
        assert refused(await browser.fetch(other, other_secret, code), "invalid_grant")
        assert await shop.links.by_token(tokens["access_token"]) is not None


async def test_a_late_code(shop: Shop) -> None:
    client, secret = await speaker(shop)
    async with shop.browser() as browser:
        code = await browser.allow(client)
        shop.clock.at += CODE_LIFE
        assert refused(await browser.fetch(client, secret, code), "invalid_grant")


async def test_racing_uses_of_a_code(shop: Shop) -> None:
    client, secret = await speaker(shop)
    async with shop.browser() as browser:
        code = await browser.allow(client)
        answers = await asyncio.gather(*(browser.fetch(client, secret, code) for _ in range(6)))
        assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400, 400]
        (won,) = [answer.json() for answer in answers if answer.status_code == 200]
        assert await shop.links.by_token(won["access_token"]) is None


async def test_a_stolen_refresh_token_ends_the_link(shop: Shop) -> None:
    client, secret = await speaker(shop)
    async with shop.browser() as browser:
        first = (await browser.fetch(client, secret, await browser.allow(client))).json()
        second = (await browser.refresh(client, secret, first["refresh_token"])).json()
        third = (await browser.refresh(client, secret, second["refresh_token"])).json()
        assert refused(await browser.refresh(client, secret, first["refresh_token"]), "invalid_grant")
        assert await shop.links.by_token(third["access_token"]) is None
        assert refused(await browser.refresh(client, secret, third["refresh_token"]), "invalid_grant")


async def test_refresh_tokens_belong_to_their_client(shop: Shop) -> None:
    (client, secret), (other, other_secret) = await speaker(shop), await speaker(shop)
    async with shop.browser() as browser:
        tokens = (await browser.fetch(client, secret, await browser.allow(client))).json()
        refresh, access = tokens["refresh_token"], tokens["access_token"]
        assert refused(await browser.refresh(other, other_secret, refresh), "invalid_grant")
        assert refused(await browser.refresh(client, "wrong", refresh), "invalid_client", 401)
        assert refused(await browser.refresh(client, secret, access), "invalid_grant")
        assert refused(await browser.refresh(client, secret, refresh, scope="admin"), "invalid_scope")
        assert refused(await browser.refresh(client, secret, refresh, resource=f"{SHOP}/mcp"), "invalid_target")
        stolen = {"token": refresh}
        answer = await browser.http.post("/oauth/revoke", data=stolen, auth=(other.id, other_secret))
        assert refused(answer, "invalid_grant")
        assert refused(await browser.http.post("/oauth/revoke", data=stolen), "invalid_client", 401)
        assert (await browser.refresh(client, secret, refresh)).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !",
        f"Basic {base64.b64encode(bytes([255, 254, 58, 255])).decode()}",
        f"Basic {base64.b64encode(b'a' * 5000).decode()}",
        f"Basic {base64.b64encode(b'a%00b:c').decode()}",
        "Bearer x",
        "",
    ],
)
async def test_strange_headers(shop: Shop, header: str) -> None:
    async with shop.browser() as browser:
        data = {"grant_type": "authorization_code", "code": "x"}
        answer = await browser.http.post("/oauth/token", data=data, headers={"Authorization": header})
        assert refused(answer, "invalid_client", 401)
        assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize("grant", ["", "password", "client_credentials", "implicit", 'é"\\'])
async def test_other_grants(shop: Shop, grant: str) -> None:
    client, secret = await speaker(shop)
    async with shop.browser() as browser:
        assert refused(await browser.token(client, secret, grant_type=grant), "unsupported_grant_type")


async def test_a_parameter_twice_at_the_token_endpoint(shop: Shop) -> None:
    client, secret = await speaker(shop)
    async with shop.browser() as browser:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        for path in ("/oauth/token", "/oauth/revoke"):
            body = b"grant_type=authorization_code&code=a&code=b&token=x"
            answer = await browser.http.post(path, content=body, headers=form, auth=(client.id, secret))
            assert refused(answer, "invalid_request")


NAMES = ("client_id", "redirect_uri", "response_type", "scope", "state", "resource", "code_challenge", "x")
TOKEN_NAMES = ("grant_type", "code", "refresh_token", "client_id", "client_secret", "redirect_uri", "scope", "token")
WORDS = st.text(max_size=30) | st.sampled_from(["code", "S256", BACK, "refresh_token", "authorization_code"])


@pytest.mark.parametrize("path", ["/oauth/authorize", "/oauth/token", "/oauth/revoke"])
async def test_anything_may_be_sent(shop: Shop, path: str) -> None:
    client, _ = await speaker(shop)
    public = await assistant(shop)
    names = NAMES if path == "/oauth/authorize" else TOKEN_NAMES
    values = WORDS | st.sampled_from([client.id, public.id])
    tried: list[dict[str, str]] = []

    @settings(max_examples=80, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from(names), values, max_size=6))
    def collect(fields: dict[str, str]) -> None:
        tried.append(fields)

    collect()
    async with shop.browser() as browser:
        for fields in tried:
            sent = {name: value.encode(errors="ignore").decode() for name, value in fields.items()}
            await judged(browser, path, sent)


async def judged(browser: Browser, path: str, fields: dict[str, str]) -> None:
    if path == "/oauth/authorize":
        answer = await browser.http.get(path, params=fields)
        assert answer.status_code in {200, 303, 400}, fields
        if answer.is_redirect:
            assert urlsplit(answer.headers["location"]).netloc == urlsplit(BACK).netloc
        return
    answer = await browser.http.post(path, data=fields)
    assert answer.status_code in {200, 400, 401}, fields
    assert answer.status_code == 200 or set(answer.json()) <= {"error", "error_description"}
