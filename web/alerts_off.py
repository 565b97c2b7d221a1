"""The page that stops alerts, linked in mails; mail programs may press its button themselves (RFC 8058)."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as PathValue
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts.preferences import Preferences, StopLinks
from support.limits import RateLimit

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}
_WORDS = {"sms": "text messages", "email": "mails"}
_SOURCE = "link"
Token = Annotated[str, PathValue(max_length=200)]


def alerts_off_router(preferences: Preferences, links: StopLinks, limit: RateLimit, shop: str) -> APIRouter:
    """GET shows a button, so that a program which looks at every link stops nothing; POST stops."""
    router = APIRouter(include_in_schema=False)
    page = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
    ).get_template("alerts_off.html")

    def shown(state: str, status: int = 200, medium: str = "") -> HTMLResponse:
        kind = _WORDS.get(medium, "notifications")
        return HTMLResponse(page.render(state=state, kind=kind, shop=shop), status, _HEADERS)

    def opened(request: Request, token: str) -> tuple[str, str] | HTMLResponse:
        if not limit.allow(f"alerts off {request.client.host if request.client else ''}"):
            return shown("busy", 429)
        return links.opened(token) or shown("unknown", 404)

    @router.get("/alerts/off/{token}", response_class=HTMLResponse)
    async def ask(request: Request, token: Token) -> HTMLResponse:
        found = opened(request, token)
        return found if isinstance(found, HTMLResponse) else shown("ask", medium=found[0])

    @router.post("/alerts/off/{token}", response_class=HTMLResponse)
    async def stop(request: Request, token: Token) -> HTMLResponse:
        found = opened(request, token)
        if isinstance(found, HTMLResponse):
            return found
        await preferences.stop(*found, _SOURCE)
        return shown("done", medium=found[0])

    return router
