"""What becomes of tickets that nobody asked for: closed when it is over, left to whoever took them up."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from doorstep.desk_rules import load_rules
from doorstep.settings import ROOT
from doorstep.watching import each
from store.database import Database
from store.finding_tables import watched
from store.handover import HandoverTable
from store.inbox import InboxTable
from store.support_tables import conversations, outbox, tickets
from support.delivery import Delivery
from support.inbox import Inbox
from support.jobs import Job
from support.model import Agent, TicketReason
from support.watching import WHO, conversation_of
from tests.desks import SAM, hello
from tests.scans import NOON
from tests.watched import P1, Watched, stalled
from tracking.errors import DoorstepError, InvalidInput, Unavailable
from tracking.model import Status

TALK = conversation_of("1001", P1)


@pytest.fixture
def shop(database: Database) -> Watched:
    return Watched(database)


async def test_the_next_scan_closes_what_nobody_has_touched(shop: Watched) -> None:
    await stalled(shop)
    await shop.scan(P1, Status.IN_TRANSIT)
    await shop.watch()
    (ticket,) = await shop.tickets()
    assert (ticket.state, ticket.solved_at) == ("solved", shop.clock.now())
    last = (await shop.rooms.tickets.history(ticket.number))[-1]
    assert (last.who, last.what, last.detail) == (WHO, "state", {"from": "open", "to": "solved"})
    await shop.watch(days=7)
    assert [one.state for one in await shop.tickets()] == ["solved", "open"]


@pytest.mark.parametrize(
    ("trouble", "then", "state"),
    [
        (Status.EXCEPTION, Status.IN_TRANSIT, "solved"),
        (Status.EXCEPTION, Status.DELIVERED, "solved"),
        (Status.EXCEPTION, Status.DELAYED, "open"),
        (Status.ATTEMPT_FAILED, Status.OUT_FOR_DELIVERY, "open"),
        (Status.ATTEMPT_FAILED, Status.DELIVERED, "solved"),
        (Status.RETURNING, Status.IN_TRANSIT, "open"),
        (Status.RETURNING, Status.DELIVERED, "solved"),
    ],
)
async def test_each_trouble_has_its_own_end(shop: Watched, trouble: Status, then: Status, state: str) -> None:
    await shop.order(P1)
    await shop.scan(P1, trouble)
    await shop.watch(hours=1)
    await shop.scan(P1, then)
    await shop.watch()
    assert [ticket.state for ticket in await shop.tickets()] == [state]


async def take(shop: Watched, _number: str) -> None:
    await shop.rooms.handover.take(TALK, SAM)


async def assign(shop: Watched, number: str) -> None:
    await shop.rooms.tickets.update(number, {"assignee": "sam"}, "sam")


async def write(shop: Watched, number: str) -> None:
    await take(shop, number)
    await shop.rooms.handover.say(TALK, "sam", "a1", "We are looking for your parcel.")
    await shop.rooms.handover.give_back(TALK, "sam")


async def note(shop: Watched, _number: str) -> None:
    inbox = Inbox(InboxTable(shop.database), shop.rooms.orders, shop.clock)
    await inbox.note(TALK, Agent("sam", "Sam"), "Called the depot")


async def set_state(shop: Watched, number: str) -> None:
    for state in ("pending", "open"):
        await shop.rooms.tickets.update(number, {"state": state}, "api")


@pytest.mark.parametrize("touch", [take, assign, write, note, set_state])
async def test_what_a_person_has_touched_stays_theirs(
    shop: Watched, touch: Callable[[Watched, str], Awaitable[None]]
) -> None:
    await stalled(shop)
    (ticket,) = await shop.tickets()
    await touch(shop, ticket.number)
    await shop.scan(P1, Status.DELIVERED)
    await shop.watch()
    assert [one.state for one in await shop.tickets()] == ["open"]


async def test_what_is_solved_is_looked_at_no_more(shop: Watched) -> None:
    await stalled(shop)
    (ticket,) = await shop.tickets()

    async def lasting() -> int:
        async with shop.database.read() as connection:
            return len((await connection.execute(select(watched).where(watched.c.over_at.is_(None)))).all())

    await shop.watch()
    assert await lasting() == 1
    await shop.rooms.tickets.update(ticket.number, {"state": "solved"}, "sam")
    await shop.watch()
    assert await lasting() == 0
    await shop.rooms.tickets.update(ticket.number, {"state": "open"}, "sam")
    await shop.scan(P1, Status.DELIVERED)
    await shop.watch()
    assert [one.state for one in await shop.tickets()] == ["open"]


async def test_nobody_is_said_to_wait(shop: Watched) -> None:
    await stalled(shop)
    (ticket,) = await shop.tickets()
    for state in ("solved", "open"):
        await shop.rooms.tickets.update(ticket.number, {"state": state}, "sam")
    inbox = Inbox(InboxTable(shop.database), shop.rooms.orders, shop.clock)
    counts = await inbox.counts()
    assert (counts.waiting, counts.open) == (0, 1)
    assert await inbox.rows("waiting", "sam") == ()
    (row,) = await inbox.rows("open", "sam")
    assert (row.conversation, row.ticket, row.order_number) == (TALK, ticket.number, "1001")
    await take(shop, ticket.number)
    assert await shop.rooms.tickets._store.pickups(9) == ()


async def test_what_a_person_writes_there_goes_to_the_order_s_customer(shop: Watched) -> None:
    await stalled(shop)
    await take(shop, "")
    await shop.rooms.handover.say(TALK, "sam", "a1", "We are looking for your parcel.")
    sent: list[tuple[object, ...]] = []

    async def elsewhere(*given: object) -> None:
        sent.append(given)

    rooms = shop.rooms
    delivery = Delivery(
        rooms.desk, HandoverTable(shop.database), rooms.tickets._store, rooms.identity, {}, elsewhere, shop.clock
    )
    shop.clock.pass_(minutes=2)
    await delivery.deliver(TALK, 1)
    ((contact, _, messages, _),) = sent
    assert (contact.email, [m.text for m in messages]) == ("robin@example.com", ["We are looking for your parcel."])


async def test_who_asks_later_is_told_of_in_one_place(shop: Watched) -> None:
    await stalled(shop)
    (early,) = await shop.tickets()
    await shop.rooms.desk.handle(hello())
    asked = await shop.rooms.tickets.open("c1", TicketReason.LATE, "Where is it?", "1001")
    assert asked.details["already_open"] == early.number
    assert [line.what for line in await shop.rooms.tickets.history(asked.number)] == ["opened"]
    other = await shop.rooms.tickets.open("c1", TicketReason.RETURN, "Another order", "9999")
    assert "already_open" not in other.details


async def test_helpdesks_are_told_of_both_ends(database: Database) -> None:
    shop = Watched(database, followers=("zendesk",))
    await stalled(shop)
    await shop.scan(P1, Status.DELIVERED)
    await shop.watch()
    async with database.read() as connection:
        rows = (await connection.execute(select(outbox).where(outbox.c.kind == "helpdesk").order_by(outbox.c.id))).all()
    assert [(row.payload["do"], row.payload["conversation"]) for row in rows] == [("open", TALK), ("state", TALK)]


async def test_erasing_the_customer_leaves_nothing(shop: Watched) -> None:
    await stalled(shop)
    await shop.ingest.erase_customer("shop", email="robin@example.com")
    async with shop.database.read() as connection:
        row = (await connection.execute(select(tickets))).mappings().one()
        talks = (await connection.execute(select(conversations.c.id))).all()
    assert (row["summary"], row["contact"], row["snapshot"], row["details"]) == ("", "", None, {})
    assert talks == []
    assert await shop.found() == []


async def test_an_order_erased_before_its_fact_is_handled_opens_none(shop: Watched) -> None:
    await shop.order(P1)
    await shop.scan(P1, Status.EXCEPTION)
    async with shop.database.read() as connection:
        row = (await connection.execute(select(outbox))).one()
    order = await shop.rooms.orders.find("1001")
    watcher = shop.new_watcher()

    class Slow:
        async def find(self, _number: str) -> object:
            await shop.ingest.erase_customer("shop", email="robin@example.com")
            return order

    watcher._orders = Slow()  # type: ignore[assignment]
    await watcher.fact(Job(row.id, row.kind, row.key, row.payload, row.made_at, 0))
    assert list(await shop.tickets()) == []


def changed(folder: Path, old: str, new: str) -> Path:
    """The rules with one thing changed, as a file."""
    text = (ROOT / "support" / "desk.yml").read_text("utf-8")
    assert old in text
    path = folder / "desk.yml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


async def test_the_shop_says_what_opens_a_ticket(database: Database, tmp_path: Path) -> None:
    quiet_too = changed(tmp_path, "  stalled: {priority: normal, due: 8h}", "  slower: {priority: low, due: 30m}")
    shop = Watched(database, load_rules(quiet_too))
    await stalled(shop)
    assert list(await shop.tickets()) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  stalled: {", "  stuck: {", "before_they_ask.stuck"),
        ("stalled: {priority: normal", "stalled: {priority: soon", "before_they_ask.stalled.priority"),
        (
            "exception: {priority: high, due: 4h",
            "exception: {priority: high, due: soon",
            "before_they_ask.exception.due",
        ),
    ],
)
def test_a_mistake_in_the_rules_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        load_rules(changed(tmp_path, old, new))


async def test_one_consumer_s_failure_is_not_the_other_s() -> None:
    job, done = Job(1, "fact", "k", {}, NOON, 0), []

    async def fails(_job: Job) -> None:
        raise Unavailable("later")

    async def never(_job: Job) -> None:
        raise DoorstepError("never")

    async def works(_job: Job) -> None:
        done.append(1)

    with pytest.raises(Unavailable):
        await each([never, fails, works])(job)
    assert done == [1]
    with pytest.raises(DoorstepError, match="never"):
        await each([works, never])(job)
    await each([])(job)
