"""The demo's pretend phone: its page is whole, and its texts are signed as the webhook demands."""

import asyncio
import re
from urllib.parse import parse_qsl

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from twilio.request_validator import RequestValidator

from alerts.media import media
from alerts.model import Outgoing
from demo.phone import SHOP_NUMBER, TWILIO, Carrier, Typed, phone_router
from tests.served import served

TOKEN = "a-demo-token"
PAGE = TestClient(app := FastAPI())
app.include_router(phone_router(Carrier("http://127.0.0.1:1", TOKEN)))


def test_nothing_comes_from_elsewhere() -> None:
    page = PAGE.get("/phone")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert addresses
    assert [address for address in addresses if not address.startswith(("/", "#", "data:"))] == []
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert PAGE.get("/phone/phone.css").status_code == PAGE.get("/phone/phone.js").status_code == 200
    assert PAGE.get("/phone/other").status_code == 404


def test_what_is_no_text_is_refused() -> None:
    for sent in ({"sender": "nobody", "text": "hi"}, {"sender": "+12025550199", "text": ""}, {}):
        assert PAGE.post("/phone/texts", json=sent).status_code == 422


async def test_a_text_goes_signed_and_its_answers_are_reported() -> None:
    shop, asked = FastAPI(), list[tuple[str, dict[str, str]]]()

    @shop.post("/webhooks/twilio/{kind}")
    async def take(kind: str, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        signature = request.headers["x-twilio-signature"]
        assert RequestValidator(TOKEN).validate(f"http://shop.example.com{request.url.path}", form, signature) or (
            RequestValidator(TOKEN).validate(str(request.url), form, signature)
        )
        asked.append((kind, form))
        way = f"http://{request.headers['host']}/webhooks/twilio/status"
        answer = f'<Response><Message statusCallback="{way}">On its way.</Message></Response>'
        return Response(answer if kind == "sms" else "", media_type="application/xml")

    async with served(shop) as address:
        texts = await Carrier(f"http://{address}", TOKEN).deliver(Typed(sender="+12025550199", text="where is 1001"))
    assert texts == ["On its way."]
    assert [(kind, form.get("Body"), form.get("MessageStatus")) for kind, form in asked] == [
        ("sms", "where is 1001", None),
        ("status", None, "delivered"),
    ]


def _send(token: str, **fields: str) -> httpx.Response:
    path = "/phone/twilio/2010-04-01/Accounts/AC1/Messages.json"
    return PAGE.post(path, data={"To": "+12025550142", "Body": "It is here.", **fields}, auth=("AC1", token))


def test_what_the_shop_sends_by_itself_waits_until_the_phone_is_looked_at() -> None:
    sent = _send(TOKEN)
    assert sent.status_code == 201
    assert re.fullmatch(r"SM[0-9a-f]{32}", sent.json()["sid"])
    look = {"phone": "+12025550142"}
    assert PAGE.get("/phone/texts", params={"phone": "+12025550143"}).json() == {"texts": []}
    assert PAGE.get("/phone/texts", params=look).json() == {
        "texts": [{"text": "It is here.", "segments": 1, "plain": True}]
    }
    assert PAGE.get("/phone/texts", params=look).json() == {"texts": []}


def test_only_the_shop_can_send() -> None:
    assert _send("another").status_code == 401
    assert _send(TOKEN, To="nobody").status_code == 422
    assert PAGE.get("/phone/texts", params={"phone": "+12025550142"}).json() == {"texts": []}
    assert PAGE.get("/phone/texts", params={"phone": "nobody"}).status_code == 422


async def test_the_demos_network_takes_what_our_medium_sends_and_reports_it() -> None:
    shop, reports = FastAPI(), list[dict[str, str]]()

    @shop.post("/webhooks/twilio/status")
    async def take(request: Request) -> None:
        reports.append(dict(parse_qsl((await request.body()).decode())))

    async with served(shop) as address:
        url = f"http://{address}"
        shop.include_router(phone_router(Carrier(url, TOKEN)))
        values = {"twilio_account_sid": "AC1", "twilio_auth_token": TOKEN, "twilio_from": SHOP_NUMBER}
        send = media()["sms"].sender({**values, "twilio_api_url": f"{url}{TWILIO}"}.get)
        report_to = "https://shop.example.com/webhooks/twilio/status?text=7"
        sent = await send(Outgoing("+12025550142", "It is here.", "7", report_to=report_to))
        while not reports:  # noqa: ASYNC110 - the report comes when the network gets round to it
            await asyncio.sleep(0.01)
    assert reports == [{"MessageSid": sent.provider_id, "MessageStatus": "delivered", "To": "+12025550142"}]
