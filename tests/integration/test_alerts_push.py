"""Alerts to browsers, speakers and the merchant: whom they reach, what becomes of an address that is gone."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from alerts.addresses import PushAddresses
from alerts.media import media
from doorstep.alerting import FollowedTexts
from store.alerts import AlertWishes
from store.database import Database
from store.link_tables import link_clients, links
from store.push import AlexaUsers, PushTable
from store.texting import TextTable
from support.texting import TextLog
from tests.alerted import HOLD, P1, P2, P3, PUBLIC_URL, ROBIN, Shop
from tests.desks import FrozenClock
from tests.left_behind import put
from tests.media_stands.alexa import alexa
from tests.media_stands.apprise import ChatRoom, chat_room
from tests.media_stands.email import mail_server
from tests.media_stands.sms import twilio
from tests.media_stands.web_push import PushService, push_service
from tests.media_stands.webhook import Merchant, merchant
from tests.push_browser import Browser
from tracking.model import Contact, Status


@dataclass
class Pushed(Shop):
    """With a push service, the merchant's endpoint and their chat room as well."""

    browser: PushService = field(default_factory=lambda: PushService({}))
    endpoint: Merchant = field(default_factory=lambda: Merchant({}))
    room: ChatRoom = field(default_factory=lambda: ChatRoom({}))

    @property
    def addresses(self) -> PushAddresses:
        """As the tracking page keeps them."""
        named = media()["web_push"].named
        assert named
        taken = {"web_push": partial(_read, named, self.browser.settings.get)}
        return PushAddresses(PushTable(self.database), AlertWishes(self.database), taken, self.clock)

    async def subscribe(self, address: str = "") -> None:
        """Ask to be told, in a browser."""
        assert await self.addresses.add("1001", "web_push", address or self.browser.to, "page", "pressed the button")

    def other_browser(self) -> str:
        """The address of one that the push service does not know."""
        return Browser().subscription(f"{self.browser.settings['web_push_stand_in']}/gone/one")

    @property
    def shown(self) -> list[str]:
        return [told["title"] for told in self.browser.taken]


def _read(named: object, values: object, address: str) -> str:
    return named(address, values)  # type: ignore[operator,no-any-return]


@pytest.fixture
async def told(database: Database) -> AsyncIterator[Pushed]:
    async with AsyncExitStack() as stack:
        clock = FrozenClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
        stands = {
            "email": await stack.enter_async_context(mail_server()),
            "sms": await stack.enter_async_context(twilio()),
            "web_push": await stack.enter_async_context(push_service()),
            "webhook": await stack.enter_async_context(merchant()),
            "apprise": await stack.enter_async_context(chat_room()),
        }
        values = {name: value for stand in stands.values() for name, value in stand.settings.items()}
        senders = {code: media()[code].sender(values.get) for code in stands}
        texts = FollowedTexts(senders["sms"], TextLog(TextTable(database), clock), PUBLIC_URL)
        yield Pushed(
            database,
            senders | {"sms": texts.send},
            clock=clock,
            values=values,
            mails=stands["email"],  # type: ignore[arg-type]
            phone=stands["sms"],  # type: ignore[arg-type]
            browser=stands["web_push"],  # type: ignore[arg-type]
            endpoint=stands["webhook"],  # type: ignore[arg-type]
            room=stands["apprise"],  # type: ignore[arg-type]
        )


async def about(told: Pushed, medium: str) -> list[tuple[str, str, str]]:
    """Occasion, state and reason of the alerts on a medium."""
    return [rest for name, *rest in await told.states() if name == medium]  # type: ignore[misc]


async def test_a_shopper_with_a_browser_is_told_there_and_not_by_text(told: Pushed) -> None:
    await told.order(P1)
    await told.subscribe()
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    assert told.shown == ["Your order 1001 is out for delivery"]
    assert told.browser.taken[0]["url"].startswith(f"{PUBLIC_URL}/track/")
    assert told.texts == []


async def test_without_one_it_is_a_text_as_ever(told: Pushed) -> None:
    await told.order(P1)
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    assert (told.shown, len(told.texts)) == ([], 1)


async def test_an_address_that_is_gone_is_forgotten_and_the_text_goes(told: Pushed) -> None:
    await told.order(P1)
    await told.subscribe(told.other_browser())
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    await told.work(10)
    assert await about(told, "web_push") == [["out_for_delivery", "failed", "404"]]
    assert len(told.texts) == 1
    assert await PushTable(told.database).of("1001") == {}
    await told.scan(P1, Status.DELIVERED, minutes=5)
    await told.work(HOLD)
    assert len(told.texts) == 2


async def test_where_another_browser_is_told_the_text_stays_away(told: Pushed) -> None:
    await told.order(P1)
    await told.subscribe(told.other_browser())
    await told.subscribe()
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    await told.work(10)
    assert (len(told.shown), told.texts) == (1, [])
    assert len((await PushTable(told.database).of("1001"))["web_push"]) == 1


async def test_of_two_that_are_gone_one_text_comes(told: Pushed) -> None:
    await told.order(P1)
    for _ in range(2):
        await told.subscribe(told.other_browser())
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    await told.work(10)
    assert len(told.texts) == 1


async def test_what_was_taken_back_meanwhile_is_a_text(told: Pushed) -> None:
    await told.order(P1)
    await told.subscribe()
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work()
    await told.addresses.remove("1001", "web_push", told.browser.to)
    await told.work(HOLD)
    await told.work(10)
    assert await about(told, "web_push") == [["out_for_delivery", "failed", "taken_back"]]
    assert (told.shown, len(told.texts)) == ([], 1)


async def test_a_push_service_that_is_down_gets_it_later(told: Pushed) -> None:
    await told.order(P1)
    await told.subscribe()
    told.browser.refuse("busy")
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    told.browser.refuse("")
    told.browser.taken.clear()
    await told.work(6)
    assert told.shown == []
    await told.work(2)
    assert (len(told.shown), told.texts) == (1, [])


async def test_by_mail_where_there_is_no_phone(told: Pushed) -> None:
    await told.order(P1, customer=Contact("Robin Doe", "robin@example.com", ""))
    await told.subscribe(told.other_browser())
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    await told.work(10)
    assert told.subjects == ["Your order 1001 is out for delivery"]


async def test_the_merchant_hears_all_of_it_at_once_and_by_night(told: Pushed) -> None:
    told.clock.pass_(hours=10)
    await told.order(P1, P2, P3)
    ways = (Status.IN_TRANSIT, Status.DELAYED, Status.OUT_FOR_DELIVERY, Status.ATTEMPT_FAILED, Status.DELIVERED)
    for minutes, status in enumerate(ways):
        for parcel in (P1, P2, P3):
            await told.scan(parcel, status, minutes=minutes)
    await told.work()
    assert len(told.endpoint.taken) == 15
    assert {event["type"] for event in told.endpoint.taken} == {
        "order.shipped",
        "order.delayed",
        "order.out_for_delivery",
        "order.attempt_failed",
        "order.delivered",
    }
    assert len({event["id"] for event in told.endpoint.taken}) == 15
    assert {event["data"]["details"]["tracking_number"] for event in told.endpoint.taken} == {P1, P2, P3}
    assert len(told.room.taken) == 3
    assert (told.texts, told.subjects) == ([], [])


async def test_no_shopper_stops_what_the_merchant_hears(told: Pushed) -> None:
    await told.order(P1)
    for medium, address in (("sms", ROBIN.phone), ("webhook", "endpoint"), ("email", ROBIN.email)):
        await told.preferences.choose(medium, address, "none", "page")
    await told.scan(P1, Status.DELIVERED)
    await told.work(HOLD)
    assert len(told.endpoint.taken) == 1
    assert told.texts == []


async def test_an_endpoint_that_is_down_gets_every_event_once_later(told: Pushed) -> None:
    await told.order(P1)
    told.endpoint.refuse("later")
    for minutes, status in enumerate((Status.OUT_FOR_DELIVERY, Status.DELIVERED)):
        await told.scan(P1, status, minutes=minutes)
    await told.work()
    tried = {event["id"] for event in told.endpoint.taken}
    told.endpoint.refuse("")
    told.endpoint.taken.clear()
    await told.work(60)
    await told.work(60)
    assert sorted(event["id"] for event in told.endpoint.taken) == sorted(tried)
    assert [event["data"]["details"]["url"][:8] for event in told.endpoint.taken] == ["https://"] * 2


async def test_an_endpoint_that_refuses_is_told_nowhere_else(told: Pushed) -> None:
    await told.order(P1)
    told.endpoint.refuse("never")
    await told.scan(P1, Status.IN_TRANSIT)
    await told.work(HOLD)
    await told.work(10)
    assert await about(told, "webhook") == [["shipped", "failed", "422"]]
    assert told.room.taken == []


async def test_a_speaker_tells_what_it_has_words_for(told: Pushed) -> None:
    async with alexa() as speaker:
        values = told.values | speaker.settings
        senders = {**told.senders, "alexa": media()["alexa"].sender(values.get)}
        house = Pushed(told.database, senders, clock=told.clock, values=values, browser=told.browser)
        await house.order(P1)
        await link(house, ROBIN.email)
        for minutes, status in enumerate((Status.DELAYED, Status.DELIVERED)):
            await house.scan(P1, status, minutes=minutes)
        await house.work(HOLD)
        states = [event["event"]["payload"]["state"]["status"] for event in speaker.taken]
        assert states == ["ORDER_DELIVERED"]
        assert speaker.taken[0]["relevantAudience"]["payload"]["user"] == "amzn1.one"
        assert await about(house, "alexa") == [["delivered", "sent", ""]]


async def link(told: Pushed, email: str) -> None:
    """Link a speaker whose user has allowed to be told."""
    now = told.clock.now() - timedelta(days=1)
    client = {"id": "c-1", "name": "Alexa", "redirect_uris": [], "secret_hash": "", "pkce_required": True}
    await put(told.database, link_clients, **client, registered=False, made_at=now)
    linked = {"client_id": "c-1", "email": email, "phone": "", "scopes": "orders:read", "resource": ""}
    await put(told.database, links, **linked, id="l-1", made_at=now)
    users = AlexaUsers(told.database, told.clock)
    await users.linked("amzn1.one", "l-1")
    await users.subscribed("amzn1.one", True)
