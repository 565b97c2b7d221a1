"""Tickets that nobody asked for are opened once, by the rules, whatever happens on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from doorstep.worker import LEASE, Worker
from store.database import Database
from store.outbox import Outbox
from store.support_tables import outbox
from store.watching import WatchTable
from support.jobs import Job
from support.model import TicketReason
from support.watching import WHO, is_ours
from tests.watched import P1, P2, RULES, Watched, stalled
from tracking.model import Status


@pytest.fixture
def shop(database: Database) -> Watched:
    return Watched(database)


async def test_a_stalled_parcel_opens_a_ticket_with_the_order_in_it(shop: Watched) -> None:
    await stalled(shop)
    (ticket,) = await shop.tickets()
    assert (ticket.reason, ticket.state, ticket.order_number) == (TicketReason.QUIET, "open", "1001")
    assert ticket.summary == (
        f"Parcel {P1} has stalled. Parcels at this stage are usually scanned again within 4 days (a general rule: we "
        "have too little history with this carrier); this one has been silent for 5 days, not counting days on which "
        "the carrier doesn't work."
    )
    assert ticket.snapshot is not None
    assert ticket.snapshot["items"] == [{"sku": "POT", "title": "Glass Teapot", "quantity": 1}]
    assert ticket.details == {"tracking_number": P1, "carrier": "ups", "found": "stalled"}
    assert (ticket.priority, ticket.contact, ticket.transcript) == ("normal", "robin@example.com", ())
    assert ticket.due_at == RULES.hours.after(shop.clock.now(), timedelta(hours=8))
    (line,) = await shop.rooms.tickets.history(ticket.number)
    assert (line.who, line.what) == (WHO, "opened")
    assert is_ours(ticket.conversation)


@pytest.mark.parametrize(
    ("status", "said", "reason", "found"),
    [
        (Status.EXCEPTION, "Damaged", TicketReason.EXCEPTION, "exception"),
        (Status.EXCEPTION, "Held in customs", TicketReason.EXCEPTION, "customs"),
        (Status.ATTEMPT_FAILED, "Nobody home", TicketReason.ATTEMPT_FAILED, "attempt_failed"),
        (Status.RETURNING, "Refused", TicketReason.RETURNED, "returning"),
        (Status.RETURNED, "Back", TicketReason.RETURNED, "returned"),
    ],
)
async def test_so_does_what_the_carrier_says(
    shop: Watched, status: Status, said: str, reason: TicketReason, found: str
) -> None:
    await shop.order(P1)
    await shop.scan(P1, status, description=said)
    await shop.watch()
    (ticket,) = await shop.tickets()
    assert (ticket.reason, ticket.details["found"]) == (reason, found)
    assert ticket.summary.endswith(f"It says: “{said}”.")


async def test_a_label_nobody_scanned_opens_one(shop: Watched) -> None:
    await shop.order(P1)
    await shop.scan(P1, Status.LABEL_CREATED)
    await shop.watch(days=5)
    (ticket,) = await shop.tickets()
    assert ticket.details["found"] == "never_scanned"


@pytest.mark.parametrize("status", [Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY, Status.DELIVERED, Status.DELAYED])
async def test_a_parcel_on_its_way_opens_none(shop: Watched, status: Status) -> None:
    await shop.order(P1)
    await shop.scan(P1, status)
    await shop.watch()
    assert list(await shop.tickets()) == []
    assert await shop.jobs("fact") == 0


async def test_old_trouble_opens_none(shop: Watched) -> None:
    await shop.order(P1)
    await shop.scan(P1, Status.EXCEPTION, hours=-30)
    await shop.watch()
    assert list(await shop.tickets()) == []


async def test_a_cancelled_order_needs_nobody(shop: Watched) -> None:
    await shop.order(P1, cancelled=True)
    await shop.scan(P1, Status.LABEL_CREATED)
    await shop.watch(days=7)
    assert list(await shop.tickets()) == []


async def test_trouble_that_is_over_before_it_is_handled_opens_none(shop: Watched) -> None:
    await shop.order(P1)
    await shop.scan(P1, Status.EXCEPTION)
    await shop.scan(P1, Status.IN_TRANSIT, hours=0.1)
    await shop.watch()
    assert list(await shop.tickets()) == []


async def test_one_ticket_for_each_order_parcel_and_reason(shop: Watched) -> None:
    await shop.order(P1, P2)
    await shop.order(P1, number="1002")
    await shop.scan(P1, Status.EXCEPTION)
    await shop.scan(P2, Status.EXCEPTION)
    await shop.watch(hours=30)
    await shop.scan(P1, Status.IN_TRANSIT, hours=-1)
    await shop.scan(P1, Status.EXCEPTION)
    await shop.watch()
    await shop.scan(P1, Status.ATTEMPT_FAILED, hours=0.01)
    await shop.watch()
    found = sorted(
        (t.order_number, t.details["tracking_number"], t.reason.value, t.state) for t in await shop.tickets()
    )
    assert found == [
        ("1001", P1, "attempt_failed", "open"),
        ("1001", P1, "exception", "open"),
        ("1001", P2, "exception", "open"),
        ("1002", P1, "attempt_failed", "open"),
        ("1002", P1, "exception", "open"),
    ]
    first = next(t for t in await shop.tickets() if t.reason is TicketReason.EXCEPTION)
    lines = [(line.who, line.what) for line in await shop.rooms.tickets.history(first.number)]
    assert lines == [(WHO, "opened"), (WHO, "happened again")]


async def test_a_fact_handled_again_opens_nothing_even_when_the_ticket_is_solved(shop: Watched) -> None:
    await stalled(shop)
    (ticket,) = await shop.tickets()
    await shop.rooms.tickets.update(ticket.number, {"state": "solved"}, "sam")
    async with shop.database.write() as connection:
        await connection.execute(update(outbox).values(done_at=None))
    await shop.watch()
    assert [one.state for one in await shop.tickets()] == ["solved"]


async def test_many_workers_and_the_same_facts_many_times_open_one(shop: Watched) -> None:
    numbers = [f"1Z999AA1012345{n:04}" for n in range(12)]
    for n, number in enumerate(numbers):
        await shop.order(number, number=f"20{n:02}")
        await shop.scan(number, Status.EXCEPTION)
    async with shop.database.read() as connection:
        rows = (await connection.execute(select(outbox))).all()
    jobs = [Job(row.id, row.kind, row.key, row.payload, row.made_at, 0) for row in rows]
    await asyncio.gather(*(shop.new_watcher().fact(job) for job in jobs * 4))
    assert sorted(str(t.order_number) for t in await shop.tickets()) == [f"20{n:02}" for n in range(12)]


class Killed(BaseException):
    """The process is gone."""


def mortal(target: Any, deaths: list[bool]) -> Any:
    """The same object, that dies before or after what it does, as `deaths` says call by call."""

    class Mortal:
        def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
            async def call(*given: Any) -> Any:
                before = deaths.pop(0) if deaths else None
                if before is True:
                    raise Killed
                result = await getattr(target, name)(*given)
                if before is False:
                    raise Killed
                return result

            return call

    return Mortal()


async def test_a_worker_killed_around_opening_a_ticket_opens_it_once(shop: Watched) -> None:
    await shop.order(P1)
    await shop.scan(P1, Status.EXCEPTION)
    deaths = [True, False, False, True]
    table = mortal(WatchTable(shop.database), deaths)
    killed = 0
    while deaths:
        worker = Worker(Outbox(shop.database), {"fact": shop.new_watcher(table).fact}, shop.clock)
        try:
            await worker.once()
        except BaseException as death:
            if not all(isinstance(one, Killed) for one in getattr(death, "exceptions", (death,))):
                raise
            killed += 1
        shop.clock.pass_(seconds=LEASE.total_seconds() + 1)
    await shop.watch()
    assert killed == 4
    assert len(await shop.tickets()) == 1
