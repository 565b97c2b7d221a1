"""Plain ASGI middleware: a bound on request bodies, request ids and times, and safe response headers."""

import secrets
from collections.abc import Mapping
from time import perf_counter

from fastapi import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from web.metrics import REQUESTS

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class BodyLimit:
    """Refuses bodies above `limit` bytes with 413, also those that come in pieces and without a length.

    `limits` are those of paths with a limit of their own. The error is raised where the app reads, so that its own
    handlers answer it.
    """

    def __init__(self, app: ASGIApp, limit: int, limits: Mapping[str, int] | None = None) -> None:
        self.app, self.limit, self.limits = app, limit, limits or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        seen, limit = 0, self.limits.get(scope["path"], self.limit)

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(413, f"The body is over {limit} bytes; send less at a time.")
            return message

        return await self.app(scope, counted, send)


class ChatCors:
    """Lets pages of other sites use the widget's chat under /chat/, and nothing else; it takes no cookies."""

    def __init__(self, app: ASGIApp, allow_origins: list[str]) -> None:
        self.app = app
        self.shared = CORSMiddleware(
            app, allow_origins=allow_origins, allow_methods=["GET", "POST"], allow_headers=["*"], max_age=3600
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        shared = scope["type"] == "http" and scope["path"].startswith("/chat/")
        await (self.shared if shared else self.app)(scope, receive, send)


class Observed:
    """Names every request, measures the time until it is answered, and adds headers that browsers heed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started, request_id = perf_counter(), secrets.token_hex(8)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _measure(scope, message["status"], perf_counter() - started)
                own = [*_HEADERS, (b"x-request-id", request_id.encode())]
                present = {name.lower() for name, _ in message.get("headers", [])}
                message["headers"] = [*message.get("headers", []), *((n, v) for n, v in own if n not in present)]
            await send(message)

        with bound_contextvars(request_id=request_id):
            return await self.app(scope, receive, with_headers)


def _measure(scope: Scope, status: int, seconds: float) -> None:
    """Count under the route's template; a stream counts until it begins, and a made-up method has no name."""
    route = getattr(scope.get("route"), "path", "none")
    method = scope["method"] if scope["method"] in _METHODS else "other"
    REQUESTS.labels(route, method, str(status)).observe(seconds)
