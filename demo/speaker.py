"""A pretend speaker at `/speaker`: what is typed or said goes to the real webhook, signed as Alexa signs."""

import html
import json
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import httpx
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, select_autoescape
from pydantic import BaseModel, Field, StringConstraints

from demo.alexa_ears import LAUNCH, MadeOut, our_model
from demo.alexa_wire import Speaker, envelope, request, signed
from demo.catalogue import PEOPLE, SHOP
from demo.certificates import certificate, key_of
from demo.linked_account import LinkedAccount

SIGNER = "echo-api.amazon.com"
CERTIFICATE = "/echo.api/doorstep-demo.pem"
_ACCOUNT = "amzn1.ask.account.DEMO"
_LIFE = timedelta(days=30)
_SECONDS = 10
_STATIC = Path(__file__).parent / "static"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
_KINDS = {"speaker.css": "text/css; charset=utf-8", "speaker.js": "text/javascript; charset=utf-8"}


class Said(BaseModel):
    """What was said to the speaker, and what the skill gave it to keep in this session."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
    attributes: dict[str, str] = Field(default_factory=dict, max_length=20)


class Alexa:
    """Plays Alexa for one account: understands, signs with certificates of its own making, shows what comes back."""

    def __init__(self, public_url: str, skill_id: str, account: LinkedAccount) -> None:
        self._public_url, self._skill_id, self.account = public_url, skill_id, account
        now = datetime.now(UTC)
        begins, ends = now - timedelta(hours=1), now + _LIFE
        self._root = certificate("demo root", "demo root", begins, ends)
        self.chain = certificate("demo alexa", "demo root", begins, ends, SIGNER).public_bytes(Encoding.PEM)

    def write_roots(self, file: Path) -> None:
        """Write down whom the skill has to trust so that it takes this speaker for Alexa."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self._root.public_bytes(Encoding.PEM))

    async def say(self, said: Said) -> dict[str, Any]:
        """Have it heard by the skill, and return what the page shows. Raises httpx.HTTPError."""
        made_out = our_model().hear(said.text)
        answer = await self._post(self._envelope(made_out, said.attributes, await self.account.token()))
        return {"heard": {"name": made_out.name, "slots": dict(made_out.slots)}, **shown(answer)}

    def _envelope(self, made_out: MadeOut, attributes: Mapping[str, str], token: str) -> dict[str, Any]:
        id_, now = f"amzn1.echo-api.request.{uuid.uuid4()}", datetime.now(UTC)
        launched = made_out.name == LAUNCH
        asked = request(
            LAUNCH if launched else "IntentRequest", id_, now, "" if launched else made_out.name, made_out.slots
        )
        return envelope(asked, Speaker(self._skill_id, _ACCOUNT, screen=True, token=token), attributes)

    async def _post(self, written: Mapping[str, Any]) -> dict[str, Any]:
        body = json.dumps(written).encode()
        headers = signed(body, key_of("demo alexa"), f"https://s3.amazonaws.com{CERTIFICATE}")
        async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False) as client:
            address = f"{self._public_url}/webhooks/alexa"
            answer = await client.post(address, content=body, headers={"Content-Type": "application/json", **headers})
        given: dict[str, Any] = answer.raise_for_status().json()
        return given


def shown(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a skill's answer is to a shopper: what is heard, what the app and the screen show, what is kept."""
    inner = answer["response"]
    ssml = inner.get("outputSpeech", {}).get("ssml", "")
    return {
        "text": words_of(ssml),
        "ssml": ssml,
        "reprompt": words_of(inner.get("reprompt", {}).get("outputSpeech", {}).get("ssml", "")),
        "card": inner.get("card"),
        "screen": next(
            (one["datasources"]["order"] for one in inner.get("directives", ()) if "datasources" in one), None
        ),
        "open": inner.get("shouldEndSession") is False,
        "attributes": answer.get("sessionAttributes") or {},
    }


def words_of(ssml: str) -> str:
    """Return SSML as it is heard: what is to be spelled has a space after each sign."""
    spelled = re.sub(
        r'<say-as interpret-as="(?:digits|spell-out)">(.*?)</say-as>', lambda match: " ".join(match[1]), ssml
    )
    return html.unescape(re.sub(r"<[^>]+>", "", spelled))


@cache
def speaker_page() -> str:
    """The page as HTML; it refers to nothing outside this server."""
    templates = Environment(loader=FileSystemLoader(_STATIC), autoescape=select_autoescape())
    return templates.get_template("speaker.html").render(device="speaker", shop=SHOP, june=PEOPLE["june"].contact)


def speaker_router(alexa: Alexa) -> APIRouter:
    """The page, its parts, the place of its certificates, the way of its words to the skill, and account linking."""
    router = APIRouter(include_in_schema=False)

    @router.get("/speaker", response_class=HTMLResponse)
    async def speaker() -> HTMLResponse:
        return HTMLResponse(speaker_page(), headers={"Content-Security-Policy": _POLICY})

    @router.get(f"/speaker{CERTIFICATE}")
    async def chain() -> Response:
        return Response(alexa.chain, media_type="application/x-pem-file")

    @router.post("/speaker/said")
    async def say(said: Said) -> dict[str, Any]:
        return await alexa.say(said)

    @router.get("/speaker/account")
    async def account() -> dict[str, bool]:
        return {"linked": alexa.account.linked}

    @router.get("/speaker/link")
    async def link() -> RedirectResponse:
        return RedirectResponse(alexa.account.authorize_url(), 303)

    @router.get("/speaker/linked")
    async def linked(state: str = "", code: str = "") -> RedirectResponse:
        await alexa.account.take(state, code)
        return RedirectResponse("/speaker", 303)

    @router.post("/speaker/unlink", status_code=204)
    async def unlink() -> None:
        await alexa.account.forget()

    @router.get("/speaker/{name}")
    async def part(name: str) -> Response:
        if name not in _KINDS:
            return Response(status_code=404)
        return Response((_STATIC / name).read_text("utf-8"), media_type=_KINDS[name])

    return router
