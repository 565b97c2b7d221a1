"""What shoppers choose to be told, on the tracking page: shown, kept with time and source, and obeyed."""

import re

import pytest
from sqlalchemy import select

from store.alert_tables import alert_stops
from store.database import Database
from store.desk import WishTable
from support.model import Inbound, SignedIdentity
from tests.alerted import HOLD, P1, Shop
from tests.tracked import DANA, Tracked, form_token, send, tracked
from tracking.model import Status

pytest_plugins = ["tests.alerted_fixtures"]


@pytest.fixture
async def page(database: Database) -> Tracked:
    return await tracked(database)


async def choose(page: Tracked, **chosen: str) -> int:
    path = await page.path()
    async with page.browser() as client:
        answer = await send(client, path, f"{path}/alerts", **chosen)
        if answer.status_code == 303:
            assert answer.headers["location"].endswith("?alerts=saved#alerts")
        return answer.status_code


async def shown(page: Tracked) -> dict[str, str]:
    async with page.browser() as client:
        text = (await client.get(f"{await page.path()}?alerts=saved")).text
    return dict(re.findall(r'name="(sms|email)" value="(\w+)" checked', text))


async def test_a_choice_is_shown_and_kept_with_time_and_source(page: Tracked, database: Database) -> None:
    assert await shown(page) == {"sms": "all", "email": "all"}
    assert await choose(page, sms="important", email="none") == 303
    assert await shown(page) == {"sms": "important", "email": "none"}
    async with database.read() as connection:
        rows = (await connection.execute(select(alert_stops).order_by(alert_stops.c.medium))).all()
    assert [(row.medium, row.stopped, row.important_only, row.source) for row in rows] == [
        ("email", True, False, "page"),
        ("sms", False, True, "page"),
    ]
    assert all(row.at == page.clock.now() for row in rows)
    assert DANA.email not in str(rows)
    assert await choose(page, email="all") == 303
    assert await shown(page) == {"sms": "important", "email": "all"}


async def test_who_texted_stop_is_told_how_to_come_back(page: Tracked) -> None:
    await page.choices.preferences.provider_stopped("sms", DANA.phone)
    async with page.browser() as client:
        text = (await client.get(await page.path())).text
    assert "Text START" in text
    assert await shown(page) == {"email": "all"}


async def test_the_page_tells_no_address(page: Tracked) -> None:
    async with page.browser() as client:
        text = (await client.get(await page.path())).text
    assert DANA.email not in text
    assert DANA.phone[-4:] not in text


@pytest.mark.parametrize(
    "sent", [{"sms": "loud"}, {"sms": "stopped"}, {"pigeon": "all"}, {}, {"sms": "none", "email": "x" * 1000}]
)
async def test_what_is_not_on_the_page_is_refused_and_changes_nothing(page: Tracked, sent: dict[str, str]) -> None:
    assert await choose(page, **sent) == 400
    assert await shown(page) == {"sms": "all", "email": "all"}


async def test_only_our_own_pages_can_send_it(page: Tracked) -> None:
    path, other = await page.path(), await page.path("1002")
    async with page.browser() as client:
        token = form_token((await client.get(other)).text, f"{other}/alerts")
        answers = [
            await client.post(f"{path}/alerts", data={"form": token, "sms": "none"}),
            await client.post(f"{path}/alerts", data={"sms": "none"}),
            await client.post(f"{path}/alerts", data={"form": token}, headers={"Sec-Fetch-Site": "cross-site"}),
            await client.post("/track/forged.token.x/alerts", data={"form": token, "sms": "none"}),
        ]
        read = await client.get(f"{path}/alerts")
    assert [answer.status_code for answer in answers] == [400, 400, 403, 404]
    assert read.status_code == 405
    assert await shown(page) == {"sms": "all", "email": "all"}


async def test_a_newer_word_in_a_talk_counts(page: Tracked, database: Database) -> None:
    await choose(page, sms="none")
    talk = page.world.services.desk
    page.clock.pass_(hours=1)
    await talk.handle(Inbound("web-1", "m-1", "hello", identity=SignedIdentity(email=DANA.email)))
    await WishTable(database).set_alerts("web-1", True, page.clock.now())
    assert await shown(page) == {"sms": "all", "email": "all"}
    page.clock.pass_(hours=1)
    await WishTable(database).set_alerts("web-1", False, page.clock.now())
    assert await shown(page) == {"sms": "none", "email": "none"}


async def test_only_what_matters_is_told(told: Shop) -> None:
    await told.order(P1)
    await told.preferences.choose("sms", "+12025550142", "important", "page")
    await told.scan(P1, Status.OUT_FOR_DELIVERY)
    await told.work(HOLD)
    await told.scan(P1, Status.DELIVERED, minutes=1)
    await told.work(HOLD)
    assert len(told.texts) == 1
    assert "was delivered" in told.texts[0]
    assert await told.states() == [
        ("sms", "out_for_delivery", "skipped", "unimportant"),
        ("sms", "delivered", "sent", ""),
    ]
