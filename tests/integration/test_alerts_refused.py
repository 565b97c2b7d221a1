"""What becomes of an alert that its provider refuses, can't take now, or reports on."""

from dataclasses import replace
from datetime import timedelta

from store.database import Database
from store.texting import TextTable
from support.model import TextState
from tests.alerted import HOLD, P1, RULES, Shop, shop
from tracking.model import Status

pytest_plugins = ["tests.alerted_fixtures"]


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


async def test_a_report_moves_the_alert_on(told: Shop, database: Database) -> None:
    await told.order(P1)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    report_to = told.phone.taken[0]["StatusCallback"]
    text = int(report_to.rsplit("=", 1)[1])
    await TextTable(database).move(text, TextState.DELIVERED, "SM900", "", told.clock.now())
    assert await told.states() == [("sms", "out_for_delivery", "delivered", "")]
