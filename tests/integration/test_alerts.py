"""From the carrier's scan to the shopper's phone and mailbox: what is told, in which words, once and on one medium."""

import asyncio
from datetime import timedelta

from store.database import Database
from store.support_tables import outbox
from store.unit import SqlStore
from tests.alerted import HOLD, P1, P2, P3, PUBLIC_URL, Shop, shop
from tracking.ingest import Ingest
from tracking.model import Contact, DeliveryWindow, Status

pytest_plugins = ["tests.alerted_fixtures"]


async def test_a_scan_becomes_one_text(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work()
    assert told.texts == []
    await told.work(HOLD)
    (text,) = told.texts
    assert text.startswith(f"Lantern & Loom: Order 1001 is out for delivery. {PUBLIC_URL}/track/")
    assert await told.states() == [("sms", "out_for_delivery", "sent", "")]
    assert told.noted == [("sms", "out_for_delivery", "sent", "")]


async def test_a_scan_becomes_one_mail_that_can_be_stopped(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.IN_TRANSIT)
    await told.work(HOLD)
    (mail,) = told.mails.taken
    assert mail["Subject"] == "Your order 1001 is on its way"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = mail["List-Unsubscribe"].strip("<>")
    assert told.stop_links.opened(link.rsplit("/", 1)[1]) is not None
    text, html = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
    assert link in text
    assert link in html
    assert "Glass Teapot" in text
    assert "src=" not in html
    assert "color-scheme" in html


async def test_duplicates_and_other_words_are_the_same_fact(told: Shop) -> None:
    await told.order(P1)
    for source, minutes, words in (
        ("ups", 0, "Out"),
        ("ups", 0, "Out for delivery today"),
        ("easypost", 1, "On truck"),
    ):
        await told.scan(P1, Status.OUT_FOR_DELIVERY, source, minutes, description=words)
    # A scan of the depot, told late by the other source, and the truck again.
    await told.scan(P1, Status.IN_TRANSIT, "easypost", -30)
    await told.scan(P1, Status.IN_TRANSIT, "easypost", 2)
    await told.scan(P1, Status.OUT_FOR_DELIVERY, "easypost", 3)
    await told.work(HOLD)
    assert len(told.texts) == 1
    await told.scan(P1, Status.OUT_FOR_DELIVERY, "easypost", 4, description="once more")
    await told.work(HOLD)
    assert len(told.texts) == 1


async def test_facts_that_come_together_are_told_together(told: Shop) -> None:
    await told.order(P1, P2, P3)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(30)
    await told.scan(P2, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    (text,) = told.texts
    assert "2 of 3 parcels of order 1001 are out for delivery" in text
    await told.scan(P3, Status.DELIVERED)
    await told.work(HOLD)
    assert "1 of 3 parcels of order 1001 was delivered" in told.texts[1]


async def test_two_occasions_share_a_mail(told: Shop) -> None:
    await told.order(P1, P2)
    await told.scan(P1, Status.IN_TRANSIT)
    await told.scan(P2, Status.DELAYED)
    await told.work(HOLD)
    (mail,) = told.mails.taken
    assert mail["Subject"] == "Your order 1001 is delayed"
    text = mail.get_body(("plain",)).get_content()
    assert "1 of 2 parcels of order 1001 is delayed" in text
    assert "1 of 2 parcels of order 1001 is on its way" in text


async def test_what_has_moved_on_is_not_told(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work()
    await told.scan(P1, Status.DELIVERED, minutes=1)
    await told.work(HOLD)
    (text,) = told.texts
    assert "was delivered" in text


async def test_a_new_order_is_told_and_one_already_sent_is_not(told: Shop) -> None:
    now = told.clock.now()
    await told.order(number="2001", placed_at=now)
    await told.order(P1, number="2002", placed_at=now)
    await told.scan(P1, Status.IN_TRANSIT)
    await told.work(HOLD)
    assert sorted(told.subjects) == ["We have your order 2001", "Your order 2002 is on its way"]


async def test_a_parcel_scanned_before_its_order_is_known(told: Shop) -> None:
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    await told.order(P1)
    await told.order(P1)
    await told.work(HOLD)
    assert len(told.texts) == 1


async def test_an_estimate_that_moves_is_told_and_a_small_move_is_not(told: Shop) -> None:
    def window(hours: float) -> DeliveryWindow:
        now = told.clock.now()
        return DeliveryWindow(now + timedelta(hours=hours - 4), now + timedelta(hours=hours), now, "ups")

    await told.order(P1)
    await told.scan(P1, Status.IN_TRANSIT, estimate=window(24))
    await told.work(HOLD)
    await told.scan(P1, Status.IN_TRANSIT, minutes=1, estimate=window(30))
    await told.work(HOLD)
    assert told.subjects == ["Your order 1001 is on its way"]
    await told.scan(P1, Status.IN_TRANSIT, minutes=2, estimate=window(72))
    await told.work(HOLD)
    assert told.subjects[1:] == ["A new arrival time for your order 1001"]


async def test_without_a_phone_a_mail_goes(told: Shop) -> None:
    await told.order(P1, customer=Contact("Robin", "robin@example.com"))
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    assert told.subjects == ["Your order 1001 is out for delivery"]


async def test_handling_a_fact_twice_tells_it_once(told: Shop, database: Database) -> None:
    await told.order(P1)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    async with database.write() as connection:
        await connection.execute(outbox.update().values(done_at=None))
    await told.work(HOLD)
    assert len(told.texts) == 1


async def test_many_workers_tell_everything_once(told: Shop) -> None:
    for n in range(12):
        await told.order(f"1Z999AA1012345{n:04}", number=f"30{n:02}")
        await told.scan(f"1Z999AA1012345{n:04}", Status.OUT_FOR_DELIVERY)
    workers = [told.new_worker() for _ in range(4)]

    async def finish() -> None:
        async def one(n: int) -> None:
            while await workers[n].once():
                pass

        await asyncio.gather(*(one(n) for n in range(4)))

    await finish()
    told.clock.pass_(seconds=HOLD)
    await finish()
    assert len(told.texts) == len(set(told.texts)) == 12


async def test_off_means_no_jobs(database: Database) -> None:
    async with shop(database) as told:
        told.ingest = Ingest(SqlStore(database), told.clock)
        await told.order(P1, placed_at=told.clock.now())
        await told.scan(P1, Status.OUT_FOR_DELIVERY)
        assert await told.jobs("fact") == 0
