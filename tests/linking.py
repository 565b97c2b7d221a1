"""A shop with account linking on a real database: a browser's steps, a client's calls, and a catcher of codes."""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import httpx
from fastapi import APIRouter, FastAPI

from store.clients import ClientTable
from store.database import Database
from store.linking import LinkTable
from store.orders import SqlOrders
from store.sign_in import SignInCodeTable
from store.unit import SqlStore
from support.clients import Client, Clients
from support.linking import Links
from support.model import SignedIdentity
from support.sign_in import SignIn
from tests.reports import FrozenClock, customer, shipped
from tracking.errors import DoorstepError
from tracking.ingest import Ingest
from tracking.orders import Orders
from web import errors
from web.middleware import BodyLimit, Observed
from web.oauth import LinkingServices, oauth_router

SHOP = "https://shop.example.com"
BACK = "https://speaker.example.com/linked"
EMAIL, PHONE = "robin@example.com", "+12025550142"
STRANGER = "stranger@example.com"


@dataclass
class Catcher:
    """Catches the codes instead of sending them."""

    kinds: frozenset[Literal["phone", "email"]] = frozenset({"phone", "email"})
    fails: DoorstepError | None = None
    sent: list[tuple[str, str]] = field(default_factory=list)

    async def send(self, contact: SignedIdentity, code: str, key: str) -> None:
        """Catch one."""
        assert re.fullmatch("[0-9a-f]{32}", key)
        if self.fails:
            raise self.fails
        self.sent.append((contact.phone or contact.email, code))


@dataclass
class Pkce:
    """A verifier with its challenge."""

    verifier: str = field(default_factory=lambda: token_urlsafe(48))

    @property
    def asked(self) -> dict[str, str]:
        """What goes into the request."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return {
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }


class Shop:
    """The app with its services, by a clock that is set."""

    def __init__(self, database: Database, public_url: str = SHOP, **options: Any) -> None:
        self.database, self.clock, self.catcher = database, FrozenClock(), Catcher()
        self.lost: list[DoorstepError] = []
        orders = Orders(SqlOrders(database))
        self.services = LinkingServices(
            links=Links(LinkTable(database), self.clock),
            clients=Clients(ClientTable(database), self.clock),
            sign_in=SignIn(
                SignInCodeTable(database), orders, self.catcher, self.clock, "test-secret", self.lost.append
            ),
            clock=self.clock,
            public_url=public_url,
            shop_name="Lantern & Loom",
            secret="test-secret",
            **options,
        )
        self.links, self.clients = self.services.links, self.services.clients
        self.app = _app(oauth_router(self.services))

    async def sell(self) -> None:
        """Have an order of Robin's."""
        ingest = Ingest(SqlStore(self.database), self.clock, lambda _: None)
        await ingest.save_orders([shipped("1001", "P1", customer=customer(email=EMAIL, phone=PHONE))])

    @asynccontextmanager
    async def browser(self, address: str = "203.0.113.7") -> AsyncIterator["Browser"]:
        """A browser with cookies of its own."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 5000))
        async with httpx.AsyncClient(transport=transport, base_url=self.services.issuer) as http:
            yield Browser(http, self)


class Browser:
    """Fills in forms as a browser without JavaScript does, and calls endpoints as clients do."""

    def __init__(self, http: httpx.AsyncClient, shop: Shop) -> None:
        self.http, self.shop = http, shop
        self.page = httpx.Response(200)

    async def open(self, client: Client, **changes: str | None) -> httpx.Response:
        """Open the page as the client's app does; a parameter changed to None is left out."""
        asked = {"response_type": "code", "client_id": client.id, "redirect_uri": BACK, "state": "s t/a+t&e"}
        query = {name: value for name, value in {**asked, **changes}.items() if value is not None}
        return await self.get("/oauth/authorize", params=query)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """Open a page."""
        self.page = await self.http.get(path, **options)
        return self.page

    async def press(self, action: str, path: str = "/oauth/authorize", **fields: str) -> httpx.Response:
        """Send the page's form by one of its buttons, and follow a redirect within the shop."""
        token = re.search(r'name="token" value="([0-9a-f]+)"', self.page.text)
        data = {"token": token.group(1) if token else "", "action": action, **fields}
        answer = await self.http.post(path, data=data)
        here = self.shop.services.issuer
        while answer.is_redirect and urlsplit(str(answer.next_request.url if answer.next_request else "")).netloc == (
            urlsplit(here).netloc
        ):
            answer = await self.http.get(answer.next_request.url)  # type: ignore[union-attr]
        self.page = answer
        return answer

    async def code(self, count: int = 1) -> str:
        """The newest code, once so many were sent."""
        for _ in range(200):
            if len(self.shop.catcher.sent) >= count:
                return self.shop.catcher.sent[-1][1]
            await asyncio.sleep(0.005)
        raise AssertionError("no code was sent")

    async def sign_in(self, contact: str = EMAIL, path: str = "/oauth/authorize") -> httpx.Response:
        """Name a contact and type the code sent there."""
        before = len(self.shop.catcher.sent)
        await self.press("contact", path, contact=contact)
        return await self.press("code", path, code=await self.code(before + 1))

    async def allow(self, client: Client, contact: str = EMAIL, **changes: str | None) -> str:
        """Go the whole way and return the code that the client is given."""
        await self.open(client, **changes)
        await self.sign_in(contact)
        return sent_back(await self.press("allow"))["code"]

    async def token(self, client: Client, secret: str = "", **fields: str | None) -> httpx.Response:
        """Call the token endpoint: a public client names itself, a confidential one signs in by Basic."""
        own = {} if secret else {"client_id": client.id}
        data = {name: value for name, value in {**own, **fields}.items() if value is not None}
        return await self.http.post("/oauth/token", data=data, auth=(client.id, secret) if secret else None)

    async def fetch(self, client: Client, secret: str, code: str, **fields: str | None) -> httpx.Response:
        """Turn a code into tokens."""
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **fields}
        return await self.token(client, secret, **given)

    async def refresh(self, client: Client, secret: str, refresh: str, **fields: str | None) -> httpx.Response:
        """Ask for new tokens."""
        return await self.token(client, secret, grant_type="refresh_token", refresh_token=refresh, **fields)


def _app(router: APIRouter) -> FastAPI:
    """Account linking alone, behind what every request passes through."""
    app = FastAPI()
    errors.install(app)
    app.include_router(router)
    app.add_middleware(BodyLimit, limit=5 * 1024 * 1024)
    app.add_middleware(Observed)
    return app


def sent_back(answer: httpx.Response, to: str = BACK) -> dict[str, str]:
    """The parameters with which the shopper is sent back to the client."""
    assert answer.status_code == 303, answer.text
    location = answer.headers["location"]
    assert location.startswith((f"{to}?", f"{to}&")), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
