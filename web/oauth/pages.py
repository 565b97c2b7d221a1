"""Renders the pages that shoppers see while they link or unlink, with headers that keep them to themselves."""

import hashlib
from collections.abc import Callable, Coroutine, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from support.linking import SCOPES
from support.sign_in import CODE_MINUTES
from tracking.errors import DoorstepError, InvalidInput
from web.oauth.services import LinkingServices

_FOLDER = Path(__file__).parent / "templates"
_PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
}
log = structlog.get_logger()


@cache
def templates() -> Environment:
    """The templates of our pages and messages; what they are given is escaped."""
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> tuple[bytes, str]:
    """The style sheet, and a name of this version of it."""
    body = (_FOLDER / "style.css").read_bytes()
    return body, hashlib.sha256(body).hexdigest()[:12]


class Pages:
    """The pages of one shop."""

    def __init__(self, services: LinkingServices) -> None:
        self._services = services

    def show(self, name: str, status: int = 200, going_to: str = "", **values: object) -> Response:
        """Render a page. `going_to` is an address that a form of it may lead to by a redirect."""
        page = templates().get_template(f"{name}.html")
        shared = {
            "shop": self._services.shop_name,
            "kinds": self._services.sign_in.kinds,
            "scope_words": SCOPES,
            "minutes": CODE_MINUTES,
            # Relative, so that a proxy may serve us under a path; all pages lie equally deep.
            "style": f"../oauth/style.css?v={_style()[1]}",
        }
        headers = {**_PRIVATE, "Content-Security-Policy": _policy(going_to)}
        return HTMLResponse(page.render(shared | values), status, headers)

    def sorry(self, status: int, text: str) -> Response:
        """A page that says what went wrong."""
        return self.show("sorry", status, text=text)


def _policy(going_to: str) -> str:
    # Browsers hold a form's redirects to the policy as well, so it has to name where the client is.
    parts = urlsplit(going_to)
    also = f" {parts.scheme}://{parts.netloc}" if going_to else ""
    return f"default-src 'none'; style-src 'self'; form-action 'self'{also}; frame-ancestors 'none'; base-uri 'none'"


def redirect(to: str) -> Response:
    """Send the browser on with a GET."""
    return RedirectResponse(to, 303, _PRIVATE)


def page_route(pages: Pages) -> type[APIRoute]:
    """A kind of route whose errors are pages."""

    class PageRoute(APIRoute):
        """A route for people."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            """Answer every error of ours with a page."""
            handle = super().get_route_handler()

            async def told(request: Request) -> Response:
                try:
                    return await handle(request)
                except InvalidInput as error:
                    return pages.sorry(400, str(error))
                except DoorstepError as error:
                    log.warning("page_failed", route=self.path, error=type(error).__name__)
                    return pages.sorry(503, str(error))

            return told

    return PageRoute


def add_style(router: APIRouter) -> None:
    """Add the style sheet that all pages share."""

    @router.get("/oauth/style.css")
    async def style() -> Response:
        headers = {"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"}
        return Response(_style()[0], media_type="text/css; charset=utf-8", headers=headers)


def first_values(pairs: list[tuple[str, str]]) -> Mapping[str, str]:
    """A form's fields, the first of each name."""
    return dict(reversed(pairs))
