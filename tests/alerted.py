"""Alerts on a real database for tests: ingest, worker and media, with a clock that is moved by hand."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from actions import times
from actions.zones import zone_of
from alerts.dispatcher import Around, Dispatcher
from alerts.media import media
from alerts.media.base import Send
from alerts.preferences import Preferences, StopLinks
from alerts.rules import Rules
from doorstep.alert_rules import load_alert_rules
from doorstep.alerting import FollowedTexts
from doorstep.push import Reached, by_digest
from doorstep.settings import ROOT
from doorstep.worker import Worker
from store.alert_tables import alerts
from store.alerts import AlertTable, AlertWishes
from store.database import Database
from store.orders import SqlOrders
from store.outbox import Outbox
from store.push import AlexaUsers, PushTable
from store.support_tables import outbox
from store.texting import OptOutTable, TextTable
from store.track import TrackTable
from store.unit import SqlStore
from support.texting import Consent, TextLog
from support.watching import Knows, nobody_knows
from tests.desks import FrozenClock
from tests.media_stands.email import MailServer, mail_server
from tests.media_stands.sms import Twilio, twilio
from tracking.ingest import Ingest
from tracking.model import Address, Contact, EventUpdate, Item, OrderUpdate, ShipmentUpdate, Status, TrackingEvent
from tracking.orders import Orders
from web.track.tokens import TrackLinks

SECRET = "test-visitors"
PUBLIC_URL = "https://shop.example.com"
ROBIN = Contact("Robin Doe", "robin@example.com", "+12025550142")
P1, P2, P3 = "1Z999AA10123456784", "1Z999AA10123456785", "1Z999AA10123456786"
LONDON = Address("N1 1AA", "London", "", "GB")
RULES = load_alert_rules(ROOT / "alerts" / "alerts.yml")
HOLD = RULES.hold.total_seconds() + 1


@dataclass
class Alerted:
    """A shop that tells its customers; it is noon in London."""

    database: Database
    senders: Mapping[str, Send]
    rules: Rules = RULES
    clock: FrozenClock = field(default_factory=lambda: FrozenClock(datetime(2026, 11, 23, 12, tzinfo=UTC)))
    noted: list[tuple[str, str, str, str]] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    shop_knows: Knows = nobody_knows

    def __post_init__(self) -> None:
        self.consent = Consent(OptOutTable(self.database), self.clock)
        self.wishes = AlertWishes(self.database)
        self.preferences = Preferences(self.wishes, self.consent, self.clock)
        self.stop_links = StopLinks(SECRET, PUBLIC_URL)
        self.ingest = Ingest(SqlStore(self.database), self.clock, tell_for=timedelta(hours=24))
        self.orders = Orders(SqlOrders(self.database))
        self.worker = self.new_worker()

    def new_worker(self, outbox_: Outbox | None = None, store: AlertTable | None = None) -> Worker:
        links = TrackLinks(SECRET, PUBLIC_URL, 90, TrackTable(self.database), self.clock)
        addresses = PushTable(self.database)
        around = Around(
            store=store or AlertTable(self.database),
            orders=self.orders,
            preferences=self.preferences,
            senders=by_digest(self.senders, addresses),
            recipients=Reached(addresses, AlexaUsers(self.database, self.clock), self.values.get).of,
            zone_of=zone_of,
            shop_zone=UTC,
            link_to=links.url,
            stop_links=self.stop_links,
            words=times,
            shop="Lantern & Loom",
            clock=self.clock,
            note=lambda *outcome: self.noted.append(outcome),
            shop_knows=self.shop_knows,
        )
        dispatcher = Dispatcher(self.rules, around)
        handlers = {"fact": dispatcher.fact, "alert": dispatcher.alert}
        return Worker(outbox_ or Outbox(self.database), handlers, self.clock, lambda: 0.5)

    async def order(self, *parcels: str, number: str = "1001", customer: Contact = ROBIN, **more: object) -> None:
        """Take in an order that was placed long enough ago to be no news."""
        placed = self.clock.now() - timedelta(days=3)
        known: dict[str, object] = {"customer": customer, "ship_to": LONDON, "items": (Item("POT", "Glass Teapot"),)}
        shipments = tuple(ShipmentUpdate(parcel, "ups") for parcel in parcels)
        known |= {"placed_at": placed, "shipments": shipments}
        update = OrderUpdate(number, placed, "shop", **{**known, **more})  # type: ignore[arg-type]
        assert [row.error for row in await self.ingest.save_orders([update])] == [""]

    async def scan(self, parcel: str, status: Status, source: str = "ups", minutes: float = 0, **more: object) -> None:
        """Take in a scan, so many minutes from now by the carrier's clock."""
        now = self.clock.now()
        estimate = more.pop("estimate", None)
        event = TrackingEvent(status, now + timedelta(minutes=minutes), now, source, **more)  # type: ignore[arg-type]
        await self.ingest.record_events([EventUpdate(parcel, event, estimate=estimate)])  # type: ignore[arg-type]

    async def work(self, seconds: float = 0) -> None:
        """Do all that is due, then all that is due `seconds` later."""
        while await self.worker.once():
            pass
        if seconds:
            self.clock.pass_(seconds=seconds)
            await self.work()

    async def states(self) -> list[tuple[str, str, str, str]]:
        """Medium, occasion, state and reason of every alert, oldest first."""
        async with self.database.read() as connection:
            rows = (await connection.execute(select(alerts).order_by(alerts.c.id))).all()
        return [(row.medium, row.occasion, row.state, row.reason) for row in rows]

    async def jobs(self, kind: str) -> int:
        """How many jobs of a kind there ever were."""
        async with self.database.read() as connection:
            return len((await connection.execute(select(outbox.c.id).where(outbox.c.kind == kind))).all())


@dataclass
class Shop(Alerted):
    """With a mail server and Twilio, on loopback."""

    mails: MailServer = field(default_factory=lambda: MailServer({}))
    phone: Twilio = field(default_factory=lambda: Twilio({}))

    @property
    def texts(self) -> list[str]:
        """What the phone got."""
        return [taken["Body"] for taken in self.phone.taken]

    @property
    def subjects(self) -> list[str]:
        """What the mailbox got."""
        return [str(mail["Subject"]) for mail in self.mails.taken]


@asynccontextmanager
async def shop(database: Database, rules: Rules = RULES, clock: FrozenClock | None = None) -> AsyncIterator[Shop]:
    """Run the stand-ins around a shop."""
    async with mail_server() as mails, twilio() as phone:
        settings = mails.settings | phone.settings
        senders = {code: media()[code].sender(settings.get) for code in ("sms", "email")}
        clock = clock or FrozenClock()
        texts = FollowedTexts(senders["sms"], TextLog(TextTable(database), clock), PUBLIC_URL)
        yield Shop(database, senders | {"sms": texts.send}, rules, clock, mails=mails, phone=phone)
