"""From the carrier's scan to the shopper's phone and mailbox: once, in time, on the right medium, or not at all."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from store.alert_tables import alerts
from store.conversations import ConversationTable
from store.database import Database
from store.desk import ProofTable, WishTable
from store.erasing import erase_contact
from store.exporting import export_contact
from store.support_tables import outbox
from store.texting import TextTable
from store.unit import SqlStore
from support.model import Inbound, SignedIdentity, TextState
from tests.alerted import HOLD, PUBLIC_URL, RULES, Shop, shop
from tests.desks import FrozenClock
from tracking.facts import Occasion
from tracking.ingest import Ingest
from tracking.model import Address, Contact, DeliveryWindow, Status

P1, P2, P3 = "1Z999AA10123456784", "1Z999AA10123456785", "1Z999AA10123456786"


@pytest.fixture
async def told(database: Database) -> AsyncIterator[Shop]:
    async with shop(database) as running:
        yield running


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


async def test_the_night_is_quiet_and_the_morning_tells_what_is_still_true(database: Database) -> None:
    night = FrozenClock(datetime(2026, 11, 23, 22, tzinfo=UTC))
    async with shop(database, clock=night) as told:
        await told.order(P1)
        await told.order(P2, number="1002", customer=Contact("Alex", "alex@example.com", "+12025550101"))
        await told.scan(P1, Status.OUT_FOR_DELIVERY)
        await told.scan(P2, Status.AVAILABLE_FOR_PICKUP)
        await told.work(9 * 3600)
        assert told.texts == []
        await told.scan(P1, Status.DELIVERED)
        await told.work(HOLD)
        assert told.texts == []
        await told.work(3600)
        assert sorted(text.split(". ")[0] for text in told.texts) == [
            "Lantern & Loom: Order 1001 was delivered",
            "Lantern & Loom: Order 1002 is ready to collect",
        ]


async def test_night_is_by_the_clock_of_the_address(database: Database) -> None:
    async with shop(database) as told:
        await told.order(P1, ship_to=Address("94110", "San Francisco", "CA", "US"))
        await told.scan(P1, Status.OUT_FOR_DELIVERY)
        # It is 4 o'clock there.
        await told.work(4 * 3600 - 10)
        assert told.texts == []
        await told.work(20)
        assert len(told.texts) == 1


async def test_a_provider_that_is_down_until_night_waits_for_morning(database: Database) -> None:
    evening = FrozenClock(datetime(2026, 11, 23, 20, 57, tzinfo=UTC))
    async with shop(database, clock=evening) as told:
        await told.order(P1)
        told.phone.refuse("later")
        await told.scan(P1, Status.OUT_FOR_DELIVERY)
        await told.work(HOLD)
        told.phone.refuse("")
        taken = len(told.phone.taken)
        await told.work(3600)
        assert len(told.phone.taken) == taken
        await told.work(11 * 3600)
        assert len(told.phone.taken) == taken + 1


async def test_urgent_news_goes_by_night_and_takes_the_rest_along(database: Database) -> None:
    night = FrozenClock(datetime(2026, 11, 23, 23, tzinfo=UTC))
    async with shop(database, replace(RULES, urgent=frozenset({Occasion.ATTEMPT_FAILED})), night) as told:
        await told.order(P1, P2)
        await told.scan(P1, Status.DELIVERED)
        await told.work()
        await told.scan(P2, Status.ATTEMPT_FAILED)
        await told.work(HOLD)
        (text,) = told.texts
        assert "could not deliver" in text
        await told.work(10 * 3600)
        assert len(told.texts) == 1


async def test_old_news_and_bulk_imports_tell_nothing(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.DELIVERED, minutes=-25 * 60)
    await told.work(HOLD)
    assert (told.texts, told.subjects, await told.jobs("fact")) == ([], [], 0)


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


async def test_nobody_gets_more_than_enough(database: Database) -> None:
    async with shop(database, replace(RULES, most_a_day=2)) as told:
        await told.order(P1)
        for status in (Status.OUT_FOR_DELIVERY, Status.ATTEMPT_FAILED, Status.AVAILABLE_FOR_PICKUP):
            await told.scan(P1, status)
            await told.work(HOLD)
        assert len(told.texts) == 2
        assert (await told.states())[2] == ("sms", "ready_for_pickup", "skipped", "enough")
        told.clock.pass_(hours=24)
        await told.scan(P1, Status.DELIVERED)
        await told.work(HOLD)
        assert len(told.texts) == 3


async def test_a_stop_is_heard_even_while_the_message_waits(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work()
    await told.consent.change("+12025550142", "sms", True)
    await told.work(HOLD)
    assert (told.texts, told.subjects) == ([], [])
    assert await told.states() == [("sms", "out_for_delivery", "skipped", "opted_out")]


@pytest.mark.parametrize("proven", [False, True])
async def test_a_wish_said_in_a_talk_counts(told: Shop, database: Database, proven: bool) -> None:
    await told.order(P1)
    signed = SignedIdentity() if proven else SignedIdentity(phone="+12025550142")
    now = told.clock.now()
    inbound = Inbound("web-1", "m-1", "alerts off", identity=signed)
    await ConversationTable(database).receive(inbound, now, now, now - timedelta(hours=1), "holder")
    if proven:
        await ProofTable(database).add_verified("web-1", "1001", "proof", now)
    await WishTable(database).set_alerts("web-1", False, now)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    assert await told.states() == [("sms", "out_for_delivery", "skipped", "unwanted")]
    await WishTable(database).set_alerts("web-1", True, now + timedelta(minutes=1))
    await told.scan(P1, Status.DELIVERED)
    await told.work(HOLD)
    assert len(told.texts) == 1


async def test_the_link_stops_one_medium_until_alerts_on(told: Shop, database: Database) -> None:
    await told.order(P1)
    opened = told.stop_links.opened(told.stop_links.url("email", "robin@example.com").rsplit("/", 1)[1])
    assert opened is not None
    await told.preferences.stop(*opened, "link")
    await told.scan(P1, Status.IN_TRANSIT)
    await told.work(HOLD)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    assert (told.subjects, len(told.texts)) == ([], 1)
    now = told.clock.now() + timedelta(minutes=1)
    inbound = Inbound("web-1", "m-1", "alerts on", identity=SignedIdentity(email="robin@example.com"))
    await ConversationTable(database).receive(inbound, now, now, now - timedelta(hours=1), "holder")
    await WishTable(database).set_alerts("web-1", True, now)
    await told.scan(P1, Status.DELAYED)
    await told.work(HOLD)
    assert told.subjects == ["Your order 1001 is delayed"]


async def test_a_refused_text_becomes_a_mail_once(told: Shop) -> None:
    await told.order(P1)
    told.phone.refuse("never")
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    await told.work(10)
    assert told.subjects == ["Your order 1001 is out for delivery"]
    assert await told.states() == [
        ("sms", "out_for_delivery", "failed", "21211"),
        ("email", "out_for_delivery", "sent", ""),
    ]


async def test_both_media_refusing_ends(told: Shop) -> None:
    await told.order(P1)
    told.phone.refuse("never")
    told.mails.refuse("never")
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    await told.work(10)
    assert [state for _, _, state, _ in await told.states()] == ["failed", "failed"]


async def test_without_a_phone_a_mail_goes(told: Shop) -> None:
    await told.order(P1, customer=Contact("Robin", "robin@example.com"))
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    assert told.subjects == ["Your order 1001 is out for delivery"]


async def test_a_provider_that_says_stop_is_believed(told: Shop) -> None:
    await told.order(P1)
    told.phone.status, told.phone.answer = 400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient"}
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    assert await told.consent.stopped("+12025550142", "sms")
    assert told.subjects == []
    assert await told.states() == [("sms", "out_for_delivery", "skipped", "opted_out")]


async def test_a_provider_that_is_down_gets_it_later_once(told: Shop) -> None:
    await told.order(P1)
    told.phone.refuse("later")
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    told.phone.refuse("")
    told.phone.taken.clear()
    await told.work(60)
    await told.work(60)
    assert len(told.texts) == 1


async def test_a_provider_that_stays_down_is_given_up_for_mail(database: Database) -> None:
    async with shop(database, replace(RULES, quiet_from=RULES.quiet_until, too_old=timedelta(days=9))) as told:
        await told.order(P1)
        told.phone.refuse("later")
        await told.scan(P1, Status.OUT_FOR_DELIVERY)
        for _ in range(20):
            await told.work(3 * 3600)
        assert (await told.states())[0] == ("sms", "out_for_delivery", "failed", "unavailable")
        assert told.subjects == ["Your order 1001 is out for delivery"]


async def test_what_could_not_be_told_for_days_is_dropped(told: Shop) -> None:
    await told.order(P1)
    await told.scan(P1, Status.IN_TRANSIT)
    told.clock.pass_(days=3)
    await told.work(HOLD)
    assert told.subjects == []


async def test_a_report_moves_the_alert_on(told: Shop, database: Database) -> None:
    await told.order(P1)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    report_to = told.phone.taken[0]["StatusCallback"]
    text = int(report_to.rsplit("=", 1)[1])
    await TextTable(database).move(text, TextState.DELIVERED, "SM900", "", told.clock.now())
    assert await told.states() == [("sms", "out_for_delivery", "delivered", "")]


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


async def test_erasing_a_customer_takes_alerts_and_their_jobs(told: Shop, database: Database) -> None:
    await told.order(P1)
    await told.order(P2, number="1002", customer=Contact("Alex", "alex@example.com", "+12025550101"))
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work()
    await told.scan(P1, Status.DELIVERED)
    await told.scan(P2, Status.DELIVERED)
    exported = await export_contact(database, "robin@example.com", "")
    assert [row["occasion"] for row in exported["alerts"]] == ["out_for_delivery"]
    erased = await database.run(lambda connection: erase_contact(connection, "robin@example.com", ""))
    assert erased.counts["alerts"] == 1
    await told.work(HOLD)
    assert [text for text in told.texts if "1001" in text] == []
    assert len(told.texts) == 1
    async with database.read() as connection:
        left = [
            str(dict(row)) for table in (alerts, outbox) for row in (await connection.execute(select(table))).mappings()
        ]
    assert [row for row in left if "1001" in row or "2025550142" in row] == []


async def test_off_means_no_jobs(database: Database) -> None:
    async with shop(database) as told:
        told.ingest = Ingest(SqlStore(database), told.clock)
        await told.order(P1, placed_at=told.clock.now())
        await told.scan(P1, Status.OUT_FOR_DELIVERY)
        assert await told.jobs("fact") == 0
