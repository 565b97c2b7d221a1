"""The widget's channel: a WebSocket, and POST with a streamed answer where there is none; the desk does the rest."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, HTTPException, Query, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse, StreamingResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import BaseModel, Field, ValidationError

from support import wording
from support.desk import MESSAGE_LIMIT, Desk
from support.limits import RateLimit
from support.model import Inbound, Message
from tracking.errors import Unavailable

TOKEN_SECONDS = 30 * 24 * 3600
_HELLO_SECONDS = 10
_PING_SECONDS = 15
_BAD_FRAMES = 10
_QUEUE = 500
Frame = dict[str, Any]


class Hello(BaseModel):
    """Who comes back: a visitor's token, and the last message number seen."""

    token: str | None = Field(default=None, max_length=500)
    after: int = Field(default=0, ge=0, le=10**9)


class Said(BaseModel):
    """A message of the shopper; `id` is made by the client and never used twice."""

    id: str = Field(min_length=1, max_length=64, pattern=r"^[\w-]+$")
    text: str = Field(max_length=20_000)


class _FrameIn(BaseModel):
    type: Literal["hello", "message", "typing"]


class Visitors:
    """Signed tokens that carry a visitor's conversation id, and nothing else."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="doorstep-visitor")

    def new(self) -> tuple[str, str]:
        """Make a conversation id and its token."""
        conversation = f"web-{secrets.token_hex(12)}"
        return conversation, self._serializer.dumps(conversation)

    def conversation(self, token: str) -> str | None:
        """The conversation of a token; None if it is forged or older than 30 days."""
        try:
            return str(self._serializer.loads(token, max_age=TOKEN_SECONDS))
        except BadSignature:
            return None


def frame_of(message: Message) -> Frame:
    """A message as the widget reads it."""
    return {
        "number": message.number,
        "author": message.author,
        "id": message.message_id,
        "text": message.text,
        "buttons": [{"title": b.title, "payload": b.payload} for b in message.buttons],
        "card": message.card,
        "at": message.at.isoformat(),
    }


def _error(code: str, text: str, id_: str | None = None) -> Frame:
    return {"type": "error", "code": code, "text": text, **({"id": id_} if id_ else {})}


class Chat:
    """Takes shoppers' messages to the desk and brings everything said to every open connection of the visitor."""

    def __init__(self, desk: Desk, conversation_limit: RateLimit, public_limit: RateLimit) -> None:
        self._desk, self._conversation_limit, self._public_limit = desk, conversation_limit, public_limit
        self._answering: set[asyncio.Task[None]] = set()

    def say(self, conversation: str, said: Said, address: str, out: asyncio.Queue[Frame]) -> None:
        """Answer in the background: a connection that breaks doesn't break the answer."""
        if len(said.text) > MESSAGE_LIMIT:
            out.put_nowait(_error("too_long", wording.TOO_LONG.format(limit=MESSAGE_LIMIT), said.id))
        elif not said.text.strip():
            out.put_nowait(_error("bad_request", wording.EMPTY, said.id))
        elif not self._public_limit.allow(address) or not self._conversation_limit.allow(conversation):
            out.put_nowait(_error("too_fast", wording.TOO_FAST, said.id))
        else:
            task = asyncio.create_task(self._answer(conversation, said, address, out))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    async def _answer(self, conversation: str, said: Said, address: str, out: asyncio.Queue[Frame]) -> None:
        _offer(out, {"type": "typing", "author": "bot", "on": True})
        try:
            await self._desk.handle(Inbound(conversation, said.id, said.text, "web", client_address=address))
        except Unavailable:
            _offer(out, _error("unavailable", wording.TROUBLE, said.id))
        finally:
            _offer(out, {"type": "typing", "author": "bot", "on": False})

    async def welcome(self, conversation: str, token: str, after: int) -> Frame:
        """The first frame: who owns the conversation, and what was said after `after`."""
        known = await self._desk.conversation(conversation)
        messages: list[Message] = []
        while page := await self._desk.history(conversation, messages[-1].number if messages else after):
            messages += page
        return {
            "type": "welcome",
            "token": token,
            "owner": known.owner if known else "bot",
            "messages": [frame_of(message) for message in messages],
        }

    async def frames(
        self, conversation: str, token: str, after: int, out: asyncio.Queue[Frame]
    ) -> AsyncIterator[Frame]:
        """The welcome, then all that is said, each message once; listens before it reads, so nothing falls between."""

        async def told(message: Message) -> None:
            _offer(out, {"type": "message", **frame_of(message)})

        async with self._desk.listening(conversation, told):
            first = await self.welcome(conversation, token, after)
            seen = max([after, *(message["number"] for message in first["messages"])])
            yield first
            while True:
                frame = await out.get()
                if frame["type"] != "message" or frame["number"] > seen:
                    seen = max(seen, frame.get("number", 0))
                    yield frame


def _offer(out: asyncio.Queue[Frame], frame: Frame) -> None:
    """Queue a frame; a client that has stopped reading loses it, and gets it from the store when it comes back."""
    with suppress(asyncio.QueueFull):
        out.put_nowait(frame)


def chat_router(
    desk: Desk,
    conversation_limit: RateLimit,
    public_limit: RateLimit,
    visitor_secret: str,
    allowed_origins: frozenset[str] | None,
) -> APIRouter:
    """WS /chat, and its fallback under /chat/."""
    router, visitors = APIRouter(tags=["chat"]), Visitors(visitor_secret)
    chat = Chat(desk, conversation_limit, public_limit)
    _add_socket(router, chat, visitors, allowed_origins)
    _add_fallback(router, chat, visitors)
    return router


def _add_socket(router: APIRouter, chat: Chat, visitors: Visitors, allowed_origins: frozenset[str] | None) -> None:
    @router.websocket("/chat")
    async def talk(socket: WebSocket) -> None:
        if allowed_origins is not None and socket.headers.get("origin", "") not in allowed_origins:
            await socket.close(1008)
            return
        await socket.accept()
        with suppress(WebSocketDisconnect, TimeoutError, RuntimeError):
            await _talk(socket, chat, visitors)


async def _talk(socket: WebSocket, chat: Chat, visitors: Visitors) -> None:
    greeting = await _hello(socket, visitors)
    if greeting is None:
        await socket.close(1008)
        return
    conversation, token, after = greeting
    out: asyncio.Queue[Frame] = asyncio.Queue(_QUEUE)
    address = socket.client.host if socket.client else ""
    async with asyncio.TaskGroup() as group:
        sending = group.create_task(_send_all(socket, chat.frames(conversation, token, after, out)))
        try:
            await _listen(socket, chat, conversation, address, out)
        finally:
            sending.cancel()


async def _hello(socket: WebSocket, visitors: Visitors) -> tuple[str, str, int] | None:
    """Read hello frames until one is good: at most three, so that a bad token can be followed by none."""
    for _ in range(3):
        text = await asyncio.wait_for(_text(socket), _HELLO_SECONDS)
        try:
            hello = Hello.model_validate_json(text)
        except ValidationError:
            await socket.send_json(_error("bad_request", "Say hello first."))
            continue
        if hello.token is None:
            return (*visitors.new(), 0)
        conversation = visitors.conversation(hello.token)
        if conversation:
            return conversation, hello.token, hello.after
        await socket.send_json(_error("bad_token", "This conversation has ended; a new one begins."))
    return None


async def _text(socket: WebSocket) -> str:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    return message.get("text") or ""


async def _send_all(socket: WebSocket, frames: AsyncIterator[Frame]) -> None:
    try:
        async for frame in frames:
            await socket.send_text(json.dumps(frame))
    except (WebSocketDisconnect, RuntimeError):
        return
    except Unavailable:
        await socket.send_json(_error("unavailable", wording.TROUBLE))
        await socket.close(1013)


async def _listen(socket: WebSocket, chat: Chat, conversation: str, address: str, out: asyncio.Queue[Frame]) -> None:
    bad = 0
    while bad < _BAD_FRAMES:
        text = await _text(socket)
        try:
            kind = _FrameIn.model_validate_json(text).type
            if kind == "message":
                chat.say(conversation, Said.model_validate_json(text), address, out)
        except ValidationError:
            bad += 1
            _offer(out, _error("bad_request", "I couldn't read that."))
    await socket.close(1008)


def _add_fallback(router: APIRouter, chat: Chat, visitors: Visitors) -> None:
    def conversation_of(authorization: str) -> tuple[str, str]:
        token = authorization.removeprefix("Bearer ")
        conversation = visitors.conversation(token)
        if conversation is None:
            raise HTTPException(401, "bad_token", {"WWW-Authenticate": "Bearer"})
        return conversation, token

    @router.post("/chat/hello")
    async def hello(greeting: Hello) -> JSONResponse:
        """Begin or resume a conversation without a WebSocket."""
        conversation, token = visitors.new() if greeting.token is None else conversation_of(greeting.token)
        return JSONResponse(await chat.welcome(conversation, token, greeting.after if greeting.token else 0))

    @router.post("/chat/messages", status_code=202)
    async def say(said: Said, request: Request, authorization: Annotated[str, Header()] = "") -> JSONResponse:
        """Say something; what comes of it arrives on /chat/events."""
        conversation, _ = conversation_of(authorization)
        heard: asyncio.Queue[Frame] = asyncio.Queue(_QUEUE)
        chat.say(conversation, said, request.client.host if request.client else "", heard)
        refusal = None if heard.empty() else heard.get_nowait()
        status = {"too_fast": 429, "too_long": 413}.get(refusal["code"], 400) if refusal else 202
        return JSONResponse(refusal or {"status": "accepted"}, status)

    @router.get("/chat/events")
    async def events(
        after: Annotated[int, Query(ge=0, le=10**9)] = 0, authorization: Annotated[str, Header()] = ""
    ) -> StreamingResponse:
        """Everything said after message number `after`, as server-sent events, until the client leaves."""
        conversation, token = conversation_of(authorization)
        out: asyncio.Queue[Frame] = asyncio.Queue(_QUEUE)
        frames = chat.frames(conversation, token, after, out)
        return StreamingResponse(_stream(frames), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _stream(frames: AsyncIterator[Frame]) -> AsyncIterator[str]:
    """Frames as events, with a comment whenever nothing happens for a while, so that proxies keep the line open."""
    following = asyncio.ensure_future(anext(frames))
    try:
        while True:
            done, _ = await asyncio.wait({following}, timeout=_PING_SECONDS)
            if not done:
                yield ": still here\n\n"
                continue
            yield f"data: {json.dumps(following.result())}\n\n"
            following = asyncio.ensure_future(anext(frames))
    except StopAsyncIteration:
        return
    finally:
        following.cancel()
