"""Connects the helpdesks that are configured: who follows conversations, what does the jobs, what takes webhooks."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from fastapi import APIRouter

from store.conversations import ConversationTable
from store.database import Database
from store.helpdesks import HelpdeskTable
from support.handover import Handover
from support.helpdesks import helpdesks
from support.helpdesks.base import Client, Refused, Values
from support.helpdesks.incoming import Incoming
from support.helpdesks.outgoing import Outgoing
from support.jobs import Job
from support.live import Live
from support.tickets import Tickets
from tracking.ports import Clock
from web.helpdesks import HelpdeskServices, helpdesk_router

KIND = "helpdesk"
"""The kind of its jobs."""
log = structlog.get_logger()


def followers(values: Values) -> tuple[str, ...]:
    """The codes of the helpdesks that are configured; one that is configured in part is told of and left out."""
    complete = []
    for code, helpdesk in helpdesks().items():
        missing = helpdesk.missing(values)
        if not missing:
            complete.append(code)
        elif any(values(name) for name in helpdesk.settings if name.endswith(("_key", "_token", "_secret"))):
            log.error("helpdesk_not_configured", helpdesk=code, settings=missing)
    return tuple(complete)


@dataclass(frozen=True, slots=True)
class HelpdeskRoom:
    """What a running Doorstep needs of its helpdesks: the handler of their jobs, and their webhooks."""

    outgoing: Outgoing
    router: APIRouter

    async def handle(self, job: Job) -> None:
        """Do one job of KIND, see `support.helpdesks.outgoing`; a refusal is put on record with its status."""
        try:
            await self.outgoing(job)
        except Refused as error:
            asked = {"helpdesk": job.payload["helpdesk"], "do": job.payload["do"]}
            log.error("helpdesk_refused", job=job.id, status=error.status, **asked)
            raise


@asynccontextmanager
async def helpdesk_room(
    values: Values, database: Database, handover: Handover, tickets: Tickets, live: Live, clock: Clock
) -> AsyncIterator[HelpdeskRoom]:
    """Connect with every configured helpdesk; closes the connections after the block."""
    clients: Mapping[str, Client] = {code: helpdesks()[code].client(values) for code in followers(values)}
    store, conversations = HelpdeskTable(database), ConversationTable(database)
    incoming = Incoming(store, conversations, handover, tickets, live, clock)
    services = HelpdeskServices(helpdesks(), incoming.hear, values, clock)
    try:
        yield HelpdeskRoom(Outgoing(clients, store, conversations, tickets, incoming, clock), helpdesk_router(services))
    finally:
        for client in clients.values():
            await client.close()
