"""The page that stops alerts: looking stops nothing, the button does, so do mail programs, and no forged link does."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from store.database import Database
from support.limits import RateLimit
from support.sign_in import contact_hash
from tests.alerted import Alerted
from web.alerts_off import alerts_off_router

MAIL = "robin@example.com"


@pytest.fixture
def told(database: Database) -> Alerted:
    return Alerted(database, {})


@pytest.fixture
async def browser(told: Alerted) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(alerts_off_router(told.preferences, told.stop_links, RateLimit(5, 60), "Lantern & Loom"))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://shop.example.com") as client:
        yield client


def path(told: Alerted, medium: str = "email") -> str:
    return told.stop_links.url(medium, MAIL).removeprefix("https://shop.example.com")


async def stopped(told: Alerted, medium: str = "email") -> bool:
    _, wish = await told.wishes.words("1001", (), contact_hash(MAIL), medium)
    return wish is not None and not wish.wanted


async def test_looking_stops_nothing(told: Alerted, browser: httpx.AsyncClient) -> None:
    page = await browser.get(path(told))
    assert page.status_code == 200
    assert "<button>" in page.text
    assert "Lantern &amp; Loom" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert not await stopped(told)


async def test_the_button_stops_that_medium_alone_and_twice_is_once(told: Alerted, browser: httpx.AsyncClient) -> None:
    for _ in range(2):
        assert "Stopped" in (await browser.post(path(told))).text
    assert await stopped(told)
    assert not await stopped(told, "sms")


async def test_a_mail_program_stops_by_one_click(told: Alerted, browser: httpx.AsyncClient) -> None:
    answer = await browser.post(path(told), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    _, wish = await told.wishes.words("1001", (), contact_hash(MAIL), "email")
    assert wish is not None
    assert (wish.wanted, wish.at) == (False, told.clock.now())


async def test_the_link_never_ends(told: Alerted, browser: httpx.AsyncClient) -> None:
    link = path(told)
    told.clock.at += timedelta(days=4000)
    assert (await browser.post(link)).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_forged_link_opens_nothing(told: Alerted, browser: httpx.AsyncClient, method: str) -> None:
    good = path(told)
    for bad in (good[:-1], good.replace("email", "sms"), "/alerts/off/x", "/alerts/off/" + "é" * 20):
        assert (await browser.request(method, bad)).status_code == 404
    assert not await stopped(told)
    assert not await stopped(told, "sms")
    assert (await browser.request(method, "/alerts/off/" + "a" * 300)).status_code in {404, 422}


async def test_a_link_tells_no_address(told: Alerted) -> None:
    assert "robin" not in path(told)


async def test_guessing_is_slowed(told: Alerted, browser: httpx.AsyncClient) -> None:
    answers = [(await browser.get("/alerts/off/x")).status_code for _ in range(6)]
    assert answers == [404] * 5 + [429]
