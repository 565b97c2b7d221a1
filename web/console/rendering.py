"""Turns the console's templates into safe pages: everything is escaped, nothing may be cached or run from elsewhere."""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from support.agents import Session, SignInRefused
from support.handover import NotYours
from support.model import Message
from support.watching import is_ours
from tracking.errors import DoorstepError, InvalidInput, Unavailable
from web.console.access import TOKEN_FIELD, Access, SignInFirst, may_see_all
from web.errors import problem, said

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
}
_STATUS: dict[type[DoorstepError], tuple[int, str]] = {
    InvalidInput: (400, "invalid_input"),
    SignInRefused: (401, "refused"),
    NotYours: (409, "not_yours"),
    Unavailable: (503, "unavailable"),
}
log = structlog.get_logger()


class Pages:
    """Renders templates, the same way for everybody."""

    def __init__(self, access: Access, shop_name: str) -> None:
        self._access = access
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"words": words, "utc": utc, "initials": initials, "is_ours": is_ours}
        self._templates.globals |= {"shop_name": shop_name, "token_field": TOKEN_FIELD, "may_see_all": may_see_all}

    def page(
        self, request: Request, template: str, session: Session | None = None, status: int = 200, **more: Any
    ) -> Response:
        """A whole page, or a part of one, for who is signed in."""
        values = {"account": session.account if session else None, "form_token": self._access.form_token(request)}
        response = HTMLResponse(self.text(template, **values, **more), status)
        self._access.keep_form_cookie(request, response)
        return response

    def text(self, template: str, **values: Any) -> str:
        """Only the text of a template."""
        return self._templates.get_template(template).render(**values)

    def messages(self, messages: tuple[Message, ...], agent_name: str) -> str:
        """Messages as they stand in a transcript."""
        return self.text("_messages.html", messages=messages, agent_name=agent_name)

    def failure(self, request: Request, error: Exception) -> Response:
        """What went wrong, as the asking page can use it: JSON for a script, a page for a form."""
        status, code, message = _told(error)
        if is_live(request):
            return problem(status, code, message)
        if isinstance(error, SignInFirst):
            there = f"?next={quote(request.url.path)}" if request.method == "GET" else ""
            return RedirectResponse(f"/console/sign-in{there}", 303)
        return self.page(request, "error.html", status=status, message=message)


def is_live(request: Request) -> bool:
    """Whether one of our scripts asks, rather than a form or a link."""
    return "x-doorstep" in request.headers


def done(request: Request, to: str) -> Response:
    """The answer to a form that worked: nothing for a script, the next page for a browser."""
    return Response(status_code=204) if is_live(request) else RedirectResponse(to, 303)


def _told(error: Exception) -> tuple[int, str, str]:
    if isinstance(error, HTTPException):
        return error.status_code, "refused", str(error.detail)
    if isinstance(error, RequestValidationError):
        return 422, "invalid_input", said(error.errors())
    status, code = next((told for kind, told in _STATUS.items() if isinstance(error, kind)), (500, "error"))
    return status, code, str(error)


def console_route(pages: Pages) -> type[APIRoute]:
    """The kind of route that all of the console's are: errors become pages, and headers are never forgotten."""

    class ConsoleRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle: Callable[[Request], Awaitable[Response]] = super().get_route_handler()

            async def guarded(request: Request) -> Response:
                try:
                    response = await handle(request)
                except (HTTPException, RequestValidationError, DoorstepError) as error:
                    log.info("console_refused", route=self.path, error=type(error).__name__)
                    response = pages.failure(request, error)
                for name, value in HEADERS.items():
                    response.headers.setdefault(name, value)
                return response

            return guarded

    return ConsoleRoute


def words(code: str) -> str:
    """A code as words: "out_for_delivery" is "out for delivery"."""
    return code.replace("_", " ")


def utc(at: datetime) -> str:
    """A time as it reads where no script runs; with one, it is shown on the reader's own clock."""
    return f"{at:%d %b %Y %H:%M %Z}"


def initials(name: str) -> str:
    """The first letters of the first two words of a name."""
    return "".join(word[0] for word in name.split()[:2]).upper()
