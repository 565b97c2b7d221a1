"""Forged requests and forms: nothing goes to an address that isn't the client's, and no other site can decide."""

from secrets import token_urlsafe

import pytest

from store.database import Database
from support.clients import Client
from tests.linking import BACK, EMAIL, SHOP, Pkce, Shop, sent_back
from web.oauth.visit import VISIT

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


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": EVIL},
        {"redirect_uri": f"{BACK}/"},
        {"redirect_uri": f"{BACK}?x=1"},
        {"redirect_uri": BACK.upper()},
        {"redirect_uri": f"{BACK}#x"},
        {"redirect_uri": f"{BACK}/../{EVIL}"},
        {"redirect_uri": "https://speaker.example.com@evil.example.com/linked"},
        {"redirect_uri": f'{BACK}"\\é'},
        {"redirect_uri": ""},
        {"redirect_uri": None},
        {"client_id": "unknown"},
        {"client_id": ""},
        {"client_id": None},
        {"client_id": "x" * 3000},
        {"client_id": "é😀"},
    ],
)
async def test_nothing_goes_to_an_address_that_isn_t_the_client_s(shop: Shop, changes: dict[str, str | None]) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser:
        for error in ({}, {"scope": "admin"}, {"response_type": "token"}):
            page = await browser.open(client, **{**error, **changes})
            assert page.status_code == 400
            assert "location" not in page.headers
            assert "set-cookie" not in page.headers
            assert "evil" not in page.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": 'code"\\é\n'}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "orders:read admin"}, "invalid_scope"),
        ({"scope": 'é"\\'}, "invalid_scope"),
        ({"resource": "https://other.example.com/mcp"}, "invalid_target"),
        ({"resource": f"{SHOP}/mcp"}, "invalid_request"),  # MCP needs PKCE
        ({"code_challenge": "x" * 43, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "x" * 43}, "invalid_request"),
        ({"code_challenge": "x" * 42, "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": "é" * 43, "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({"state": token_urlsafe(3000)}, "invalid_request"),
    ],
)
async def test_other_faults_are_told_to_the_client(shop: Shop, changes: dict[str, str | None], error: str) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser:
        told = sent_back(await browser.open(client, **changes))
        assert (told["error"], told["iss"]) == (error, SHOP)
        assert told["state"] == changes.get("state", "s t/a+t&e")


async def test_pkce_is_needed_by_who_has_no_secret_and_by_default(shop: Shop) -> None:
    strict, _ = await shop.clients.add("Strict", [BACK])
    async with shop.browser() as browser:
        for client in (await assistant(shop), strict):
            assert sent_back(await browser.open(client))["error"] == "invalid_request"
            assert (await browser.open(client, **Pkce().asked)).status_code == 200


async def test_parameters_must_come_once(shop: Shop) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser:
        query = f"response_type=code&client_id={client.id}&redirect_uri={BACK}"
        assert (await browser.get(f"/oauth/authorize?{query}")).status_code == 200
        for more in (f"redirect_uri={EVIL}", f"client_id={client.id}", "scope=orders:read&scope=orders:help"):
            page = await browser.get(f"/oauth/authorize?{query}&{more}")
            assert page.status_code == 400
            assert "location" not in page.headers


@pytest.mark.parametrize("query", ["%ff=%ff", "a" * 9000, "&".join("a=b" for _ in range(50)), "client_id=a%00b", "x"])
async def test_queries_that_make_no_sense(shop: Shop, query: str) -> None:
    async with shop.browser() as browser:
        assert (await browser.get(f"/oauth/authorize?{query}")).status_code == 400


async def test_forms_of_other_sites_do_nothing(shop: Shop) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser, shop.browser() as other:
        assert (await browser.press("contact", contact=EMAIL)).status_code == 400  # no cookie at all
        await browser.open(client)
        await other.open(client)
        theirs = other.page
        await browser.sign_in()
        for token in ("", "x", "é", theirs.text.split('name="token" value="')[1][:64]):
            answer = await browser.http.post("/oauth/authorize", data={"token": token, "action": "allow"})
            assert answer.status_code == 403
            assert "location" not in answer.headers
        for action in ("allow", "remove_all"):
            answer = await browser.http.post("/account/links", data={"action": action})
            assert answer.status_code == 403


async def test_another_site_ends_no_link(shop: Shop) -> None:
    client, secret = await speaker(shop)
    async with shop.browser() as browser:
        tokens = (await browser.fetch(client, secret, await browser.allow(client))).json()
        await browser.get("/account/links")
        assert "Signed in" in (await browser.sign_in(path="/account/links")).text
        for token in ("", "0" * 64):
            answer = await browser.http.post("/account/links", data={"token": token, "action": "remove_all"})
            assert answer.status_code == 403
        assert await shop.links.by_token(tokens["access_token"]) is not None


async def test_a_form_from_before_the_sign_in_can_t_allow(shop: Shop) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser:
        early = (await browser.open(client)).text.split('name="token" value="')[1][:64]
        await browser.sign_in()
        answer = await browser.http.post("/oauth/authorize", data={"token": early, "action": "allow"})
        assert answer.status_code == 403


@pytest.mark.parametrize("steps", [0, 1])
async def test_who_is_not_signed_in_allows_and_ends_nothing(shop: Shop, steps: int) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser:
        await browser.open(client)
        if steps:
            await browser.press("contact", contact=EMAIL)
        answer = await browser.press("allow")
        assert answer.status_code == 400
        await browser.get("/account/links")
        assert (await browser.press("remove_all", "/account/links")).status_code == 400


async def test_cookies_can_t_be_changed_or_swapped(shop: Shop) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser:
        await browser.open(client)
        await browser.sign_in()
        (name, value), *_ = browser.http.cookies.items()
        for forged in ("", "x", f"{value}x", f"x{value}", value.replace(".", "é"), value[::-1]):
            page = await browser.http.get("/oauth/authorize", headers={"Cookie": f"{name}={forged}".encode()})
            assert page.status_code == 400
        own = name.replace("linking", "account")
        page = await browser.http.get("/account/links", headers={"Cookie": f"{own}={value}"})
        assert "Signed in" not in page.text


async def test_a_visit_ends_in_time(shop: Shop) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser:
        await browser.open(client)
        await browser.sign_in()
        shop.clock.at += VISIT
        assert (await browser.press("allow")).status_code == 400
        assert "expired" in browser.page.text


async def test_a_client_removed_meanwhile_gets_nothing(shop: Shop) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser:
        await browser.open(client)
        await browser.sign_in()
        await shop.clients.remove(client.id)
        answer = await browser.press("allow")
        assert answer.status_code == 400
        assert "location" not in answer.headers


@pytest.mark.parametrize("path", ["/oauth/authorize", "/account/links", "/oauth/token", "/oauth/revoke"])
async def test_bodies_that_are_no_form(shop: Shop, path: str) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    async with shop.browser() as browser:
        for headers, body in (
            ({}, b""),
            ({"Content-Type": "application/json"}, b"{}"),
            ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--"),
            (form, b"a=" + b"x" * 20_000),
            (form, b"\xff\xfe"),
            (form, b"a=%ff"),
            (form, b"&".join([b"a=b"] * 60)),
            (form, b"token=a%00b&client_id=a%00b"),
        ):
            answer = await browser.http.post(path, content=body, headers=headers)
            assert answer.status_code == 400, (headers, body[:20])


async def test_names_can_t_become_html(shop: Shop) -> None:
    client, _ = await shop.clients.add('<script>alert("x")</script>', [BACK], pkce_required=False)
    async with shop.browser() as browser:
        await browser.open(client)
        page = await browser.press("contact", contact='"><img src=x>@example.com')
        assert "<script" not in page.text
        assert "<img" not in page.text
        assert "script" not in page.headers["content-security-policy"]
