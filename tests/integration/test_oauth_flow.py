"""Account linking as it is meant to go: pages, codes, tokens, metadata and the page of links."""

import re
from datetime import timedelta

import httpx
import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from store.database import Database
from support.clients import Client
from support.linking import SCOPES
from support.model import SignedIdentity
from tests.linking import BACK, EMAIL, PHONE, SHOP, STRANGER, Browser, Pkce, Shop, sent_back
from tracking.errors import Unavailable


@pytest.fixture
async def shop(database: Database) -> Shop:
    made = Shop(database, registration=True)
    await made.sell()
    return made


async def speaker(shop: Shop) -> tuple[Client, str]:
    """A confidential client as Alexa is one, without PKCE."""
    return await shop.clients.add("Speaker", [BACK], pkce_required=False)


async def assistant(shop: Shop) -> Client:
    """A public client."""
    return (await shop.clients.add("Assistant", [BACK], public=True))[0]


def is_private(page: httpx.Response) -> bool:
    headers = page.headers
    return (
        headers["cache-control"] == "no-store"
        and headers["referrer-policy"] == "no-referrer"
        and headers["x-frame-options"] == "DENY"
        and "default-src 'none'" in headers["content-security-policy"]
        and "frame-ancestors 'none'" in headers["content-security-policy"]
    )


async def test_a_speaker_is_linked_from_the_first_page_to_the_refreshed_token(shop: Shop) -> None:
    client, secret = await speaker(shop)
    async with shop.browser() as browser:
        page = await browser.open(client)
        assert page.status_code == 200
        assert is_private(page)
        assert "form-action 'self' https://speaker.example.com;" in page.headers["content-security-policy"]
        assert "Link Speaker to your orders" in page.text
        assert "Lantern &amp; Loom" in page.text
        cookie = page.headers["set-cookie"]
        assert all(part in cookie for part in ("__Host-", "HttpOnly", "SameSite=lax", "Secure", "Max-Age=1200"))
        page = await browser.press("contact", contact=" Robin@Example.com ")
        assert EMAIL in page.text
        assert is_private(page)
        code = await browser.code()
        assert shop.catcher.sent == [(EMAIL, code)]
        page = await browser.press("code", code=f" {code[:3]} {code[3:]}")
        assert "Link Speaker?" in page.text
        for words in SCOPES.values():
            assert words in page.text
        assert "speaker.example.com" in page.text
        given = sent_back(await browser.press("allow"))
        assert (given["state"], given["iss"]) == ("s t/a+t&e", SHOP)
        answer = await browser.fetch(client, secret, given["code"])
        tokens = answer.json()
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
        assert tokens["scope"] == "orders:help orders:read"
        link = await shop.links.by_token(tokens["access_token"])
        assert link is not None
        assert (link.client, link.identity) == (client.id, SignedIdentity(email=EMAIL))
        renewed = (await browser.refresh(client, secret, tokens["refresh_token"])).json()
        again = await shop.links.by_token(renewed["access_token"])
        assert again == link
        assert len({tokens["access_token"], tokens["refresh_token"], *renewed.values()} & {*tokens.values()}) == 5


async def test_an_assistant_by_phone_with_pkce_a_scope_and_a_resource(shop: Shop) -> None:
    client, pkce = await assistant(shop), Pkce()
    mcp = {"resource": f"{SHOP}/mcp"}
    async with shop.browser() as browser:
        code = await browser.allow(client, PHONE, scope="orders:read", **pkce.asked, **mcp)
        tokens = (await browser.fetch(client, "", code, code_verifier=pkce.verifier, **mcp)).json()
        link = await shop.links.by_token(tokens["access_token"])
        assert link is not None
        assert (link.identity, link.scopes) == (SignedIdentity(phone=PHONE), {"orders:read"})
        assert link.resource == f"{SHOP}/mcp"
        renewed = (await browser.refresh(client, "", tokens["refresh_token"], **mcp)).json()
        assert (await shop.links.by_token(renewed["access_token"])) == link


async def test_a_secret_may_come_in_the_form(shop: Shop) -> None:
    client, secret = await speaker(shop)
    async with shop.browser() as browser:
        code = await browser.allow(client)
        answer = await browser.fetch(client, "", code, client_secret=secret)
        assert answer.status_code == 200


async def test_access_may_be_narrowed_and_is_whole_again(shop: Shop) -> None:
    client, secret = await speaker(shop)
    async with shop.browser() as browser:
        first = (await browser.fetch(client, secret, await browser.allow(client))).json()
        narrow = (await browser.refresh(client, secret, first["refresh_token"], scope="orders:read")).json()
        link = await shop.links.by_token(narrow["access_token"])
        assert link is not None
        assert link.scopes == {"orders:read"}
        whole = (await browser.refresh(client, secret, narrow["refresh_token"])).json()
        assert whole["scope"] == "orders:help orders:read"


async def test_the_shopper_may_say_no_at_any_step(shop: Shop) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser:
        for steps in range(3):
            await browser.open(client)
            if steps == 1:
                await browser.press("contact", contact=EMAIL)
            elif steps == 2:
                await browser.sign_in()
            given = sent_back(await browser.press("deny"))
            assert (given["error"], given["state"], given["iss"]) == ("access_denied", "s t/a+t&e", SHOP)


async def test_a_page_may_be_loaded_again_and_another_contact_named(shop: Shop) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser:
        await browser.open(client)
        await browser.press("contact", contact=STRANGER)
        assert STRANGER in (await browser.get("/oauth/authorize")).text
        assert "ordered with" in (await browser.press("other")).text
        await browser.press("contact", contact=EMAIL)
        first = await browser.code()
        await browser.press("again")
        second = await browser.code(2)
        if first != second:
            assert "not the newest code" in (await browser.press("code", code=first)).text
        assert "Link Speaker?" in (await browser.press("code", code=second)).text
        assert "Link Speaker?" in (await browser.get("/oauth/authorize")).text


async def test_redirect_uris_keep_their_query(shop: Shop) -> None:
    client, _ = await shop.clients.add("Speaker", [f"{BACK}?vendor=M1"], pkce_required=False)
    async with shop.browser() as browser:
        await browser.open(client, redirect_uri=f"{BACK}?vendor=M1")
        await browser.sign_in()
        given = sent_back(await browser.press("allow"), f"{BACK}?vendor=M1")
        assert given["vendor"] == "M1"


@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "something"])
async def test_a_client_revokes(shop: Shop, token: str, hint: str | None) -> None:
    client, secret = await speaker(shop)
    async with shop.browser() as browser:
        tokens = (await browser.fetch(client, secret, await browser.allow(client))).json()
        data = {"token": tokens[token]} | ({"token_type_hint": hint} if hint else {})
        for _ in range(2):
            answer = await browser.http.post("/oauth/revoke", data=data, auth=(client.id, secret))
            assert answer.status_code == 200
        assert await shop.links.by_token(tokens["access_token"]) is None
        renewed = await browser.refresh(client, secret, tokens["refresh_token"])
        assert renewed.status_code == (200 if token == "access_token" else 400)


async def test_the_metadata_says_what_is_there(shop: Shop) -> None:
    async with shop.browser() as browser:
        told = (await browser.get("/.well-known/oauth-authorization-server")).json()
        AuthorizationServerMetadata(told).validate()
        assert told["issuer"] == SHOP
        assert told["code_challenge_methods_supported"] == ["S256"]
        for path in ("/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"):
            resource = await browser.get(path)
            assert resource.headers["access-control-allow-origin"] == "*"
            assert resource.json()["resource"] == f"{SHOP}/mcp"
            assert resource.json()["authorization_servers"] == [SHOP]
        for name in ("authorization", "token", "revocation", "registration"):
            path = told[f"{name}_endpoint"].removeprefix(SHOP)
            assert (await browser.http.request("DELETE", path)).status_code == 405


async def links_of(browser: Browser) -> list[str]:
    return re.findall(r'name="link" value="([0-9a-f]{32})"', browser.page.text)


async def test_a_shopper_sees_and_ends_links(shop: Shop) -> None:
    here = "/account/links"
    first, secret = await speaker(shop)
    second, other_secret = await shop.clients.add("Other <b>", [BACK], pkce_required=False)
    async with shop.browser() as browser:
        one = (await browser.fetch(first, secret, await browser.allow(first))).json()["access_token"]
        shop.clock.at += timedelta(minutes=50)
        two = (await browser.fetch(second, other_secret, await browser.allow(second))).json()["access_token"]
        await shop.links.by_token(two)
        page = await browser.get(here)
        assert is_private(page)
        assert "Speaker" not in page.text
        page = await browser.sign_in(path=here)
        assert is_private(page)
        assert "Other &lt;b&gt;" in page.text
        assert "Since 10 March 2026. Not used yet." in page.text
        assert "Last used on 10 March 2026, 12:50 UTC." in page.text
        newest, oldest = await links_of(browser)
        page = await browser.press("remove", here, link=newest)
        assert "The link has ended." in page.text
        assert await shop.links.by_token(two) is None
        assert await shop.links.by_token(one) is not None
        assert await links_of(browser) == [oldest]
        page = await browser.press("remove_all", here)
        assert "Nothing is linked" in page.text
        assert await shop.links.by_token(one) is None
        await browser.press("leave", here)
        assert "ordered with" in (await browser.get(here)).text


async def test_a_code_that_can_t_be_sent_is_noted_and_the_page_goes_on(shop: Shop) -> None:
    client, _ = await speaker(shop)
    shop.catcher.fails = Unavailable("The mail server is away.")
    async with shop.browser() as browser:
        await browser.open(client)
        assert "Type the code" in (await browser.press("contact", contact=EMAIL)).text
        for _ in range(100):
            if shop.lost:
                break
            await browser.get("/oauth/authorize")
        assert shop.lost == [shop.catcher.fails]


async def test_only_what_can_be_sent_is_asked_for(shop: Shop) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser:
        shop.catcher.kinds = frozenset({"email"})
        assert "country code" not in (await browser.open(client)).text
        assert "e-mail address. Please check" in (await browser.press("contact", contact=PHONE)).text
        shop.catcher.kinds = frozenset({"phone"})
        assert 'type="tel"' in (await browser.open(client)).text
        assert "text message only" in (await browser.press("contact", contact=EMAIL)).text
        shop.catcher.kinds = frozenset()
        for path in ("/oauth/authorize", "/account/links"):
            page = await browser.get(path)
            assert page.status_code == 503
            assert "DOORSTEP_SMTP_URL" in page.text
        assert shop.catcher.sent == []


async def test_tokens_never_go_over_the_network_in_the_clear(database: Database) -> None:
    plain = Shop(database, "http://shop.example.com", registration=True)
    async with plain.browser() as browser:
        for path in ("/oauth/authorize", "/account/links", "/.well-known/oauth-authorization-server"):
            answer = await browser.get(path)
            assert answer.status_code == 503
            assert "DOORSTEP_PUBLIC_URL" in answer.text
        for path in ("/oauth/token", "/oauth/revoke", "/oauth/register"):
            assert (await browser.http.post(path, data={"grant_type": "x"})).status_code == 503
