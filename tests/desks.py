"""A desk on a real database with a bot, a clock and a patience of its own, for tests."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from doorstep.desk_rules import load_rules
from doorstep.settings import ROOT
from store.conversations import ConversationTable
from store.database import Database
from store.desk import ProofTable, WishTable
from store.handover import HandoverTable
from store.orders import SqlOrders
from store.tickets import TicketTable
from store.unit import SqlStore
from support.desk import Desk
from support.handover import Handover
from support.identity import Identity
from support.model import Agent, Inbound, Reply
from support.ports import BotReply
from support.preferences import AlertPreferences
from support.tickets import Tickets
from tracking.errors import Unavailable
from tracking.ingest import Ingest
from tracking.orders import Orders

SAM, KIM = Agent("sam", "Sam"), Agent("kim", "Kim")


def hello(text: str = "hello", id_: str = "m1", conversation: str = "c1") -> Inbound:
    """A message of a shopper."""
    return Inbound(conversation, id_, text)


class FrozenClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def pass_(self, **duration: float) -> None:
        self.at += timedelta(**duration)


@dataclass
class FakeBot:
    """Says what it is told to say, once `thinking` is set where there is one; remembers what it was asked."""

    answer: Callable[[Inbound], BotReply | Unavailable] = lambda inbound: BotReply(
        (Reply(f"You said: {inbound.text}"),)
    )
    asked: list[tuple[str, bool]] = field(default_factory=list)
    thinking: asyncio.Event | None = None

    async def respond(self, inbound: Inbound, command: bool) -> BotReply:
        self.asked.append((inbound.text, command))
        if self.thinking:
            await self.thinking.wait()
        answer = self.answer(inbound)
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    async def ready(self) -> bool:
        return True


@dataclass
class Rooms:
    """Everything around one desk."""

    desk: Desk
    identity: Identity
    tickets: Tickets
    handover: Handover
    preferences: AlertPreferences
    orders: Orders
    ingest: Ingest
    bot: FakeBot
    clock: FrozenClock
    conversations: ConversationTable
    waited: list[float]


def rooms_on(database: Database) -> Rooms:
    """A desk whose refusals take no time but are noted in `waited`."""
    clock, bot, waited = FrozenClock(), FakeBot(), list[float]()

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    conversations, orders = ConversationTable(database), Orders(SqlOrders(database))
    tickets = Tickets(TicketTable(database), orders, load_rules(ROOT / "support" / "desk.yml"), clock)
    identity = Identity(ProofTable(database), orders, clock, wait)
    desk = Desk(conversations, bot, identity, tickets, clock)
    return Rooms(
        desk=desk,
        identity=identity,
        tickets=tickets,
        handover=Handover(HandoverTable(database), tickets, desk.live, clock),
        preferences=AlertPreferences(WishTable(database), clock),
        orders=orders,
        ingest=Ingest(SqlStore(database), clock),
        bot=bot,
        clock=clock,
        conversations=conversations,
        waited=waited,
    )
