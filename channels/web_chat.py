"""The widget's channel: a WebSocket, and POST with a streamed answer where there is none; the desk does the rest."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from channels._fallback import add_fallback
from channels._frames import Frame, Heard, Hello, Said, Typing, Visitors, error_frame
from channels._lines import Line
from channels._talk import Chat, Observer, Seen
from channels._typing import ShopperTyping
from support import wording
from support.desk import Desk
from support.limits import RateLimit
from support.model import Inbound
from tracking.errors import Unavailable

_HELLO_SECONDS = 10
_HELLOS = 3
_BAD_FRAMES = 10
_SOCKETS_PER_ADDRESS = 100
_POLICY, _TRY_LATER = 1008, 1013


async def _unseen(_conversation: str, _number: int) -> None:
    """Note nothing."""


def chat_router(
    desk: Desk,
    conversation_limit: RateLimit,
    public_limit: RateLimit,
    visitor_secret: str,
    allowed_origins: frozenset[str] | None,
    observe: Observer = lambda _turn, _seconds: None,
    seen: Seen = _unseen,
    notify_key: str = "",
) -> APIRouter:
    """WS /chat, and its fallback under /chat/. `observe` is told of every turn and the seconds it took.

    With `notify_key`, the public key that browsers subscribe with, orders' cards offer notifications.
    """
    router, visitors = APIRouter(tags=["chat"]), Visitors(visitor_secret)
    chat = Chat(desk, conversation_limit, public_limit, observe, seen, notify_key)
    door = _Door(chat, visitors, allowed_origins)

    @router.websocket("/chat")
    async def talk(socket: WebSocket) -> None:
        with suppress(WebSocketDisconnect, TimeoutError, RuntimeError):
            await door.enter(socket)

    add_fallback(router, chat, visitors)
    return router


@dataclass(slots=True)
class _Door:
    """Lets sockets in: from allowed sites, not too many from one address, and with a hello."""

    chat: Chat
    visitors: Visitors
    allowed_origins: frozenset[str] | None
    open: Counter[str] = field(default_factory=Counter)

    async def enter(self, socket: WebSocket) -> None:
        """Serve one socket until either side leaves."""
        address = socket.client.host if socket.client else ""
        foreign = self.allowed_origins is not None and socket.headers.get("origin", "") not in self.allowed_origins
        if foreign or self.open[address] >= _SOCKETS_PER_ADDRESS:
            return await socket.close(_POLICY if foreign else _TRY_LATER)
        self.open[address] += 1
        try:
            await socket.accept()
            await self._serve(socket, address)
        finally:
            self.open[address] -= 1
            self.open += Counter()  # forgets the addresses that have left
        return None

    async def _serve(self, socket: WebSocket, address: str) -> None:
        greeting = await asyncio.wait_for(self._hello(socket, address), _HELLO_SECONDS)
        if greeting is None:
            return await socket.close(_POLICY)
        conversation, token, after = greeting
        line = Line()
        async with asyncio.TaskGroup() as group:
            frames = self.chat.frames(conversation, token, after, line)
            sending = group.create_task(_send_all(socket, frames))
            try:
                await self._listen(socket, conversation, address, line)
            finally:
                sending.cancel()
        return None

    async def _hello(self, socket: WebSocket, address: str) -> tuple[str, str, int] | None:
        """Read hello frames until one is good: a few, so that a bad token can be followed by none."""
        for _ in range(_HELLOS):
            text = await _text(socket)
            if not self.chat.may_enter(address):
                await socket.send_json(error_frame("too_fast", wording.TOO_FAST))
                return None
            try:
                hello = Hello.model_validate_json(text)
            except ValidationError:
                await socket.send_json(error_frame("bad_request", "Say hello first."))
                continue
            if hello.token is None:
                return (*self.visitors.new(), 0)
            conversation = self.visitors.conversation(hello.token)
            if conversation:
                return conversation, hello.token, hello.after
            await socket.send_json(error_frame("bad_token", "This conversation has ended; a new one begins."))
        return None

    async def _listen(self, socket: WebSocket, conversation: str, address: str, line: Line) -> None:
        bad, typing = 0, ShopperTyping(self.chat.live, conversation)
        try:
            while bad < _BAD_FRAMES:
                text = await _text(socket)
                try:
                    heard = Heard.validate_json(text)
                except ValidationError:
                    bad += 1
                    line.send(error_frame("bad_request", "I couldn't read that."))
                    continue
                if isinstance(heard, Said):
                    self._take(conversation, heard, address, line)
                if isinstance(heard, Said | Typing):
                    await typing.set(isinstance(heard, Typing) and heard.on)
        finally:
            await typing.set(False)
        await socket.close(_POLICY)

    def _take(self, conversation: str, said: Said, address: str, line: Line) -> None:
        refusal = self.chat.refusal(conversation, said, address)
        if refusal:
            return line.send(refusal)
        task = self.chat.say(Inbound(conversation, said.id, said.text, client_address=address))
        task.add_done_callback(lambda done: _report(done, line))
        return None


def _report(answering: asyncio.Task[Frame | None], line: Line) -> None:
    error = None if answering.cancelled() else answering.result()
    if error:
        line.send(error)


async def _text(socket: WebSocket) -> str:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    return message.get("text") or ""


async def _send_all(socket: WebSocket, frames: AsyncGenerator[Frame]) -> None:
    """Send until the line is cut off; then close, so that the client comes back for what it missed."""
    with suppress(WebSocketDisconnect, RuntimeError):
        async with aclosing(frames):
            try:
                async for frame in frames:
                    await socket.send_text(json.dumps(frame))
            except Unavailable:
                await socket.send_json(error_frame("unavailable", wording.TROUBLE))
        await socket.close(_TRY_LATER)
