"""A silent parcel is told of once, in honest words, and not at all once it has been scanned."""

from datetime import timedelta

import pytest

from doorstep.desk_rules import load_rules
from doorstep.settings import ROOT
from doorstep.watching import each
from doorstep.worker import Worker
from store.findings import QuietParcels
from store.outbox import Outbox
from store.tickets import TicketTable
from store.unit import SqlStore
from store.watching import WatchTable
from support.live import Live
from support.watching import Watcher, shop_knows
from tests.alerted import HOLD, P1, P2, Shop
from tracking.model import Status
from tracking.quiet import GeneralRule
from tracking.sweeping import Sweep

pytest_plugins = ["tests.alerted_fixtures"]


async def sweep(told: Shop) -> None:
    """Look for silences, as a worker does all the time."""
    found = Sweep(SqlStore(told.database), QuietParcels(told.database), GeneralRule(), told.clock)
    while await found.once():
        pass


async def silent(told: Shop, status: Status = Status.IN_TRANSIT) -> None:
    """Let a parcel be scanned, and be told of; then five days pass."""
    await told.order(P1)
    await told.scan(P1, status)
    await told.work(HOLD)
    told.mails.taken.clear()
    told.clock.pass_(days=5)


async def test_it_is_told_once_with_the_day_of_its_last_scan(told: Shop) -> None:
    await silent(told)
    for _ in range(2):
        await sweep(told)
        await told.work(HOLD)
        told.clock.pass_(days=1)
    (mail,) = told.mails.taken
    assert mail["Subject"] == "No news of your order 1001"
    text = mail.get_body(("plain",)).get_content()
    assert "No scan of order 1001 since Monday, longer than is normal." in text
    assert "The shop has been told" not in text


async def test_a_label_that_nobody_scanned_has_no_day(told: Shop) -> None:
    await silent(told, Status.LABEL_CREATED)
    await sweep(told)
    await told.work(HOLD)
    (mail,) = told.mails.taken
    assert "No news of order 1001 for too long." in mail.get_body(("plain",)).get_content()


async def test_a_slow_parcel_is_not_told_of(told: Shop) -> None:
    await silent(told)
    told.clock.pass_(days=-2, hours=6)
    await sweep(told)
    await told.work(HOLD)
    assert told.mails.taken == []
    assert await told.states() == [("email", "shipped", "sent", "")]


@pytest.mark.parametrize("status", [Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY])
async def test_a_scan_before_the_message_goes_keeps_it_back(told: Shop, status: Status) -> None:
    await silent(told)
    await sweep(told)
    await told.work()
    await told.scan(P1, status, minutes=1)
    await told.work(HOLD)
    assert told.subjects == []
    assert ("email", "quiet", "skipped", "moved_on") in await told.states()


@pytest.mark.parametrize("parcels", [(P1,), (P1, P2)])
async def test_the_shop_has_been_told_only_if_it_has(told: Shop, parcels: tuple[str, ...]) -> None:
    """Both consumers of a fact at work: the ticket is there by the time the message goes."""
    tickets = TicketTable(told.database)
    told.shop_knows = shop_knows(tickets.of)
    rules = load_rules(ROOT / "support" / "desk.yml")
    watcher = Watcher(WatchTable(told.database), told.orders, rules, Live(), told.clock)
    alerts = told.new_worker()._handlers
    handlers = {**alerts, "fact": each([watcher.fact, alerts["fact"]])}
    told.worker = Worker(Outbox(told.database), handlers, told.clock, lambda: 0.5)
    await told.order(*parcels)
    for parcel in parcels:
        await told.scan(parcel, Status.IN_TRANSIT)
    await told.work(HOLD)
    told.mails.taken.clear()
    told.clock.pass_(days=5)
    await sweep(told)
    await told.work(HOLD)
    (mail,) = told.mails.taken
    assert "longer than is normal. The shop has been told." in mail.get_body(("plain",)).get_content()
    assert len(await tickets.list(None, 9, None)) == len(parcels)


async def test_alerts_off_leaves_the_tickets(told: Shop) -> None:
    tickets = TicketTable(told.database)
    rules = load_rules(ROOT / "support" / "desk.yml")
    watcher = Watcher(WatchTable(told.database), told.orders, rules, Live(), told.clock)
    told.worker = Worker(Outbox(told.database), {"fact": each([watcher.fact])}, told.clock, lambda: 0.5)
    await silent(told)
    await sweep(told)
    await told.work(HOLD)
    assert told.mails.taken == []
    assert [ticket.opened_at for ticket in await tickets.list(None, 9, None)] == [
        told.clock.now() - timedelta(seconds=HOLD)
    ]
