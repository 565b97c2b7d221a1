"""One-time codes: who has orders stays unknown, and no code can be guessed, stolen or asked for too often."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from store.database import Database
from support.clients import Client
from tests.linking import BACK, EMAIL, STRANGER, Shop


@pytest.fixture
async def shop(database: Database) -> Shop:
    made = Shop(database, registration=True)
    await made.sell()
    return made


async def speaker(shop: Shop) -> tuple[Client, str]:
    return await shop.clients.add("Speaker", [BACK], pkce_required=False)


def without_contact(page: httpx.Response, contact: str) -> str:
    return page.text.replace(contact, "CONTACT").split('name="token"')[0]


async def test_the_page_says_nothing_about_a_contact(shop: Shop) -> None:
    client, _ = await speaker(shop)
    pages: dict[str, list[str]] = {}
    for contact in (EMAIL, STRANGER):
        async with shop.browser(f"203.0.113.{len(contact)}") as browser:
            await browser.open(client)
            seen = [await browser.press("contact", contact=contact)]
            seen += [await browser.press("code", code=wrong) for wrong in ["1", *(["000000"] * 6)]]
            seen += [await browser.press("again") for _ in range(4)]
            pages[contact] = [f"{page.status_code} {without_contact(page, contact)}" for page in seen]
    assert pages[EMAIL] == pages[STRANGER]
    assert {contact for contact, _ in shop.catcher.sent} == {EMAIL}


async def test_the_answer_does_not_wait_for_the_lookup_or_the_sending(shop: Shop) -> None:
    """The same work is done before the answer, whoever asks: the rest waits until this test lets it go on."""
    client, _ = await speaker(shop)
    gate, sent = asyncio.Event(), shop.catcher.send

    async def slow(*values: Any) -> None:
        await gate.wait()
        await sent(*values)

    shop.catcher.send = slow  # type: ignore[method-assign]
    async with shop.browser() as browser:
        await browser.open(client)
        page = await asyncio.wait_for(browser.press("contact", contact=EMAIL), 30)
        assert "Type the code" in page.text
        assert shop.catcher.sent == []
        gate.set()
        assert "Link Speaker?" in (await browser.press("code", code=await browser.code())).text


async def test_five_wrong_codes_end_the_right_one(shop: Shop) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser:
        await browser.open(client)
        await browser.press("contact", contact=EMAIL)
        right = await browser.code()
        wrong = f"{(int(right) + 1) % 10**6:06}"
        for _ in range(5):
            assert "not the newest code" in (await browser.press("code", code=wrong)).text
        assert "can&#39;t be used any more" in (await browser.press("code", code=right)).text


async def test_racing_guesses_all_count(shop: Shop) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser:
        await browser.open(client)
        await browser.press("contact", contact=EMAIL)
        right = await browser.code()
        token = browser.page.text.split('name="token" value="')[1][:64]
        guesses = [f"{(int(right) + n) % 10**6:06}" for n in range(1, 13)]
        answers = await asyncio.gather(
            *(
                browser.http.post("/oauth/authorize", data={"token": token, "action": "code", "code": guess})
                for guess in guesses
            )
        )
        assert sum("not the newest code" in answer.text for answer in answers) == 5
        assert "can&#39;t be used any more" in (await browser.press("code", code=right)).text


async def test_a_code_is_good_once_for_a_while_and_in_its_browser(shop: Shop) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser, shop.browser() as thief:
        for visitor in (browser, thief):
            await visitor.open(client)
        await thief.press("contact", contact=EMAIL)
        await browser.press("contact", contact=EMAIL)
        code = await browser.code(2)
        assert "can&#39;t be used any more" in (await thief.press("code", code=code)).text
        token = browser.page.text.split('name="token" value="')[1][:64]
        cookies = dict(browser.http.cookies)
        assert "Link Speaker?" in (await browser.press("code", code=code)).text
        async with shop.browser() as again:
            again.http.cookies.update(cookies)
            answer = await again.http.post("/oauth/authorize", data={"token": token, "action": "code", "code": code})
            assert "can&#39;t be used any more" in answer.text
        await thief.press("again")
        late = await thief.code(3)
        shop.clock.at += timedelta(minutes=10)
        assert "can&#39;t be used any more" in (await thief.press("code", code=late)).text


async def test_codes_are_limited_by_contact_and_by_address(shop: Shop) -> None:
    client, _ = await speaker(shop)
    async with shop.browser() as browser:
        await browser.open(client)
        answers = [await browser.press("contact", contact=EMAIL)]
        answers += [await browser.press("again") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        shop.clock.at += timedelta(minutes=15)
        await browser.open(client)
        assert (await browser.press("contact", contact=EMAIL)).status_code == 200
        for n in range(20):
            await browser.open(client)
            last = await browser.press("contact", contact=f"nobody-{n}@example.com")
        assert last.status_code == 429
    async with shop.browser("203.0.113.8") as other:
        await other.open(client)
        assert (await other.press("contact", contact="nobody@example.com")).status_code == 200


async def test_a_patient_guesser_is_stopped_for_the_day(shop: Shop) -> None:
    client, _ = await speaker(shop)
    statuses = []
    for n in range(12):
        async with shop.browser(f"203.0.113.{n}") as browser:
            await browser.open(client)
            statuses.append((await browser.press("contact", contact=EMAIL)).status_code)
        shop.clock.at += timedelta(minutes=16)
    assert statuses == [200] * 10 + [429] * 2
