"""Texting through Twilio, WhatsApp and RCS included: the verified sender's number is proof, STOP is obeyed."""

import re
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import Counter

from channels._sms_text import segments, texts
from channels._twilio import OPTED_OUT, Address, BadSignature, Sender, signed_form, twiml
from channels.base import ChannelPlugin, ChannelServices
from support import wording
from support.desk import IDLE, Instead
from support.model import Inbound, Reply, SignedIdentity, TextState, Turn
from tracking.errors import InvalidInput

_NAME = "Twilio"
_SECONDS = 10.0
"""Twilio gives up after 15 seconds."""
_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
_START = frozenset({"START", "YES", "UNSTOP"})
_HELP = frozenset({"HELP", "INFO"})
_PICTURE = "(a picture)"
"""What stands in the conversation for a text without words."""
_STATES = {
    "accepted": TextState.QUEUED,
    "scheduled": TextState.QUEUED,
    "queued": TextState.QUEUED,
    "sending": TextState.QUEUED,
    "sent": TextState.SENT,
    "delivered": TextState.DELIVERED,
    "read": TextState.DELIVERED,
    "undelivered": TextState.UNDELIVERED,
    "failed": TextState.FAILED,
    "canceled": TextState.FAILED,
}
SEGMENTS = Counter("doorstep_text_segments_total", "Segments of the texts we answered with", ["medium"])
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Received:
    """One text that came in. `told` is a keyword that Twilio has answered itself, `pictured` says it holds media."""

    id: str
    sender: Address
    text: str
    told: str
    pictured: bool

    @classmethod
    def parse(cls, form: dict[str, str]) -> "Received":
        """Read Twilio's form. Raises InvalidInput naming the field."""
        id_ = form.get("MessageSid", "")
        if not re.fullmatch(r"[A-Za-z0-9]{2,64}", id_):
            raise InvalidInput("MessageSid: missing or of the wrong kind.")
        return cls(
            id=id_,
            sender=Address.read(form.get("From", "")),
            text=form.get("Body", ""),
            told=form.get("OptOutType", "").upper(),
            pictured=form.get("NumMedia", "0") not in {"", "0"},
        )

    @property
    def conversation(self) -> str:
        """The conversation that all texts of this address belong to."""
        return f"sms:{self.sender.written()}"

    @property
    def word(self) -> str:
        """The text as a keyword would be written, if it is short enough to be one."""
        return re.sub(r"[\s-]+", "", self.text.strip(" \t\r\n.,!?\"'").upper()) if len(self.text) <= 20 else ""

    def inbound(self) -> Inbound:
        """The text as the desk takes it: Twilio vouches for the sender's number."""
        text = self.text if self.text.strip() or not self.pictured else _PICTURE
        return Inbound(self.conversation, self.id, text, "sms", SignedIdentity(phone=self.sender.number))


class Texting:
    """Answers texts and follows the way of those we send."""

    def __init__(self, services: ChannelServices, seconds: float) -> None:
        self._services, self._seconds = services, seconds

    async def take(self, received: Received) -> list[tuple[str, str]]:
        """Return the texts to answer with, each with the address for reports; none where silence is asked for."""

        async def send(turn: Turn) -> None:
            await self._send(received, turn)

        obeyed = await self._obeyed(received)
        turn = await self._services.answering.answer(received.inbound(), self._seconds, send, obeyed)
        return [] if turn is None else await self._reported(received, turn)

    async def _obeyed(self, received: Received) -> Instead | None:
        """What to do in place of asking the bot; None for a text that is meant for it."""
        number, medium = received.sender.number, received.sender.medium
        word = received.told or received.word
        silent = await self._services.consent.stopped(number, medium)
        if silent and word not in _START:
            return _silence
        if word in _STOP and not await self._answers_about_cancelling(received):
            return self._change(received, True, wording.TEXTS_STOPPED)
        if word in _START and (silent or word != "YES"):
            return self._change(received, False, wording.TEXTS_STARTED)
        if word in _HELP:
            return _saying("" if received.told else wording.TEXTS_HELP)
        return _saying(wording.NO_PICTURES) if received.inbound().text == _PICTURE else None

    def _change(self, received: Received, stopped: bool, words: str) -> Instead:
        async def change() -> tuple[Reply, ...]:
            await self._services.consent.change(received.sender.number, received.sender.medium, stopped)
            return () if received.told else (Reply(words),)

        return change

    async def _answers_about_cancelling(self, received: Received) -> bool:
        """A bare CANCEL after we spoke of cancelling an order is an answer, not a wish for silence."""
        if received.word != "CANCEL" or received.told:
            return False
        last = await self._services.desk.last_reply(received.conversation)
        return last is not None and self._services.clock.now() - last.at < IDLE and "cancel" in last.text.lower()

    async def _reported(self, received: Received, turn: Turn) -> list[tuple[str, str]]:
        return [(text, await self._report_to(received, place, text)) for place, text in enumerate(texts(turn.replies))]

    async def _report_to(self, received: Received, place: int, text: str) -> str:
        key, cost = f"{received.id}:{place}", segments(text)
        note = await self._services.texts.note(key, received.conversation, received.sender.number, cost)
        SEGMENTS.labels(received.sender.medium).inc(cost)
        log.info("text_out", segments=cost, medium=received.sender.medium)
        return f"{self._services.public_url.rstrip('/')}/webhooks/twilio/status?text={note}"

    async def _send(self, received: Received, turn: Turn) -> None:
        """Send by the REST API what came too late to be the answer to Twilio's request."""
        secrets, secret = self._services.secrets, self._services.secret
        sender = Sender(
            secrets("twilio_api_url") or "https://api.twilio.com",
            secret("twilio_account_sid", _NAME),
            secret("twilio_auth_token", _NAME),
            secret("twilio_from", _NAME),
        )
        if await self._services.consent.stopped(received.sender.number, received.sender.medium):
            return
        for text, report_to in await self._reported(received, turn):
            sid, error = await sender.send(received.sender, text, report_to)
            note, state = int(report_to.rpartition("=")[2]), "failed" if error else "queued"
            await self.moved(note, state, sid, error, received.sender)

    async def moved(self, note: int, status: str, sid: str, error: str, to: Address) -> None:
        """Note how far a text has got; one refused because its reader told Twilio to stop opts them out here too."""
        if error == OPTED_OUT:
            await self._services.consent.change(to.number, to.medium, True)
        if status in _STATES:
            await self._services.texts.moved(note, _STATES[status], sid[:64], error[:16])


def router(services: ChannelServices, seconds: float = _SECONDS) -> APIRouter:
    """POST /webhooks/twilio/sms for texts that come in, /webhooks/twilio/status for the way of those that go out.

    What takes longer than `seconds` is sent by Twilio's REST API when it is there.
    """
    routes, texting = APIRouter(tags=["texting"]), Texting(services, seconds)
    answers: dict[int | str, dict[str, Any]] = {
        401: {"description": "Bad signature"},
        503: {"description": "Not configured, or try again later"},
    }

    async def form_of(request: Request) -> dict[str, str]:
        token = services.secret("twilio_auth_token", _NAME)
        return await signed_form(request, services.public_url, token)

    @routes.post("/webhooks/twilio/sms", response_class=Response, responses=answers)
    async def sms(request: Request) -> Response:
        """A text of a shopper; the answer is TwiML, empty where it is sent later or silence is asked for."""
        try:
            form = await form_of(request)
        except BadSignature as error:
            return _refused(error)
        return Response(twiml(await texting.take(Received.parse(form))), media_type="application/xml")

    @routes.post("/webhooks/twilio/status", status_code=204, responses=answers)
    async def status(request: Request) -> Response:
        """How far one of our texts has got."""
        try:
            form = await form_of(request)
        except BadSignature as error:
            return _refused(error)
        note = request.query_params.get("text", "")
        if note.isascii() and note.isdigit() and len(note) <= 15:
            state, sid = form.get("MessageStatus", ""), form.get("MessageSid", "")
            await texting.moved(int(note), state, sid, form.get("ErrorCode", ""), Address.read(form.get("To", "")))
        return Response(status_code=204)

    return routes


def _refused(error: BadSignature) -> JSONResponse:
    return JSONResponse({"error": {"code": "bad_signature", "message": str(error)}}, 401)


async def _silence() -> tuple[Reply, ...]:
    return ()


def _saying(words: str) -> Instead:
    async def say() -> tuple[Reply, ...]:
        return (Reply(words),) if words else ()

    return say


CHANNEL = ChannelPlugin("twilio", "SMS, WhatsApp and RCS (Twilio)", ("twilio_auth_token",), router)
