"""Plays Twilio towards the app: signed forms in, the texts of its TwiML out, and what was stored of them."""

from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from store.database import Database
from tests.fakes import PUBLIC_URL, SECRETS, World

PHONE = "+15550100142"
URL = "/webhooks/twilio/sms"


def signed(path: str, form: dict[str, str], token: str = SECRETS["twilio_auth_token"]) -> dict[str, str]:
    signature = RequestValidator(token).compute_signature(f"{PUBLIC_URL}{path}", form)
    return {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}


def form(text: str, sid: str, sender: str = PHONE, **more: str) -> dict[str, str]:
    return {"MessageSid": sid, "From": sender, "To": SECRETS["twilio_from"], "Body": text, "NumMedia": "0", **more}


async def post(app: World, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> httpx.Response:
    async with app.client(key=None) as client:
        given = signed(path, fields) if headers is None else headers
        return await client.post(path, content=urlencode(fields), headers=given)


def said(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("application/xml")
    return [message.text or "" for message in ElementTree.fromstring(response.content)]


async def text(app: World, words: str, sid: str, sender: str = PHONE, **more: str) -> list[str]:
    return said(await post(app, URL, form(words, sid, sender, **more)))


async def rows(database: Database, table: Any) -> list[Any]:
    async with database.read() as connection:
        return list(await connection.execute(select(table)))
