"""Walks all helpdesks: a ticket that nobody asked for is opened there, writes to nobody, and is closed there again."""

from store.database import Database
from store.tables import shipments
from store.watching import WatchTable
from support.model import Agent, TicketDraft, TicketReason
from support.watching import Trouble, conversation_of
from tests.helpdesk_house import House
from tests.helpdesk_stands.base import Stand
from tests.reports import shipped, tracking_on

pytest_plugins = ["tests.helpdesk_fixtures"]
PARCEL = "1Z999AA10123456784"
TALK = conversation_of("1001", PARCEL)


async def opened(home: House) -> WatchTable:
    """Open one as the watcher does, and bring it there."""
    await tracking_on(home.database).ingest.save_orders([shipped("1001", PARCEL)])
    draft = TicketDraft(TALK, TicketReason.QUIET, "Parcel has stalled", "1001", contact="robin@example.com")
    table = WatchTable(home.database, (home.stand.code,))
    ticket = await table.open(Trouble("fact", "1001", PARCEL), draft, home.clock.now())
    assert ticket
    await home.work()
    return table


async def test_it_is_opened_there_with_what_is_known(home: House) -> None:
    await opened(home)
    thread = home.thread()
    known = "\n".join(thread.said(True) + thread.said(False) + [str(thread.data)])
    for needed in ("Parcel has stalled", "T-1001", "quiet", "1001", "robin@example.com"):
        assert needed in known, needed
    assert thread.state == "open"


async def test_the_customer_is_not_made_its_requester(home: House, stand: Stand) -> None:
    await opened(home)
    assert "robin@example.com" not in str(home.thread().data)
    assert "robin@example.com" not in str(home.thread().said(True))
    assert await home.dead() == []


async def test_it_is_solved_there_when_the_parcel_moves_on(home: House, database: Database) -> None:
    table = await opened(home)
    async with database.write() as connection:
        await connection.execute(shipments.update().values(found=""))
    assert len(await table.close(home.clock.now(), 9)) == 1
    await home.work()
    assert home.thread().state == "solved"


async def test_one_that_a_person_answered_there_is_theirs(home: House) -> None:
    table = await opened(home)
    await home.handover.take(TALK, Agent(home.agent_id(), "Kim"))
    assert list(await table.close(home.clock.now(), 9)) == []
