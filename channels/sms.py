"""Texting through Twilio, WhatsApp and RCS included: the verified sender's number is proof, STOP is obeyed."""

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from alerts.model import NotSent
from channels._mms import Media, job_of, picture_urls
from channels._texts_out import PREFIX, TextsOut
from channels._twilio import Address, BadSignature, signed_form, twiml
from channels.base import ChannelPlugin, ChannelServices, Way
from support import wording
from support.desk import IDLE, Instead
from support.jobs import Job
from support.model import Inbound, Reply, SignedIdentity, Turn
from support.pictures import Pictures
from tracking.errors import InvalidInput

_NAME = "Twilio"
_SECONDS = 10.0
"""Twilio gives up after 15 seconds."""
_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
_START = frozenset({"START", "YES", "UNSTOP"})
_HELP = frozenset({"HELP", "INFO"})


@dataclass(frozen=True, slots=True)
class Received:
    """One text that came in. `told` is a keyword that Twilio has answered itself, `pictured` says it holds media.

    `pictures` are the addresses of those media that are said to be pictures.
    """

    id: str
    sender: Address
    text: str
    told: str
    pictured: bool
    pictures: tuple[str, ...] = ()

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
            pictures=picture_urls(form),
        )

    @property
    def conversation(self) -> str:
        """The conversation that all texts of this address belong to."""
        return f"{PREFIX}{self.sender.written()}"

    @property
    def word(self) -> str:
        """The text as a keyword would be written, if it is short enough to be one."""
        return re.sub(r"[\s-]+", "", self.text.strip(" \t\r\n.,!?\"'").upper()) if len(self.text) <= 20 else ""

    @property
    def is_wordless(self) -> bool:
        """Whether it is media and nothing else."""
        return self.pictured and not self.text.strip()

    def inbound(self) -> Inbound:
        """The text as the desk takes it: Twilio vouches for the sender's number."""
        text = wording.A_PICTURE if self.is_wordless else self.text
        return Inbound(self.conversation, self.id, text, "sms", SignedIdentity(phone=self.sender.number))


class Texting:
    """Answers texts and follows the way of those we send."""

    def __init__(self, services: ChannelServices, seconds: float) -> None:
        self._services, self._seconds, self._out = services, seconds, TextsOut(services)

    async def take(self, received: Received) -> list[tuple[str, str]]:
        """Return the texts to answer with, each with the address for reports; none where silence is asked for."""
        obeyed = await self._obeyed(received)
        passed_on = obeyed is None and await self._pass_on(received)
        if obeyed is None and received.is_wordless:
            obeyed = self._thanked(received) if passed_on else _saying(wording.NO_PICTURES)

        def replies(turn: Turn) -> tuple[Reply, ...]:
            """Words that came with a picture are also told where that went, unless a person has read both."""
            more = passed_on and not received.is_wordless and turn.replies
            return (*turn.replies, Reply(wording.PICTURE_PASSED_ON)) if more else turn.replies

        async def late(turn: Turn) -> None:
            await self._send_late(received, replies(turn))

        turn = await self._services.answering.answer(received.inbound(), self._seconds, late, obeyed)
        noted = await self._out.noted(received.sender, received.id, replies(turn)) if turn else []
        return [(text, self._out.report_to(note)) for text, note in noted]

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
        return None

    async def _pass_on(self, received: Received) -> bool:
        """Have a text's pictures fetched, before it is answered, so that none is lost; say whether there are any."""
        pictures = self._services.pictures
        if pictures is None:
            return False
        for place, url in enumerate(received.pictures):
            job = job_of(received.id, place, url, received.conversation, received.sender)
            await pictures.files.fetch_later(received.conversation, job["id"], job)
        return bool(received.pictures)

    def _thanked(self, received: Received) -> Instead:
        async def thank() -> tuple[Reply, ...]:
            known = await self._services.desk.conversation(received.conversation)
            human = known is not None and known.owner == "human"
            return () if human else (await self._services.desk.thanks(received.conversation),)

        return thank

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

    async def _send_late(self, received: Received, replies: tuple[Reply, ...]) -> None:
        """Send by the REST API what came too late to be the answer to Twilio's request."""
        with suppress(NotSent):  # noted with the text
            await self._out.send(received.sender, received.id, replies)


def router(services: ChannelServices, seconds: float = _SECONDS) -> APIRouter:
    """POST /webhooks/twilio/sms for texts that come in, /webhooks/twilio/status for the way of those that go out.

    What takes longer than `seconds` is sent by Twilio's REST API when it is there.
    """
    routes, texting, out = APIRouter(tags=["texting"]), Texting(services, seconds), TextsOut(services)
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
            await out.moved(int(note), state, sid, form.get("ErrorCode", ""), Address.read(form.get("To", "")))
        return Response(status_code=204)

    return routes


def fetching(services: ChannelServices, pictures: Pictures) -> Callable[[Job], Awaitable[None]]:
    """What does the jobs of the kind "mms", which bring in the pictures of texts."""
    return Media(services, pictures).fetch


def _refused(error: BadSignature) -> JSONResponse:
    return JSONResponse({"error": {"code": "bad_signature", "message": str(error)}}, 401)


async def _silence() -> tuple[Reply, ...]:
    return ()


def _saying(words: str) -> Instead:
    async def say() -> tuple[Reply, ...]:
        return (Reply(words),) if words else ()

    return say


CHANNEL = ChannelPlugin(
    "twilio",
    "SMS, WhatsApp and RCS (Twilio)",
    ("twilio_auth_token",),
    router,
    Way(PREFIX, lambda services: TextsOut(services).deliver),
)
