"""The chat without a WebSocket: POST to speak, a streamed GET to listen."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from channels._frames import LAST_NUMBER, Frame, Hello, Said, Visitors, error_frame
from channels._lines import Line
from channels._talk import Chat
from support import wording
from support.model import Inbound
from tracking.errors import Unavailable

_PING_SECONDS = 15.0
_STATUS = {"bad_request": 400, "bad_token": 401, "too_long": 413, "too_fast": 429, "unavailable": 503}
_BAD_TOKEN = error_frame("bad_token", "This conversation has ended; a new one begins.")
_REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "The visitor's token is forged or has ended: say hello again without one"},
    429: {"description": "Too fast"},
    503: {"description": "Try again later"},
}
_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def add_fallback(router: APIRouter, chat: Chat, visitors: Visitors) -> None:
    """Add POST /chat/hello, POST /chat/messages and GET /chat/events."""
    _add_hello(router, chat, visitors)
    _add_messages(router, chat, visitors)
    _add_events(router, chat, visitors)


def _add_hello(router: APIRouter, chat: Chat, visitors: Visitors) -> None:
    @router.post("/chat/hello", responses=_REFUSALS)
    async def hello(greeting: Hello, request: Request) -> Response:
        """Begin or resume a conversation without a WebSocket."""
        if not chat.may_enter(_address(request)):
            return _refused(error_frame("too_fast", wording.TOO_FAST))
        if greeting.token is None:
            return JSONResponse(await chat.welcome(*visitors.new(), 0))
        conversation = visitors.conversation(greeting.token)
        if conversation is None:
            return _refused(_BAD_TOKEN)
        return JSONResponse(await chat.welcome(conversation, greeting.token, greeting.after))


def _add_messages(router: APIRouter, chat: Chat, visitors: Visitors) -> None:
    @router.post("/chat/messages", status_code=202, responses=_REFUSALS)
    async def say(said: Said, request: Request, authorization: Annotated[str, Header()] = "") -> Response:
        """Say something; accepted once it is stored. What comes of it arrives on /chat/events."""
        conversation = visitors.conversation(_token(authorization))
        if conversation is None:
            return _refused(_BAD_TOKEN)
        address = _address(request)
        error = chat.refusal(conversation, said, address)
        error = error or await chat.stored(Inbound(conversation, said.id, said.text, client_address=address))
        return _refused(error) if error else JSONResponse({"status": "accepted"}, 202)


def _add_events(router: APIRouter, chat: Chat, visitors: Visitors) -> None:
    @router.get("/chat/events", responses=_REFUSALS)
    async def events(
        after: Annotated[int, Query(ge=0, le=LAST_NUMBER)] = 0, authorization: Annotated[str, Header()] = ""
    ) -> Response:
        """Everything said after message number `after`, as server-sent events, until the client leaves."""
        token = _token(authorization)
        conversation = visitors.conversation(token)
        if conversation is None:
            return _refused(_BAD_TOKEN)
        frames = chat.frames(conversation, token, after, Line())
        return StreamingResponse(stream(frames), media_type="text/event-stream", headers=_STREAM_HEADERS)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _token(authorization: str) -> str:
    return authorization.removeprefix("Bearer ")


def _refused(error: Frame) -> JSONResponse:
    status = _STATUS[error["code"]]
    headers = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "5"}, 503: {"Retry-After": "5"}}
    return JSONResponse(error, status, headers.get(status))


async def stream(frames: AsyncGenerator[Frame], ping_seconds: float = _PING_SECONDS) -> AsyncGenerator[str]:
    """Frames as events, with a comment whenever nothing happens for a while, so that proxies keep the line open.

    The welcome was the answer to the hello; what it holds that is newer comes as messages.
    """
    yield ": ready\n\n"
    following = asyncio.ensure_future(anext(frames, None))
    try:
        while True:
            done, _ = await asyncio.wait({following}, timeout=ping_seconds)
            if not done:
                yield ": still here\n\n"
                continue
            frame = following.result()
            if frame is None:
                return
            following = asyncio.ensure_future(anext(frames, None))
            yield "".join(f"data: {json.dumps(shown)}\n\n" for shown in _shown(frame))
    except Unavailable:
        yield f"data: {json.dumps(error_frame('unavailable', wording.TROUBLE))}\n\n"
    finally:
        following.cancel()
        await asyncio.wait({following})
        await frames.aclose()


def _shown(frame: Frame) -> list[Frame]:
    if frame["type"] != "welcome":
        return [frame]
    owner = {"type": "owner", "owner": frame["owner"]}
    return [owner, *({"type": "message", **message} for message in frame["messages"])]
