"""Puts all rooms together; the only module that knows every one of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from doorstep.rasa import RasaBot
from doorstep.settings import Settings
from store.conversations import ConversationTable
from store.database import Database
from store.desk import ProofTable, TicketTable, WishTable
from store.orders import SqlOrders
from store.texting import OptOutTable, TextTable
from store.unit import SqlStore
from support.desk import Desk, Observer
from support.identity import Identity
from support.preferences import AlertPreferences
from support.texting import Consent, TextLog
from support.tickets import Tickets
from tracking.carriers import detect
from tracking.ingest import Ingest
from tracking.orders import Orders


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class TrackingRoom:
    """What knows orders, on an open database."""

    database: Database
    orders: Orders
    ingest: Ingest
    clock: SystemClock


@dataclass(frozen=True, slots=True)
class SupportRoom:
    """What talks with shoppers."""

    desk: Desk
    identity: Identity
    tickets: Tickets
    preferences: AlertPreferences
    consent: Consent
    texts: TextLog
    bot: RasaBot


def best_carrier(number: str) -> str | None:
    """The carrier a number belongs to when only one is possible, or one is proven by its check digit; else None."""
    found = detect(number)
    proven = [candidate for candidate in found if candidate.check_digit == "ok"]
    choice = proven or found
    return choice[0].carrier if len(choice) == 1 else None


def database_url(settings: Settings) -> str:
    """The database's URL; a relative SQLite path is meant from the working directory, and its folder is made."""
    path = settings.database_url.removeprefix("sqlite:///")
    if path != settings.database_url and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    return settings.database_url


@asynccontextmanager
async def tracking_room(settings: Settings) -> AsyncIterator[TrackingRoom]:
    """Open the database, bring its tables up to date, and close it after the block."""
    database, clock = Database(database_url(settings)), SystemClock()
    try:
        await database.migrate()
        yield TrackingRoom(
            database, Orders(SqlOrders(database)), Ingest(SqlStore(database), clock, best_carrier), clock
        )
    finally:
        await database.close()


@asynccontextmanager
async def support_room(settings: Settings, tracking: TrackingRoom, observe: Observer) -> AsyncIterator[SupportRoom]:
    """Set up the desk on the open database, with a client to the bot box."""
    bot = RasaBot(settings.bot_url, settings.secret("bot_secret") or "", settings.bot_timeout)
    conversations, clock = ConversationTable(tracking.database), tracking.clock
    tickets = Tickets(TicketTable(tracking.database), clock)
    identity = Identity(ProofTable(tracking.database), tracking.orders, clock)
    desk = Desk(conversations, bot, identity, tickets, clock, observe)
    preferences = AlertPreferences(WishTable(tracking.database), clock)
    consent, texts = Consent(OptOutTable(tracking.database), clock), TextLog(TextTable(tracking.database), clock)
    try:
        yield SupportRoom(desk, identity, tickets, preferences, consent, texts, bot)
    finally:
        await bot.close()
