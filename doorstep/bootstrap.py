"""Puts all rooms together; the only module that knows every one of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from doorstep.alert_rules import load_alert_rules
from doorstep.desk_rules import load_rules
from doorstep.helpdesks import followers
from doorstep.pictures import masking, more_masking, pictures
from doorstep.rasa import RasaBot
from doorstep.settings import ROOT, Settings
from store.clients import ClientTable
from store.conversations import ConversationTable
from store.database import Database
from store.desk import ProofTable, WishTable
from store.handover import HandoverTable
from store.linking import LinkTable
from store.norms import NormTable
from store.orders import SqlOrders
from store.ratings import RatingTable
from store.relays import relay_for
from store.texting import OptOutTable, TextTable
from store.tickets import TicketTable
from store.unit import SqlStore
from support.clients import Clients
from support.desk import Desk, Observer
from support.handover import Handover
from support.identity import Identity
from support.linking import Links
from support.masking import Mask
from support.pictures import Pictures
from support.preferences import AlertPreferences
from support.ratings import Ratings
from support.texting import Consent, TextLog
from support.tickets import Tickets
from support.watching import watched
from tracking.carriers import detect
from tracking.facts import MOVED
from tracking.ingest import Ingest
from tracking.orders import Orders
from tracking.silences import LearntSilences


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
    silences: LearntSilences


@dataclass(frozen=True, slots=True)
class SupportRoom:
    """What talks with shoppers."""

    desk: Desk
    identity: Identity
    tickets: Tickets
    handover: Handover
    preferences: AlertPreferences
    consent: Consent
    texts: TextLog
    links: Links
    clients: Clients
    ratings: Ratings
    bot: RasaBot
    pictures: Pictures
    mask_more: Mask | None = None


def best_carrier(number: str) -> str | None:
    """The carrier a number belongs to when only one is possible, or one is proven by its check digit; else None."""
    found = detect(number)
    proven = [candidate for candidate in found if candidate.check_digit == "ok"]
    # A post that numbers by the world's standard is meant by its own name.
    choice = [candidate for candidate in proven or found if candidate.carrier != "s10"] or proven or found
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
        silences = LearntSilences(NormTable(database).load)
        tell_for = timedelta(hours=settings.alerts_stale_hours) if settings.alerts or settings.watch else None
        moved = load_alert_rules(ROOT / settings.alerts_rules).moved if settings.alerts else MOVED
        told = None if settings.alerts else watched(load_rules(ROOT / settings.desk_rules))
        ingest = Ingest(SqlStore(database), clock, best_carrier, tell_for, told, silences, moved)
        yield TrackingRoom(database, Orders(SqlOrders(database)), ingest, clock, silences)
    finally:
        await database.close()


@asynccontextmanager
async def support_room(settings: Settings, tracking: TrackingRoom, observe: Observer) -> AsyncIterator[SupportRoom]:
    """Set up the desk on the open database, with a client to the bot box."""
    bot = RasaBot(settings.bot_url, settings.secret("bot_secret") or "", settings.bot_timeout)
    database, clock, following = tracking.database, tracking.clock, followers(settings.value)
    conversations, rules = ConversationTable(database, following), load_rules(ROOT / settings.desk_rules)
    masks, more = masking(settings), more_masking(settings)
    tickets = Tickets(TicketTable(database, following), tracking.orders, rules, clock, masks)
    identity = Identity(ProofTable(tracking.database), tracking.orders, clock)
    desk = Desk(conversations, bot, identity, tickets, clock, observe, mask=masks.mask)
    preferences = AlertPreferences(WishTable(tracking.database), clock)
    consent, texts = Consent(OptOutTable(tracking.database), clock), TextLog(TextTable(tracking.database), clock)
    relaying = _relay(settings, tracking, desk)
    try:
        yield SupportRoom(
            desk=desk,
            identity=identity,
            tickets=tickets,
            handover=Handover(HandoverTable(database, following), tickets, desk.live, clock),
            preferences=preferences,
            consent=consent,
            texts=texts,
            links=Links(LinkTable(tracking.database), clock),
            clients=Clients(ClientTable(tracking.database), clock),
            ratings=Ratings(RatingTable(tracking.database), clock),
            bot=bot,
            pictures=pictures(settings, database, desk, clock),
            mask_more=more,
        )
    finally:
        if relaying:
            relaying.cancel()
        await bot.close()


def _relay(settings: Settings, tracking: TrackingRoom, desk: Desk) -> asyncio.Task[None] | None:
    """Exchange news with other app processes, where there can be any."""
    relay = relay_for(settings.redis_url, tracking.database)
    if relay is None:
        return None
    desk.live.relay = relay

    async def hear(told: str) -> None:
        await desk.live.relayed(told, desk.history)

    return asyncio.create_task(relay.run(hear))
