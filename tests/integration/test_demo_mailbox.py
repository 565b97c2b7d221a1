"""The demo's mailbox: what comes in by SMTP is shown as a careful mail program shows it, and no more than so much."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiosmtplib
import httpx
import pytest
from fastapi import FastAPI, Request, Response

from alerts.media import media
from alerts.model import Outgoing
from demo.mail_page import mail_router
from demo.mailbox import MOST_MAILS, Mailbox
from tests.served import served

HTML = (
    '<!doctype html><html><head><title>x</title></head><body><script>alert(1)</script><a href="/a">go</a></body></html>'
)
LINK = "http://127.0.0.1:1/alerts/off/a.token"


@asynccontextmanager
async def mailing() -> AsyncIterator[tuple[Mailbox, "Mailing"]]:
    mailbox = Mailbox()
    async with mailbox.receiving() as address:
        yield mailbox, Mailing(address)


class Mailing:
    """Sends as the program does."""

    def __init__(self, address: str) -> None:
        values = {"smtp_url": address, "mail_from": "Shop <orders@example.com>"}
        self.address, self._send = address, media()["email"].sender(values.get)

    async def send(self, subject: str = "Hello", to: str = "wren@example.com", link: str = LINK, **more: str) -> None:
        headers = {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        await self._send(Outgoing(to, "In words.", f"k-{subject}", subject=subject, headers=headers, **more))


def browser(mailbox: Mailbox, url: str = "http://127.0.0.1:1") -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(mail_router(mailbox, url))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.example.com")


async def test_a_mail_comes_in_by_smtp_and_is_shown() -> None:
    async with mailing() as (mailbox, mailing_), browser(mailbox) as client:
        await mailing_.send("It is <b>here</b>", html=HTML)
        listed, one = await client.get("/mail"), await client.get("/mail/1")
        body = await client.get("/mail/1/html")
    assert "It is &lt;b&gt;here&lt;/b&gt;" in listed.text
    assert "<b>here" not in listed.text + one.text
    assert "In words." in one.text
    assert "wren@example.com" in one.text
    assert "Shop &lt;orders@example.com&gt;" in one.text
    assert "alert(1)" not in one.text
    assert '<base target="_blank">' in body.text


async def test_a_mail_s_html_can_do_nothing() -> None:
    async with mailing() as (mailbox, mailing_), browser(mailbox) as client:
        await mailing_.send(html=HTML)
        page, body = await client.get("/mail/1"), await client.get("/mail/1/html")
    policy = body.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';")
    assert "script" not in policy
    assert "img-src data:;" in policy
    (sandbox,) = re.findall(r'sandbox="([^"]+)"', page.text)
    assert "allow-scripts" not in sandbox
    assert "allow-same-origin" not in sandbox
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_the_newest_comes_first_and_only_so_many_stay() -> None:
    async with mailing() as (mailbox, mailing_), browser(mailbox) as client:
        for number in range(MOST_MAILS + 3):
            await mailing_.send(f"No. {number}", to=f"reader{number % 2}@example.com")
        page, mine = await client.get("/mail/list"), await client.get("/mail/list?to=reader1@example.com")
        gone = await client.get("/mail/3")
    subjects = re.findall(r"<strong>No\. (\d+)</strong>", page.text)
    assert subjects == [str(number) for number in range(MOST_MAILS + 2, 2, -1)]
    assert set(re.findall(r"reader\d@example", mine.text)) == {"reader1@example"}
    assert gone.status_code == 404


async def test_a_mail_that_is_too_big_is_refused() -> None:
    async with mailing() as (mailbox, mailing_):
        port = int(mailing_.address.rpartition(":")[2])
        with pytest.raises(aiosmtplib.SMTPException):
            await aiosmtplib.send(
                b"Subject: big\r\n\r\n" + b"x" * 1_000_000,
                sender="a@example.com",
                recipients=["b@example.com"],
                hostname="127.0.0.1",
                port=port,
            )
        assert list(mailbox.mails()) == []


async def test_unsubscribing_is_one_click_and_asks_nobody_but_the_demo() -> None:
    shop, clicked = FastAPI(), list[tuple[str, bytes]]()

    @shop.post("/alerts/off/{token}")
    async def stop(token: str, request: Request) -> Response:
        clicked.append((token, await request.body()))
        return Response()

    async with served(shop) as address, mailing() as (mailbox, mailing_), browser(mailbox, f"http://{address}") as page:
        await mailing_.send(link="http://elsewhere.example.com/alerts/off/a.token")
        await mailing_.send("Without", link="no link")
        done, without = await page.post("/mail/1/stop?to=wren@example.com"), await page.post("/mail/2/stop")
        shown = await page.get(done.headers["location"])
    assert clicked == [("a.token", b"List-Unsubscribe=One-Click")]
    assert done.status_code == 303
    assert "no more of these mails" in shown.text
    assert without.status_code == 404


async def test_its_parts_are_there_and_nothing_else() -> None:
    async with browser(Mailbox()) as client:
        assert (await client.get("/mail/mail.css")).status_code == 200
        assert (await client.get("/mail/mail.js")).status_code == 200
        for path in ("/mail/other", "/mail/..%2Fshop.css", "/mail/7", "/mail/7/html"):
            assert (await client.get(path)).status_code == 404, path
        assert "No mail yet" in (await client.get("/mail")).text
        addresses = re.findall(r'(?:src|href)="([^"]+)"', (await client.get("/mail")).text)
    assert [address for address in addresses if not address.startswith(("/", "#", "data:"))] == []
