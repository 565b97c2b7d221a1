"""Everybody's mailbox at `/mail`: lists and shows the mails that the demo has sent; takes none in."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from demo.catalogue import SHOP
from demo.mailbox import Mail, Mailbox

_STATIC = Path(__file__).parent / "static"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'self'"
)
_MAIL_HEADERS = {
    # As careful mail programs show mail: no script, no picture from elsewhere, and links open beside it.
    "Content-Security-Policy": "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
_KINDS = {"mail.css": "text/css; charset=utf-8", "mail.js": "text/javascript; charset=utf-8"}
_ONE_CLICK = {"List-Unsubscribe": "One-Click"}
Reader = Annotated[str, Query(max_length=100)]


def mail_router(mailbox: Mailbox, public_url: str) -> APIRouter:
    """The list, each mail, its HTML for a frame, and the button that stops its kind as a mail program does."""
    router = APIRouter(include_in_schema=False)
    templates = Environment(loader=FileSystemLoader(_STATIC), autoescape=select_autoescape(), undefined=StrictUndefined)

    def drawn(template: str, to: str, mail: Mail | None = None, note: str = "", status: int = 200) -> HTMLResponse:
        values = {"device": "mail", "shop": SHOP, "mails": list(mailbox.mails(to)), "to": to, "mail": mail}
        page = templates.get_template(template).render(values | {"note": note})
        return HTMLResponse(page, status, {"Content-Security-Policy": _POLICY})

    @router.get("/mail", response_class=HTMLResponse)
    async def newest(to: Reader = "") -> HTMLResponse:
        return drawn("mail.html", to)

    @router.get("/mail/list", response_class=HTMLResponse)
    async def listed(to: Reader = "") -> HTMLResponse:
        return drawn("mail_list.html", to)

    @router.get("/mail/{id_:int}", response_class=HTMLResponse)
    async def one(request: Request, id_: int, to: Reader = "") -> HTMLResponse:
        mail = mailbox.find(id_)
        missing = "" if mail else "This mail is not here any more."
        stopped = "stopped" in request.query_params
        return drawn("mail.html", to, mail, missing or _said(stopped), 200 if mail else 404)

    @router.get("/mail/{id_:int}/html", response_class=HTMLResponse)
    async def body(id_: int) -> HTMLResponse:
        mail = mailbox.find(id_)
        # A base without an address only says where links open.
        shown = mail.html.replace("<head>", '<head><base target="_blank">', 1) if mail else ""
        return HTMLResponse(shown, 200 if mail else 404, _MAIL_HEADERS)

    @router.post("/mail/{id_:int}/stop")
    async def stop(id_: int, to: Reader = "") -> Response:
        mail = mailbox.find(id_)
        if mail is None or not mail.unsubscribe:
            return drawn("mail.html", to, mail, "This mail has no such link.", 404)
        # Only its path counts: the demo's own server is the one place that is asked.
        address = f"{public_url}{urlsplit(mail.unsubscribe).path}"
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            (await client.post(address, data=_ONE_CLICK)).raise_for_status()
        return RedirectResponse(str(httpx.URL(f"/mail/{id_}", params={"to": to, "stopped": ""})), 303)

    @router.get("/mail/{name}")
    async def part(name: str) -> Response:
        if name not in _KINDS:
            return Response(status_code=404)
        return Response((_STATIC / name).read_text("utf-8"), media_type=_KINDS[name])

    return router


def _said(stopped: bool) -> str:
    return "Unsubscribed: no more of these mails to this address." if stopped else ""
