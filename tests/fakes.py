"""The web app on a real database, with a stand-in for the bot; for tests of everything between HTTP and the store."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
from fastapi import FastAPI

from alerts.media import media
from channels import channels
from channels.base import Answering, ChannelServices
from channels.web_chat import chat_router
from doorstep.desk_rules import load_rules
from doorstep.passwords import totp_step
from doorstep.settings import ROOT
from skills import skills
from store.agents import AgentTable
from store.conversations import ConversationTable
from store.database import Database
from store.dead_letters import DeadLetterTable
from store.desk import ProofTable
from store.handover import HandoverTable
from store.inbox import InboxTable
from store.linking import LinkTable
from store.orders import SqlOrders
from store.texting import OptOutTable, TextTable
from store.tickets import TicketTable
from store.told import ToldTable
from store.unit import SqlStore
from support.agents import Agents
from support.desk import Desk
from support.handover import Handover
from support.identity import Identity
from support.inbox import Inbox
from support.limits import RateLimit
from support.linking import Links
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
from web.console import console_router
from web.console.canned import read_canned
from web.console.oidc import OidcSettings
from web.console.services import ConsoleServices
from web.services import Limits, WebServices

API_KEY = "test-api-key"
SECRETS = {hook.secret_setting: f"test-{code}" for code, hook in {**shops(), **aggregators()}.items()} | {
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


class QuickPasswords:
    """Hashes that take no time."""

    async def hash(self, password: str) -> str:
        """See the port."""
        return f"hash of {password}"

    async def matches(self, password_hash: str, password: str) -> bool:
        """See the port."""
        return password_hash == f"hash of {password}"


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
    handover: Handover
    bot: FakeBot
    conversations: FlakyConversations
    given: ChannelServices
    console: ConsoleServices

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
    public_url: str = PUBLIC_URL,
    oidc: OidcSettings | None = None,
) -> World:
    """Wire the app as the program does, around a fake bot."""
    clock, bot = RealClock(), FakeBot()
    conversations, orders = FlakyConversations(database), Orders(SqlOrders(database))
    tickets = Tickets(TicketTable(database), orders, load_rules(ROOT / "support" / "desk.yml"), clock)
    bot.tickets = tickets
    identity = Identity(ProofTable(database), orders, clock)
    desk = Desk(conversations, bot, identity, tickets, clock)
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
    handover = Handover(HandoverTable(database), tickets, desk.live, clock)
    chat = chat_router(
        desk, limits.conversation, limits.public, services.visitor_secret, allowed_origins, seen=handover.seen
    )
    answering = Answering(desk, limits.conversation, lambda *_: None)
    consent, texts = Consent(OptOutTable(database), clock), TextLog(TextTable(database), clock)
    links = Links(LinkTable(database), clock)
    given = ChannelServices(
        desk=desk,
        answering=answering,
        orders=orders,
        tickets=tickets,
        linked=links.by_token,
        consent=consent,
        texts=texts,
        senders=lambda code: media()[code].sender(services.secrets),
        clock=clock,
        secrets=services.secrets,
        public_url=PUBLIC_URL,
    )
    platforms = [plugin.router(given) for plugin in {**channels(), **skills()}.values()]
    console = ConsoleServices(
        agents=Agents(AgentTable(database), ProofTable(database), QuickPasswords(), totp_step, clock),
        inbox=Inbox(InboxTable(database), orders, clock),
        desk=desk,
        handover=handover,
        tickets=tickets,
        orders=orders,
        identity=identity,
        clock=clock,
        canned=read_canned(),
        sign_in_limit=RateLimit(per_address, 60),
        public_url=public_url,
        shop_name="Example shop",
        secret="test-visitors",
        dead_letters=DeadLetterTable(database),
        told=ToldTable(database, clock),
        oidc=oidc,
    )
    app = create_app(services, [chat, widget.router, console_router(console), *platforms])
    return World(app, services, handover, bot, conversations, given, console)
