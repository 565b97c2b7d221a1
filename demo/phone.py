"""A pretend phone at `/phone`: texts go through the real webhook, signed as Twilio signs; mounted by the demo alone."""

import secrets
from collections import deque
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

import httpx
from fastapi import APIRouter, BackgroundTasks, Depends, Form, Query
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from jinja2 import Environment, FileSystemLoader, select_autoescape
from pydantic import BaseModel, Field
from smsutil import is_valid_gsm, split
from twilio.request_validator import RequestValidator

from demo.catalogue import PEOPLE, SHOP

PHONE = r"^\+[0-9]{8,15}$"
STRANGER = "+12025550199"
SHOP_NUMBER = "+12025550100"
TWILIO = "/phone/twilio"
"""Below this address the demo's phone network answers as Twilio's REST API."""
_MOST_WAITING = 50
_STATIC = Path(__file__).parent / "static"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
_KINDS = {"phone.css": "text/css; charset=utf-8", "phone.js": "text/javascript; charset=utf-8"}


class Asked(BaseModel):
    """A text that the shop sends by itself, in Twilio's words."""

    To: str = Field(pattern=PHONE)
    Body: str = Field(min_length=1, max_length=1600)
    StatusCallback: str = ""


class Typed(BaseModel):
    """What is typed into the pretend phone, and whose phone it is."""

    sender: str = Field(pattern=PHONE)
    text: str = Field(min_length=1, max_length=1600)


@dataclass(frozen=True, slots=True)
class Carrier:
    """Plays Twilio: signs what it delivers, sends on what it is answered, reports it as delivered.

    What the shop sends by itself (Twilio's REST API) waits in `inboxes` until the phone of that number is looked at.
    """

    public_url: str
    token: str
    inboxes: dict[str, deque[str]] = field(default_factory=dict)

    async def deliver(self, typed: Typed) -> list[str]:
        """Bring a text to the shop's webhook and return the texts that come back. Raises httpx.HTTPError."""
        fields = {
            "MessageSid": _new_id(),
            "From": typed.sender,
            "To": SHOP_NUMBER,
            "Body": typed.text,
            "NumMedia": "0",
        }
        async with httpx.AsyncClient(timeout=15, trust_env=False) as client:
            answer = await self._post(client, f"{self.public_url}/webhooks/twilio/sms", fields)
            messages = ElementTree.fromstring(answer.content).findall("Message")  # noqa: S314 - our own answer
        for message in messages:
            await self.report(_new_id(), typed.sender, message.get("statusCallback", ""))
        return [message.text or "" for message in messages]

    def take(self, to: str, text: str) -> str:
        """Take a text that the shop sends to a phone; return the id that Twilio would give it."""
        self.inboxes.setdefault(to, deque(maxlen=_MOST_WAITING)).append(text)
        return _new_id()

    def waiting(self, phone: str) -> list[str]:
        """Return the texts that have come for a phone since it was looked at."""
        return list(self.inboxes.pop(phone, ()))

    async def report(self, id_: str, to: str, address: str) -> None:
        """Report a text as delivered. Raises httpx.HTTPError."""
        async with httpx.AsyncClient(timeout=15, trust_env=False) as client:
            await self._post(client, address, {"MessageSid": id_, "MessageStatus": "delivered", "To": to})

    async def _post(self, client: httpx.AsyncClient, address: str, fields: dict[str, str]) -> httpx.Response:
        signature = RequestValidator(self.token).compute_signature(address, fields)
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        # The report's address is ours, but may name a host that only the outside world can reach.
        path = urlsplit(address)
        here = f"{self.public_url}{path.path}" + (f"?{path.query}" if path.query else "")
        return (await client.post(here, content=urlencode(fields), headers=headers)).raise_for_status()


def _new_id() -> str:
    return f"SM{secrets.token_hex(16)}"


@cache
def phone_page() -> str:
    """The page as HTML; it refers to nothing outside this server."""
    templates = Environment(loader=FileSystemLoader(_STATIC), autoescape=select_autoescape())
    return templates.get_template("phone.html").render(
        device="phone", shop=SHOP, june=PEOPLE["june"].contact, wren=PEOPLE["wren"].contact, stranger=STRANGER
    )


def phone_router(carrier: Carrier) -> APIRouter:
    """The page, its parts, and the way of its texts to the shop."""
    router, basic = APIRouter(include_in_schema=False), HTTPBasic()

    @router.get("/phone", response_class=HTMLResponse)
    async def phone() -> HTMLResponse:
        return HTMLResponse(phone_page(), headers={"Content-Security-Policy": _POLICY})

    @router.get("/phone/texts")
    async def look(phone: Annotated[str, Query(pattern=PHONE)]) -> dict[str, list[dict[str, object]]]:
        return {"texts": [_shown(text) for text in carrier.waiting(phone)]}

    @router.get("/phone/{name}")
    async def part(name: str) -> Response:
        if name not in _KINDS:
            return Response(status_code=404)
        return Response((_STATIC / name).read_text("utf-8"), media_type=_KINDS[name])

    @router.post("/phone/texts")
    async def send(typed: Typed) -> dict[str, list[dict[str, object]]]:
        return {"texts": [_shown(text) for text in await carrier.deliver(typed)]}

    @router.post(f"{TWILIO}/2010-04-01/Accounts/{{account}}/Messages.json")
    async def send_by_itself(
        caller: Annotated[HTTPBasicCredentials, Depends(basic)], asked: Annotated[Asked, Form()], later: BackgroundTasks
    ) -> JSONResponse:
        if not secrets.compare_digest(caller.password.encode(), carrier.token.encode()):
            return JSONResponse({"code": 20003, "message": "Authenticate", "status": 401}, 401)
        id_ = carrier.take(asked.To, asked.Body)
        if asked.StatusCallback:
            later.add_task(carrier.report, id_, asked.To, asked.StatusCallback)
        return JSONResponse({"sid": id_, "status": "queued", "to": asked.To, "error_code": None}, 201)

    return router


def _shown(text: str) -> dict[str, object]:
    return {"text": text, "segments": len(split(text).parts), "plain": is_valid_gsm(text)}
