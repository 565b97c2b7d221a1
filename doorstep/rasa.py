"""The one client of the bot box: speaks its loopback protocol and turns every failure into Unavailable."""

from typing import Any

import aiohttp
from pydantic import BaseModel, ValidationError

from support.model import Button, Inbound, Reply
from support.ports import BotReply
from tracking.errors import Unavailable

SECRET_HEADER = "X-Doorstep-Secret"  # noqa: S105 - the name of a header
_READY_SECONDS = 2.0


class _Button(BaseModel):
    title: str
    payload: str


class _Reply(BaseModel):
    text: str
    buttons: list[_Button] = []
    card: dict[str, Any] | None = None


class _Intent(BaseModel):
    name: str | None = None
    confidence: float = 0.0


class _Answer(BaseModel):
    replies: list[_Reply]
    intent: _Intent = _Intent()


class RasaBot:
    """Implements `support.ports.Bot` against the bot box at `url`; `timeout` is in seconds."""

    def __init__(self, url: str, secret: str, timeout: float) -> None:
        self._url, self._secret, self._timeout = url, secret, timeout
        self._kept: aiohttp.ClientSession | None = None

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._kept is None:
            self._kept = aiohttp.ClientSession(self._url, timeout=aiohttp.ClientTimeout(total=self._timeout))
        return self._kept

    async def respond(self, inbound: Inbound, command: bool) -> BotReply:
        """Give one message to the bot box. Raises Unavailable when it is down, slow or answers nonsense."""
        message = {
            "sender": inbound.conversation,
            "text": inbound.text,
            "command": command,
            "channel": inbound.channel,
            "metadata": {"phone": inbound.identity.phone, "email": inbound.identity.email},
        }
        try:
            async with self._session.post(
                "/webhooks/desk/webhook", json=message, headers={SECRET_HEADER: self._secret}, raise_for_status=True
            ) as response:
                answer = _Answer.model_validate_json(await response.read())
        except (aiohttp.ClientError, TimeoutError, ValidationError) as error:
            raise Unavailable(f"The bot box did not answer ({type(error).__name__}); is it running?") from error
        return BotReply(tuple(map(_reply, answer.replies)), answer.intent.name, answer.intent.confidence)

    async def ready(self) -> bool:
        """Whether the bot box listens; it does so only once its model is loaded."""
        try:
            async with self._session.get("/webhooks/desk/", timeout=aiohttp.ClientTimeout(total=_READY_SECONDS)):
                return True
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def close(self) -> None:
        """Close its connections."""
        if self._kept is not None:
            await self._kept.close()


def _reply(reply: _Reply) -> Reply:
    return Reply(reply.text, tuple(Button(b.title, b.payload) for b in reply.buttons), reply.card)
