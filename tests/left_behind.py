"""Leaves everything in a database that a shopper can leave behind, with something of somebody else's beside it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from alerts.ports import Alert, Told
from store.agent_tables import notes
from store.alerts import AlertTable
from store.conversations import ConversationTable
from store.database import Database
from store.desk import ProofTable, WishTable
from store.files import FileTable
from store.link_tables import link_clients, link_codes, links, sign_in_codes
from store.outbox import add_job
from store.pictures import Encoder
from store.push_tables import alexa_users, push_addresses
from store.shelf import DiskShelf
from store.texting import OptOutTable, TextTable
from store.tickets import TicketTable
from store.track_tables import ratings
from support.files import Files
from support.model import Inbound, Reply, SignedIdentity, TicketDraft, TicketReason
from support.sign_in import contact_hash
from tests.desks import FrozenClock
from tests.pictures import picture
from tests.reports import order, seen, shipped, tracking_on
from tests.scans import NOON, scan
from tracking.facts import Occasion
from tracking.keys import order_key
from tracking.model import Contact, Status

ROBIN = Contact("Robin Doe", "robin@example.com", "+12025550142")
OTHER = Contact("Alex Roe", "alex@example.com", "+12025550101")
TEXTS = f"sms:{ROBIN.phone}"
PERSONAL = ("robin", "doe", "2025550142")


def files_on(database: Database, folder: Path) -> Files:
    return Files(FileTable(database), DiskShelf(folder), Encoder().encode, FrozenClock(NOON))


async def say(database: Database, conversation: str, text: str, signed: SignedIdentity | None = None) -> None:
    table = ConversationTable(database)
    inbound = Inbound(conversation, f"m-{abs(hash(text))}", text, identity=signed or SignedIdentity())
    received = await table.receive(inbound, NOON, NOON + timedelta(minutes=1), NOON - timedelta(minutes=30), "holder")
    assert received.message is not None
    await table.answer(conversation, received.message.number, (Reply("I see."),), NOON, None, 0)


async def put(database: Database, table: Any, **values: Any) -> None:
    async with database.write() as connection:
        await connection.execute(insert(table).values(values))


async def leave_orders(database: Database) -> None:
    ingest = tracking_on(database).ingest
    await ingest.save_orders(
        [
            shipped("1001", "MINE1", customer=ROBIN),
            order("1002", customer=ROBIN, source="another-shop"),
            shipped("2001", "OTHER1", customer=OTHER),
        ]
    )
    await ingest.record_events([seen("MINE1", scan(Status.DELIVERED, signed_by="R. Doe"))])


async def leave_talk(database: Database, folder: Path) -> None:
    await say(database, "web-signed", "I am Robin Doe", SignedIdentity(email=ROBIN.email))
    await say(database, "web-proven", "It is Robin's order 1001")
    await ProofTable(database).add_verified("web-proven", order_key("1001"), "proof", NOON)
    await say(database, TEXTS, "Robin here", SignedIdentity(phone=ROBIN.phone))
    await say(database, f"sms:whatsapp:{ROBIN.phone}", "Robin here too", SignedIdentity(phone=ROBIN.phone))
    await say(database, "web-contact", "My shoes are gone")
    draft = TicketDraft(
        "web-contact", TicketReason.MISSING, "Robin's shoes", contact=ROBIN.email, details={"a": ROBIN.phone}
    )
    for _ in range(2):
        await TicketTable(database).open(draft, NOON)
    for conversation in ("web-proven", TEXTS):
        await files_on(database, folder).keep(conversation, "p-1", picture())
    await put(database, notes, conversation=TEXTS, agent="a-1", text="Robin is nice", at=NOON)
    about = {"kind": "csat", "score": 5, "words": "Robin likes it", "source": "web", "at": NOON, "changed_at": NOON}
    await put(database, ratings, conversation="web-signed", **about)


async def leave_rest(database: Database) -> None:
    await WishTable(database).set_alerts(TEXTS, True, NOON)
    await TextTable(database).add("SM1:0", TEXTS, ROBIN.phone, 1, NOON)
    await TextTable(database).add("SM2:0", "sms:never-begun", ROBIN.phone, 1, NOON)
    await OptOutTable(database).set(ROBIN.phone, "sms", True, NOON)
    fact = Told("f-1", Occasion.DELIVERED, "MINE1", NOON)
    await AlertTable(database).plan([Alert("a-1", "1001", "sms", ROBIN.phone, (fact,), "queued", NOON)], 4, NOON)
    client = {"id": "c-1", "name": "Speaker", "redirect_uris": [], "secret_hash": "", "pkce_required": True}
    await put(database, link_clients, **client, registered=False, made_at=NOON)
    link = {"client_id": "c-1", "email": ROBIN.email, "phone": ROBIN.phone, "scopes": "", "resource": ""}
    await put(database, links, **link, id="l-1", made_at=NOON)
    await put(database, alexa_users, user_id="amzn1.robin", link_id="l-1", subscribed=True, at=NOON)
    browser = {"medium": "fcm", "digest": "d", "made_at": NOON, "source": "api", "consent": "yes"}
    for number, device in (("1001", "robins-phone"), ("2001", "others-phone")):
        await put(database, push_addresses, **browser, order_key=number, address=device)
    code = {"hash": "h", "redirect_uri": "", "challenge": "", "expires_at": NOON}
    await put(database, link_codes, **link, **code)
    asked = {"contact": contact_hash(ROBIN.email), "session": "s", "code": "c", "tries": 0, "asked_at": []}
    await put(database, sign_in_codes, **asked, expires_at=NOON)
    async with database.write() as connection:
        await add_job(connection, "mms", "mms:SM1-0", TEXTS, {"from": ROBIN.phone}, NOON)


async def leave_with_others(database: Database, folder: Path) -> None:
    """What stays, and what others said of Robin."""
    await say(database, "web-other", f"Was it sent to {ROBIN.email.upper()} or 12025550142? I'm Alex.")
    draft = TicketDraft(
        "web-other", TicketReason.LATE, f"Ask {ROBIN.email}", details={"words": [f"call {ROBIN.phone}"]}
    )
    await TicketTable(database).open(draft, NOON)
    await say(database, f"sms:{OTHER.phone}", "Alex here", SignedIdentity(phone=OTHER.phone))
    await files_on(database, folder).keep("web-other", "p-1", picture())


async def leave_everything(database: Database, folder: Path) -> None:
    await leave_orders(database)
    await leave_talk(database, folder)
    await leave_rest(database)
    await leave_with_others(database, folder)
