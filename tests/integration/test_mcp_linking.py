"""The whole way of an assistant: the official client finds out how to link, its shopper allows it, and it asks."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
from mcp import ClientSession
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from store.database import Database
from support.linking import ACCESS_LIFE
from support.model import SignedIdentity
from tests.linking import BACK, EMAIL, Browser, Shop, sent_back
from tests.mcp_place import HELLO, Place, linking_place, seed


class Kept:
    """What a client keeps: its tokens and what it is registered as."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        """As the client asks."""
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """As the client gives."""
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """As the client asks."""
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """As the client gives."""
        self.client = client_info


def signing_in(place: Place, browser: Browser, kept: Kept) -> OAuthClientProvider:
    """The official client's account linking, with Robin at the browser."""
    came_back: dict[str, str] = {}

    async def open_page(address: str) -> None:
        parts = urlsplit(address)
        await browser.get(f"{parts.path}?{parts.query}")
        await browser.sign_in(EMAIL)
        came_back.update(sent_back(await browser.press("allow")))

    async def returned() -> AuthorizationCodeResult:
        return AuthorizationCodeResult(code=came_back["code"], state=came_back["state"], iss=came_back["iss"])

    metadata = OAuthClientMetadata(
        client_name="Assistant", redirect_uris=[AnyUrl(BACK)], token_endpoint_auth_method="none"
    )
    return OAuthClientProvider(place.url, metadata, kept, open_page, returned)


async def ask(place: Place, auth: httpx2.Auth, tool: str, **arguments: Any) -> dict[str, Any]:
    """Open a session and use one tool."""
    async with (
        httpx2.AsyncClient(auth=auth, timeout=30, trust_env=False) as http,
        streamable_http_client(place.url, http_client=http) as (reading, writing),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        result = await session.call_tool(tool, arguments)
        assert not result.is_error
        assert isinstance(result.structured_content, dict)
        return result.structured_content


async def linked(shop: Shop, kept: Kept) -> None:
    assert kept.tokens
    link = await shop.links.by_token(kept.tokens.access_token)
    assert link
    assert (link.identity, link.resource) == (SignedIdentity(email=EMAIL), shop.services.resource)
    assert link.scopes == {"orders:read", "orders:help"}


async def test_an_assistant_links_by_itself_and_is_answered(database: Database) -> None:
    async with linking_place(database) as (place, shop), shop.browser() as browser:
        await seed(place.app)
        kept = Kept()
        auth = signing_in(place, browser, kept)
        known = await ask(place, auth, "track_order")
        assert known["order"]["order_number"] == "1001"
        await linked(shop, kept)
        assert (await ask(place, auth, "report_problem", order_number="1001", kind="late"))["ticket"]
        assert len(shop.catcher.sent) == 1, "the shopper signed in once"


async def test_a_link_that_the_shopper_ends_is_refused_at_once(database: Database) -> None:
    async with linking_place(database) as (place, shop), shop.browser() as browser:
        await seed(place.app)
        kept = Kept()
        await ask(place, signing_in(place, browser, kept), "list_my_orders")
        assert kept.tokens
        token = kept.tokens.access_token
        assert (await place.post(HELLO, token)).status_code == 200
        await shop.links.end_all(SignedIdentity(email=EMAIL))
        assert (await place.post(HELLO, token)).status_code == 401


async def test_an_access_token_lasts_an_hour(database: Database) -> None:
    async with linking_place(database) as (place, shop), shop.browser() as browser:
        await seed(place.app)
        kept = Kept()
        await ask(place, signing_in(place, browser, kept), "list_my_orders")
        assert kept.tokens
        shop.clock.at += ACCESS_LIFE - timedelta(minutes=1)
        assert (await place.post(HELLO, kept.tokens.access_token)).status_code == 200
        shop.clock.at += timedelta(minutes=2)
        assert (await place.post(HELLO, kept.tokens.access_token)).status_code == 401


async def test_a_token_that_names_no_server_is_not_for_this_one(database: Database) -> None:
    async with linking_place(database) as (place, shop), shop.browser() as browser:
        await shop.sell()
        client, secret = await shop.clients.add("Speaker", [BACK], pkce_required=False)
        code = await browser.allow(client)
        token = (await browser.fetch(client, secret, code)).json()["access_token"]
        assert await shop.links.by_token(token)
        assert (await place.post(HELLO, token)).status_code == 401
