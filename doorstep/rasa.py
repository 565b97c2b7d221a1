"""The one client of the bot box: speaks its loopback protocol and turns every failure into Unavailable."""

from typing import Any

import httpx
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
        self._client = httpx.AsyncClient(
            base_url=url, headers={SECRET_HEADER: secret}, timeout=timeout, trust_env=False
        )

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
            response = await self._client.post("/webhooks/desk/webhook", json=message)
            response.raise_for_status()
            answer = _Answer.model_validate_json(response.content)
        except (httpx.HTTPError, ValidationError) as error:
            raise Unavailable(f"The bot box did not answer ({type(error).__name__}); is it running?") from error
        return BotReply(tuple(map(_reply, answer.replies)), answer.intent.name, answer.intent.confidence)

    async def ready(self) -> bool:
        """Whether the bot box listens; it does so only once its model is loaded."""
        try:
            await self._client.get("/webhooks/desk/", timeout=_READY_SECONDS)
        except httpx.HTTPError:
            return False
        return True

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()


def _reply(reply: _Reply) -> Reply:
    return Reply(reply.text, tuple(Button(b.title, b.payload) for b in reply.buttons), reply.card)
