"""The web app on a real database, with a stand-in for the bot; for tests of everything between HTTP and the store."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
from fastapi import FastAPI

from channels import channels
from channels.base import Answering, ChannelServices
from channels.web_chat import chat_router
from skills import skills
from store.conversations import ConversationTable
from store.database import Database
from store.desk import ProofTable, TicketTable
from store.orders import SqlOrders
from store.texting import OptOutTable, TextTable
from store.unit import SqlStore
from support.desk import Desk
from support.identity import Identity
from support.limits import RateLimit
from support.model import Button, Conversation, Inbound, Received, Reply, TicketReason
from support.ports import BotReply
from support.texting import Consent, TextLog
from support.tickets import Tickets
from tracking.carriers.aggregators import aggregators
from tracking.errors import Unavailable
from tracking.ingest import Ingest
from tracking.orders import Orders
from tracking.shops import shops
from web import widget
from web.app import create_app
from web.services import Limits, WebServices

API_KEY = "test-api-key"
SECRETS = {f"{name}_secret": f"test-{name}" for name in ("shopify", "woocommerce", "easypost", "aftership")} | {
    "twilio_account_sid": "AC00000000000000000000000000000001",
    "twilio_auth_token": "test-twilio",
    "twilio_from": "+15550100199",
    "alexa_skill_id": "amzn1.ask.skill.test",
    "dialogflow_token": "test-dialogflow",
}
PUBLIC_URL = "http://shop.example.com"


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present in UTC."""
        return datetime.now(UTC)


@dataclass
class FakeBot:
    """Repeats what it hears. `up` False: doesn't answer; `gate` unset: thinks until it is set."""

    up: bool = True
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    heard: list[tuple[Inbound, bool]] = field(default_factory=list)
    tickets: Tickets | None = None

    def __post_init__(self) -> None:
        self.gate.set()

    async def respond(self, inbound: Inbound, command: bool) -> BotReply:
        """Repeat; "buttons" offers one, "person" opens a ticket."""
        self.heard.append((inbound, command))
        await self.gate.wait()
        if not self.up:
            raise Unavailable("The bot is away.")
        if "person" in inbound.text and self.tickets:
            await self.tickets.open(inbound.conversation, TicketReason.SPEAK_TO_HUMAN, "Wants a person")
        buttons = (Button("Yes", "/affirm"),) if re.search("buttons", inbound.text) else ()
        return BotReply((Reply(f"You said: {inbound.text}", buttons),), "greet", 0.9)

    async def ready(self) -> bool:
        """Whether it is up."""
        return self.up


class FlakyConversations(ConversationTable):
    """The real table, behind a line that can be cut."""

    up = True

    async def receive(
        self, inbound: Inbound, now: datetime, lease_until: datetime, idle_since: datetime, holder: str
    ) -> Received:
        """See the port."""
        if not self.up:
            raise Unavailable("The database is away.")
        return await super().receive(inbound, now, lease_until, idle_since, holder)

    async def get(self, conversation: str) -> Conversation | None:
        """See the port."""
        if not self.up:
            raise Unavailable("The database is away.")
        return await super().get(conversation)


@dataclass
class World:
    """A whole app in this process."""

    app: FastAPI
    services: WebServices
    bot: FakeBot
    conversations: FlakyConversations
    given: ChannelServices

    @asynccontextmanager
    async def client(self, key: str | None = API_KEY) -> AsyncIterator[httpx.AsyncClient]:
        """A caller with this API key; errors inside the app come out as a 500, as a server would give."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("203.0.113.7", 5000))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://shop.example.com", headers=headers
        ) as client:
            yield client


def world(
    database: Database,
    api_key: str | None = API_KEY,
    secrets: dict[str, str] | None = None,
    per_conversation: int = 20,
    per_address: int = 60,
    per_key: int = 1200,
    allowed_origins: frozenset[str] | None = None,
) -> World:
    """Wire the app as the program does, around a fake bot."""
    clock, bot = RealClock(), FakeBot()
    conversations, orders = FlakyConversations(database), Orders(SqlOrders(database))
    tickets = Tickets(TicketTable(database), clock)
    bot.tickets = tickets
    desk = Desk(conversations, bot, Identity(ProofTable(database), orders, clock), tickets, clock)
    limits = Limits(RateLimit(per_conversation, 60), RateLimit(per_key, 60), RateLimit(per_address, 60))

    async def database_works() -> bool:
        await orders.find("0")
        return True

    services = WebServices(
        desk=desk,
        orders=orders,
        ingest=Ingest(SqlStore(database), clock),
        tickets=tickets,
        clock=clock,
        limits=limits,
        api_key=api_key,
        secrets=(SECRETS if secrets is None else secrets).get,
        webhooks={**shops(), **aggregators()},
        checks={"database": database_works, "bot": bot.ready},
        visitor_secret="test-visitors",
        allowed_origins=allowed_origins,
    )
    chat = chat_router(desk, limits.conversation, limits.public, services.visitor_secret, allowed_origins)
    answering = Answering(desk, limits.conversation, lambda *_: None)
    consent, texts = Consent(OptOutTable(database), clock), TextLog(TextTable(database), clock)
    given = ChannelServices(desk, answering, consent, texts, clock, services.secrets, PUBLIC_URL)
    platforms = [plugin.router(given) for plugin in {**channels(), **skills()}.values()]
    return World(create_app(services, [chat, widget.router, *platforms]), services, bot, conversations, given)
