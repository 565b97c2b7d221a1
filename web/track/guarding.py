"""What holds for all routes of the tracking page: errors end as pages, and nobody asks too often."""

import gzip
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import structlog
from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

from support.limits import RateLimit
from tracking.errors import DoorstepError, Unavailable
from web.metrics import ERRORS
from web.track.pages import Pages

log = structlog.get_logger()


def address_of(request: Request) -> str:
    """Who calls."""
    return request.client.host if request.client else ""


async def file(content: bytes, kind: str, request: Request) -> Response:
    """A file of the page; its address names its content, so it may be kept for good."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = gzip.compress(content, mtime=0), "gzip"
    return Response(content, media_type=f"{kind}; charset=utf-8", headers=headers)


class Guard:
    """Stands before the routes; `limit` counts per client address."""

    def __init__(self, pages: Pages, limit: RateLimit) -> None:
        self._pages, self._limit = pages, limit

    def route_class(self) -> type[APIRoute]:
        """Routes that answer errors with a page, and that a client address may not call too often."""
        guard = self

        class PageRoute(APIRoute):
            def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
                handler = super().get_route_handler()
                return partial(guard._guarded, handler, self.path)

        return PageRoute

    async def _guarded(
        self, handler: Callable[[Request], Coroutine[Any, Any, Response]], path: str, request: Request
    ) -> Response:
        """Answer, or say kindly what is wrong."""
        if "/page." not in path and not self._limit.allow(f"track:{address_of(request)}"):
            return self.problem(429, "That was quick", "Please wait a moment, then try again.")
        try:
            return await handler(request)
        except HTTPException as error:
            return self.problem(error.status_code, "That didn't work", str(error.detail))
        except Unavailable:
            ERRORS.labels("unavailable").inc()
            log.warning("track_unavailable", route=path)
            text = "We can't look that up right now. Nothing is lost; please try again in a minute."
            return self.problem(503, "Just a moment", text)
        except DoorstepError as error:
            return self.problem(400, "That didn't work", str(error))

    def problem(self, status: int, title: str, text: str) -> Response:
        """A page that says what is wrong."""
        page = self._pages.problem(status, title, text)
        if status in {429, 503}:
            page.headers["Retry-After"] = "30"
        return page
