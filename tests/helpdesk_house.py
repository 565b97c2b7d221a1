"""A desk whose conversations a helpdesk follows, with its worker and its webhooks, for tests."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from fastapi import FastAPI
from sqlalchemy import func, select

from doorstep.desk_rules import load_rules
from doorstep.helpdesks import KIND, HelpdeskRoom, followers, helpdesk_room
from doorstep.settings import ROOT
from doorstep.worker import LEASE, Worker
from store.conversations import ConversationTable
from store.database import Database
from store.desk import ProofTable
from store.handover import HandoverTable
from store.orders import SqlOrders
from store.outbox import Outbox
from store.support_tables import outbox
from store.tickets import TicketTable
from support.desk import Desk
from support.handover import Handover
from support.identity import Identity
from support.jobs import Job
from support.model import Inbound, SignedIdentity, Ticket, TicketReason
from support.tickets import Tickets
from tests.desks import FakeBot, FrozenClock
from tests.helpdesk_stands.base import Hook, Stand, StandThread
from tracking.orders import Orders
from web import errors

SHOPPER = SignedIdentity("+15550100142", "ada@example.com")


@dataclass
class House:
    """Everything around one desk and one helpdesk."""

    database: Database
    stand: Stand
    desk: Desk
    tickets: Tickets
    handover: Handover
    conversations: ConversationTable
    clock: FrozenClock
    room: HelpdeskRoom
    worker: Worker
    client: httpx.AsyncClient

    async def shopper(self, text: str, id_: str = "", conversation: str = "c1") -> None:
        await self.desk.handle(Inbound(conversation, id_ or text, text, identity=SHOPPER))

    async def call(self, reason: TicketReason = TicketReason.MISSING, conversation: str = "c1") -> Ticket:
        return await self.tickets.open(conversation, reason, "My parcel never came", None, {"shown_as": "delivered"})

    async def work(self) -> None:
        """Do all jobs, over all pauses."""
        for _ in range(20):
            while await self.worker.once():
                pass
            if not await self.waiting():
                return
            self.clock.pass_(hours=4)
        raise AssertionError("the jobs never end")

    async def one_job(self) -> None:
        """Do the next job of the helpdesk, and none of those after it."""
        jobs, now = Outbox(self.database), self.clock.now()
        (job,) = await jobs.lease(1, "test", now, now + LEASE)
        await self.room.handle(job)
        await jobs.done(job.id, "test", now)

    async def waiting(self) -> int:
        left = select(outbox.c.id).where(outbox.c.done_at.is_(None), outbox.c.failed_at.is_(None))
        async with self.database.read() as connection:
            return len((await connection.execute(left)).all())

    async def dead(self) -> list[str]:
        async with self.database.read() as connection:
            rows = await connection.execute(select(outbox.c.error).where(outbox.c.failed_at.is_not(None)))
            return [row.error for row in rows]

    async def send(self, *hooks: Hook) -> list[int]:
        """Deliver webhooks as the helpdesk signs them; return what was answered."""
        statuses = []
        for hook in hooks:
            headers = self.stand.sign(hook.body, self.clock.now())
            answer = await self.client.post(f"/webhooks/{self.stand.code}", content=hook.body, headers=headers)
            statuses.append(answer.status_code)
        return statuses

    async def told(self, *hooks: Hook) -> None:
        """Deliver webhooks that must be taken, and do what follows."""
        assert set(await self.send(*hooks)) <= {200}
        await self.work()

    async def said(self, conversation: str = "c1") -> list[tuple[str, str]]:
        return [(m.author, m.text) for m in await self.desk.history(conversation, 0)]

    async def owner(self, conversation: str = "c1") -> tuple[str, str]:
        found = await self.desk.conversation(conversation)
        assert found
        return found.owner, found.agent.id if found.agent else ""

    def thread(self) -> StandThread:
        (thread,) = self.stand.threads.values()
        return thread

    def agent_id(self) -> str:
        """The person who works in the helpdesk, as we know them."""
        return f"{self.stand.code}:77"

    async def jobs(self) -> int:
        """How many jobs for the helpdesk there ever were."""
        wanted = select(func.count()).select_from(outbox).where(outbox.c.kind == KIND)
        async with self.database.read() as connection:
            return int((await connection.execute(wanted)).scalar_one())

    async def states(self) -> list[str]:
        return [ticket.state for ticket in reversed(await self.tickets.of("c1"))]


@asynccontextmanager
async def house(database: Database, stand: Stand, configured: Iterable[str] | None = None) -> AsyncIterator[House]:
    """Set everything up as the program does, around a fake bot; `configured` may leave settings out."""
    values = {name: value for name, value in stand.settings().items() if configured is None or name in configured}
    clock, following = FrozenClock(), followers(values.get)
    conversations, orders = ConversationTable(database, following), Orders(SqlOrders(database))
    rules = load_rules(ROOT / "support" / "desk.yml")
    tickets = Tickets(TicketTable(database, following), orders, rules, clock)
    desk = Desk(conversations, FakeBot(), Identity(ProofTable(database), orders, clock), tickets, clock)
    handover = Handover(HandoverTable(database, following), tickets, desk.live, clock)
    app = FastAPI()
    errors.install(app)
    async with helpdesk_room(values.get, database, handover, tickets, desk.live, clock) as room:
        app.include_router(room.router)
        worker = Worker(Outbox(database), {KIND: room.handle, "deliver": _delivered}, clock, lambda: 0.5)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.example.com") as client:
            yield House(database, stand, desk, tickets, handover, conversations, clock, room, worker, client)


async def _delivered(_job: Job) -> None:
    """The shopper's channel has it."""
