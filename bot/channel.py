"""The one door of the bot box: the desk's messages in, replies out; it decides nothing about the dialogue."""

import hmac
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.core.constants import DEFAULT_INTENTS
from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.action_calls import TurnError
from bot.logs import log

SECRET_HEADER = "X-Doorstep-Secret"  # noqa: S105 - the name of a header
CHANNELS = ("web", "sms", "voice")
MAX_BODY_BYTES = 64 * 1024
MAX_TEXT_CHARS = 4000
MAX_SENDER_CHARS = 255
RANKING_KEPT = 3
SLASHES = "/\\\u2044\u2215\u29f8\uff0f\uff3c"
COMMAND = re.compile(r"/(?P<intent>[A-Za-z_]\w*)\s*(?P<entities>\{.*\})?\s*", re.DOTALL)


class BadMessageError(ValueError):
    """The request doesn't keep to the protocol; the text says how, without quoting it."""


@dataclass(frozen=True)
class DeskMessage:
    """One checked message of the desk."""

    sender: str
    text: str
    command: bool
    channel: str
    metadata: dict[str, Any]

    @classmethod
    def read(cls, body: bytes) -> "DeskMessage":
        """Check a request's body; raises BadMessageError."""
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise BadMessageError("not JSON") from error
        if not isinstance(raw, dict):
            raise BadMessageError("not an object")
        sender, text = raw.get("sender"), raw.get("text")
        command, channel, metadata = raw.get("command", False), raw.get("channel", "web"), raw.get("metadata") or {}
        if not isinstance(sender, str) or not sender.isprintable() or not 0 < len(sender) <= MAX_SENDER_CHARS:
            raise BadMessageError("sender: a printable text of 1 to 255 characters is needed")
        if not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT_CHARS:
            raise BadMessageError("text: 1 to 4000 characters are needed")
        if not isinstance(command, bool) or channel not in CHANNELS or not isinstance(metadata, dict):
            raise BadMessageError("command, channel or metadata is of the wrong kind")
        return cls(sender, text.encode("utf-8", "replace").decode(), command, channel, metadata)


class DeskOutput(OutputChannel):  # type: ignore[misc]
    """Collects the replies of one turn."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.replies: list[dict[str, Any]] = []

    # Rasa asks the instance, and picks the response variation of this name.
    def name(self) -> str:  # type: ignore[override]
        """Return web, sms or voice."""
        return self._channel

    def _add_text(self, text: str, buttons: list[dict[str, Any]] | None = None) -> None:
        last = self.replies[-1] if self.replies else None
        if last is None or last["buttons"]:
            self.replies.append({"text": text, "buttons": buttons or []})
            return
        last["text"] = f"{last['text']}\n{text}" if last["text"] else text
        last["buttons"] = buttons or []

    async def send_text_message(self, _: str, text: str, **__: Any) -> None:
        """Join a text to the reply under way; one with buttons is finished."""
        self._add_text(text.strip())

    async def send_text_with_buttons(self, _: str, text: str, buttons: list[dict[str, Any]], **__: Any) -> None:
        """Join a text and finish the reply with its buttons."""
        self._add_text(text.strip(), [{"title": b["title"], "payload": b["payload"]} for b in buttons])

    async def send_custom_json(self, _: str, json_message: dict[str, Any], **__: Any) -> None:
        """Attach a card to the reply under way; a second card begins a second reply."""
        card = json_message.get("card")
        if card is None:
            log("unknown_custom_message", logging.WARNING, keys=sorted(json_message)[:5])
            return
        if not self.replies or "card" in self.replies[-1]:
            self.replies.append({"text": "", "buttons": []})
        self.replies[-1]["card"] = card


def plain_text(text: str) -> str:
    """Return what the shopper typed without leading slashes, so that no part of Rasa can take it for an intent."""
    bare = re.sub(rf"^[\s{re.escape(SLASHES)}\u200b-\u200f\u2060\ufeff]+", "", text)
    return bare or "?"


def command_data(text: str, domain: Domain) -> dict[str, Any]:
    """Read a button's `/intent{"entity": "value"}` as parse data; raises BadMessageError for anything else."""
    match = COMMAND.fullmatch(text.strip())
    if match is None or match["intent"] not in set(domain.intents) - set(DEFAULT_INTENTS):
        raise BadMessageError("command: not an intent of this assistant")
    try:
        values = json.loads(match["entities"] or "{}")
    except ValueError as error:
        raise BadMessageError("command: entities are not JSON") from error
    entities = [
        {"entity": name, "value": value, "start": 0, "end": len(text), "extractor": "command"}
        for name, values_ in values.items()
        for value in (values_ if isinstance(values_, list) else [values_])
    ]
    intent = {"name": match["intent"], "confidence": 1.0}
    return {"text": text.strip(), "intent": intent, "intent_ranking": [intent], "entities": entities}


@dataclass
class DeskInput(InputChannel):  # type: ignore[misc]
    """Answers POST /webhooks/desk/webhook for callers who know the shared secret."""

    secret: str = field(repr=False)

    @classmethod
    def name(cls) -> str:
        """Return the part of the address that is ours."""
        return "desk"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "DeskInput":
        """Read `secret`; an empty one is refused, so that the door is never open by mistake."""
        secret = str((credentials or {}).get("secret") or "")
        if not secret:
            raise RasaException("DOORSTEP_BOT_SECRET is not set: the bot box would answer anyone.")
        return cls(secret)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Make the routes: the webhook and a health check that needs no secret."""
        routes = Blueprint("desk", "desk")

        @routes.get("/")
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            if not self._knows_secret(request):
                return response.json({"error": "wrong secret"}, status=401)
            if len(request.body) > MAX_BODY_BYTES:
                return response.json({"error": "too long"}, status=413)
            try:
                return await self._answer(request.app.ctx.agent, DeskMessage.read(request.body), on_new_message)
            except BadMessageError as error:
                return response.json({"error": str(error)}, status=400)

        return routes

    def _knows_secret(self, request: Request) -> bool:
        given = request.headers.get(SECRET_HEADER, "")
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.secret.encode())

    async def _answer(
        self, agent: Agent, message: DeskMessage, on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> HTTPResponse:
        started, output = time.perf_counter(), DeskOutput(message.channel)
        try:
            parsed = await self._parse(agent, message)
            await on_new_message(
                UserMessage(
                    parsed["text"],
                    output,
                    message.sender,
                    parse_data=parsed,
                    input_channel=message.channel,
                    metadata=message.metadata,
                )
            )
        except BadMessageError:
            raise
        except (Exception, TurnError) as error:  # noqa: BLE001 - the desk must get an answer, whatever broke
            ms = round((time.perf_counter() - started) * 1000)
            log("turn_failed", logging.ERROR, error, channel=message.channel, ms=ms)
            return response.json({"error": "turn failed"}, status=500)
        intent = {key: parsed["intent"].get(key) for key in ("name", "confidence")}
        return response.json({"replies": output.replies, "intent": intent})

    @staticmethod
    async def _parse(agent: Agent, message: DeskMessage) -> dict[str, Any]:
        # Only a command may name an intent, and only here; a text goes through the classifier, bare of slashes.
        if message.command and message.text.lstrip().startswith("/"):
            return command_data(message.text, agent.domain)
        text = plain_text(message.text)
        parsed: dict[str, Any] = await agent.processor.parse_message(UserMessage(text, sender_id=message.sender))
        ranking = parsed.get("intent_ranking", [])[:RANKING_KEPT]
        kept = {key: value for key, value in parsed.items() if key != "text_tokens"}
        return {**kept, "text": text, "intent_ranking": ranking}
