"""The demo's pretend phone: its page is whole, and its texts are signed as the webhook demands."""

import re
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from twilio.request_validator import RequestValidator

from demo.phone import Carrier, Typed, phone_router
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
