"""A person's answer reaches the shopper: by text, in the chat, or at their contact when the chat is shut."""

from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from channels import channels
from channels.base import Way
from doorstep.worker import Worker
from store.database import Database
from store.handover import HandoverTable
from store.outbox import Outbox
from store.support_tables import outbox, texts
from store.tickets import TicketTable
from support.delivery import OPEN_FOR, Contact, Delivery
from support.jobs import Job
from support.model import Conversation, Inbound, Message, SignedIdentity, TicketReason
from tests.desks import SAM, Rooms, rooms_on
from tests.fakes import SECRETS, world
from tests.integration.test_sms_sending import twilio
from tests.reports import customer, order
from tests.texts import PHONE, rows, text
from tracking.errors import NotConfigured, Unavailable


@dataclass
class Desk:
    """A desk with a worker whose only way out of a closed chat is noted here."""

    rooms: Rooms
    database: Database
    written: list[tuple[Contact, tuple[str, ...], str]] = field(default_factory=list)
    failing: list[Exception] = field(default_factory=list)

    async def write(
        self, contact: Contact, conversation: Conversation, messages: tuple[Message, ...], key: str
    ) -> None:
        if self.failing:
            raise self.failing.pop(0)
        self.written.append((contact, tuple(message.text for message in messages), key))

    async def work(self) -> None:
        rooms, database = self.rooms, self.database
        delivery = Delivery(
            rooms.desk, HandoverTable(database), TicketTable(database), rooms.identity, {}, self.write, rooms.clock
        )

        async def deliver(job: Job) -> None:
            await delivery.deliver(job.payload["conversation"], job.payload["number"])

        worker = Worker(Outbox(database), {"deliver": deliver}, rooms.clock, lambda: 0.5)
        while await worker.once():
            pass

    async def answered(self, *words: str, **shopper: str) -> None:
        """A shopper writes, Sam answers."""
        await self.rooms.desk.handle(Inbound("web-1", "m1", "help", identity=SignedIdentity(**shopper)))
        await self.rooms.handover.take("web-1", SAM)
        for number, said in enumerate(words):
            await self.rooms.handover.say("web-1", "sam", f"a{number}", said)

    async def undone(self) -> list[str]:
        async with self.database.read() as connection:
            jobs = await connection.execute(select(outbox).where(outbox.c.done_at.is_(None)))
            return [job.error for job in jobs]


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(rooms_on(database), database)


async def test_what_the_chat_has_shown_is_not_sent_elsewhere(desk: Desk) -> None:
    await desk.answered("Hello", email="dana@example.com")
    await desk.rooms.handover.seen("web-1", 3)
    desk.rooms.clock.pass_(minutes=5)
    await desk.work()
    assert (desk.written, await desk.undone()) == ([], [])


async def test_who_may_still_be_there_is_not_written_to_yet(desk: Desk) -> None:
    await desk.answered("Hello", email="dana@example.com")
    await desk.work()
    assert desk.written == []
    desk.rooms.clock.pass_(seconds=OPEN_FOR.total_seconds() + 1)
    await desk.work()
    assert desk.written == [(Contact(email="dana@example.com"), ("Hello",), "away:web-1:3")]
    assert await desk.undone() == []


async def test_several_answers_are_one_letter(desk: Desk) -> None:
    await desk.answered("Hello", "I found it", "It comes on Friday", email="dana@example.com")
    desk.rooms.clock.pass_(minutes=5)
    await desk.work()
    assert [said for _, said, _ in desk.written] == [("Hello", "I found it", "It comes on Friday")]
    assert await desk.undone() == []


async def test_a_contact_left_for_it_comes_first(desk: Desk) -> None:
    await desk.rooms.desk.handle(Inbound("web-1", "m0", "help"))
    await desk.rooms.tickets.open("web-1", TicketReason.MISSING, "…", contact="+12025550123")
    await desk.answered("Hello", email="dana@example.com")
    desk.rooms.clock.pass_(minutes=5)
    await desk.work()
    assert [contact for contact, _, _ in desk.written] == [Contact(phone="+12025550123")]


async def test_the_proven_order_names_a_contact(desk: Desk) -> None:
    await desk.rooms.ingest.save_orders([order("1001", customer=customer(email="robin@example.com"))])
    await desk.answered("Hello")
    assert await desk.rooms.identity.prove("web-1", "1001", "robin@example.com") == "verified"
    desk.rooms.clock.pass_(minutes=5)
    await desk.work()
    assert [contact.email for contact, _, _ in desk.written] == ["robin@example.com"]


async def test_nobody_to_write_to_is_no_error(desk: Desk) -> None:
    await desk.answered("Hello")
    desk.rooms.clock.pass_(minutes=5)
    await desk.work()
    assert (desk.written, await desk.undone()) == ([], [])


async def test_a_mail_server_that_is_down_is_tried_again(desk: Desk) -> None:
    desk.failing = [Unavailable("down")]
    await desk.answered("Hello", email="dana@example.com")
    desk.rooms.clock.pass_(minutes=5)
    await desk.work()
    assert (desk.written, await desk.undone()) == ([], ["Unavailable: down"])
    desk.rooms.clock.pass_(minutes=5)
    await desk.work()
    assert (len(desk.written), await desk.undone()) == (1, [])


async def test_without_a_way_it_is_given_up_in_plain_words(desk: Desk) -> None:
    desk.failing = [NotConfigured("neither mail nor texts")]
    await desk.answered("Hello", email="dana@example.com")
    desk.rooms.clock.pass_(minutes=5)
    await desk.work()
    assert await desk.undone() == ["NotConfigured: neither mail nor texts"]


async def test_an_agents_answer_goes_out_as_a_text_and_the_reply_comes_to_the_agent(database: Database) -> None:
    async with twilio({"sid": "SM900", "status": "queued"}) as (address, asked):
        app = world(database, secrets={**SECRETS, "twilio_api_url": address})
        conversation = f"sms:{PHONE}"
        await text(app, "person please", "SM1")
        await app.handover.take(conversation, SAM)
        said = await app.handover.say(conversation, "sam", "a1", "Sam here. I’ve found it.")
        way = channels()["twilio"].way
        assert isinstance(way, Way)
        assert conversation.startswith(way.prefix)
        send = way.open(app.given)
        await send(conversation, said)
        await send(conversation, said)  # the worker died before it could note that it was done
        assert [(form["To"], form["Body"]) for form in asked] == [(PHONE, "Sam here. I've found it.")]
        assert await text(app, "great, thanks", "SM2") == []
    heard = [(m.author, m.text) for m in await app.services.desk.history(conversation, 2)]
    assert heard == [("agent", "Sam here. I’ve found it."), ("shopper", "great, thanks")]
    assert [row.provider_id for row in await rows(database, texts) if row.provider_id] == ["SM900"]
