"""POST /mcp: lets an assistant's request in, bounded and checked, and hands it to the SDK; knows no tool's work."""

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import structlog
from anyio import CancelScope
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic_core import from_json, to_json
from starlette.types import Message, Receive, Scope, Send

from channels.base import ChannelServices
from skills.mcp_server.access import Door
from skills.mcp_server.helping import SECONDS, Caller, Helping
from skills.mcp_server.sessions import Running, belongs, new_session
from skills.mcp_server.tools import TOOLS, Tool
from support.limits import RateLimit
from support.model import Link

if TYPE_CHECKING:
    from skills.mcp_server.serving import Serving

BODY_LIMIT = 64 * 1024
"""The most bytes a request may have; a tool call is under two kilobytes."""

CALLS_A_MINUTE = 120
"""The most requests of one linked account; what the desk is asked has a lower limit of its own."""

SESSION = "mcp-session-id"
Serve = Callable[[Scope, Receive, Send], Awaitable[None]]
_CANCELLED = -32800  # as the SDK answers a request that was called off
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Heard:
    """What must be known of a request before the SDK reads it; fields are empty where it says nothing of the kind."""

    method: str = ""
    id: int | str | None = None
    tool: Tool | None = None
    arguments: Any = None
    cancels: str = ""


class Handed(Response):
    """A response that the SDK gives, to a request whose body was read already; ends when the client calls it off."""

    def __init__(self, serve: Serve, body: bytes, heard: Heard, under_way: AbstractContextManager[CancelScope]) -> None:
        self._serve, self._body, self._heard, self._under_way = serve, body, heard, under_way
        self.new_session = ""
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, unless the client hangs up or cancels; the desk goes on in any case."""
        begun = False

        async def again() -> Message:
            return {"type": "http.request", "body": self._body, "more_body": False}

        async def named(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] == "http.response.start" and message["status"] == 200 and self.new_session:
                message["headers"] = [*message["headers"], (SESSION.encode(), self.new_session.encode())]
            await send(message)

        with self._under_way as cancelling:
            watching = asyncio.create_task(_hung_up(receive, cancelling))
            try:
                await self._serve(scope, again, named)
            finally:
                watching.cancel()
        if not begun:
            error = {"code": _CANCELLED, "message": "Request cancelled"}
            await JSONResponse({"jsonrpc": "2.0", "id": self._heard.id, "error": error})(scope, receive, send)


async def _hung_up(receive: Receive, cancelling: CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    cancelling.cancel()


class Entrance:
    """What the route does. The SDK takes over half a second to load, so that waits for the first linked assistant."""

    def __init__(self, services: ChannelServices, seconds: float) -> None:
        self._services, self._seconds = services, seconds
        self._door, self._running = Door(services), Running()
        self._limit = RateLimit(CALLS_A_MINUTE, 60.0)
        self._serving: Serving | None = None

    async def answer(self, request: Request) -> Response:
        """Check the request and have it answered. Raises HTTPException for what may not come in."""
        link = await self._door.link(request)
        if request.method != "POST":
            # A client may ask for a stream of messages, or end its session; there is neither here.
            raise HTTPException(405, "Only POST is served here.", {"Allow": "POST"})
        if not self._limit.allow(link.id):
            raise HTTPException(429, "Too many requests; wait a moment.", {"Retry-After": "10"})
        body, session = await _body(request), request.headers.get(SESSION, "")
        if session and not belongs(session, link.id):
            log.warning("mcp_refused", why="session")
            raise HTTPException(404, "There is no such session; begin a new one.")
        return await self._answer(link, session, body)

    async def _answer(self, link: Link, session: str, body: bytes) -> Response:
        heard = _heard(body)
        if heard.tool:
            self._door.allow(link, heard.tool)
        if session and heard.cancels:
            self._running.cancel((session, heard.cancels))
        serving, caller = await self._loaded(), Caller(link, _message_id(session, heard))
        key = (session, str(heard.id)) if session and heard.id is not None else None
        handed = Handed(partial(serving.serve, caller), body, heard, self._running.entered(key))
        handed.new_session = new_session(link.id) if heard.method == "initialize" else ""
        return handed

    async def _loaded(self) -> "Serving":
        if self._serving is None:
            self._serving = await asyncio.to_thread(self._load)
        return self._serving

    def _load(self) -> "Serving":
        from skills.mcp_server.serving import Serving

        return Serving(Helping(self._services, self._seconds), self._door.address, self._seconds)


def router(services: ChannelServices, seconds: float = SECONDS) -> APIRouter:
    """The route; `seconds` is how long the desk may take before a tool says that it is still looking."""
    routes, entrance = APIRouter(tags=["assistants"]), Entrance(services, seconds)

    @routes.api_route("/mcp", methods=["POST", "GET", "DELETE"], include_in_schema=False)
    async def mcp(request: Request) -> Response:
        """One message of an assistant that speaks the Model Context Protocol."""
        return await entrance.answer(request)

    return routes


async def _body(request: Request) -> bytes:
    """Read the body. Raises HTTPException 415 unless it is declared as JSON, 413 once it is over BODY_LIMIT."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "Send application/json.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise HTTPException(413, f"The body is over {BODY_LIMIT} bytes.")
    return bytes(body)


def _heard(body: bytes) -> Heard:
    """Read what we must know; whatever else is wrong with it, the SDK says better."""
    try:
        data = from_json(body)
    except ValueError:
        return Heard()
    if not isinstance(data, dict):
        return Heard()
    params = data.get("params")
    params = cast("dict[str, Any]", params) if isinstance(params, dict) else {}
    called = params.get("name") if data.get("method") == "tools/call" else None
    return Heard(
        str(data.get("method", "")),
        id_ if isinstance(id_ := data.get("id"), int | str) else None,
        TOOLS.get(called) if isinstance(called, str) else None,
        params.get("arguments"),
        str(params.get("requestId", "")) if data.get("method") == "notifications/cancelled" else "",
    )


def _message_id(session: str, heard: Heard) -> str:
    """Name a call for the desk: a call that changes something does so once, however often its request is sent.

    Its arguments count too, for clients that use an id again. A question is always asked anew: what was true then may
    not be any more.
    """
    if not session or not heard.tool or not heard.tool.changes:
        return f"mcp-{secrets.token_hex(16)}"
    said = to_json([session, heard.id, heard.tool.name, heard.arguments])
    return f"mcp-{hashlib.sha256(said).hexdigest()[:32]}"
