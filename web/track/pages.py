"""Draws the pages and their safe headers from what is to be shown; looks nothing up."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from web.track import words
from web.track.brand import Look
from web.track.view import OrderView

_FOLDER = Path(__file__).parent
STATIC = _FOLDER / "static"


@dataclass(frozen=True, slots=True)
class Drawn:
    """The part of a page that changes with the order, and a text that is another one when it does."""

    html: str
    version: str


class Pages:
    """All pages in the look of one shop."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self.css = (look.css + (STATIC / "track.css").read_text("utf-8")).encode()
        self.script = b"\n".join((STATIC / name).read_bytes() for name in ("track.js", "push.js"))
        self.worker = (STATIC / "worker.js").read_bytes()
        self._headers = {
            "Content-Security-Policy": _policy(look),
            "Cache-Control": "private, no-store",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex, nofollow",
        }
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER / "templates"),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            look=look,
            reasons=words.REASONS,
            media=words.MEDIA,
            levels=words.CHOICES,
            scores=words.SCORES,
            style=_name(self.css),
            script=_name(self.script),
        )

    def order(self, view: OrderView) -> Drawn:
        """The state, parcels and scans of an order."""
        html = self._templates.get_template("order_state.html").render(order=view)
        return Drawn(html, hashlib.sha256(html.encode()).hexdigest()[:16])

    def actions(self, view: OrderView, more: Mapping[str, Any]) -> str:
        """What can be done about it: help and rating."""
        return self._templates.get_template("order_actions.html").render(order=view, **more)

    def whole(self, view: OrderView, drawn: Drawn, more: Mapping[str, Any]) -> HTMLResponse:
        """The page of an order."""
        return self._page("order.html", 200, order=view, drawn=drawn, actions=self.actions(view, more), **more)

    def lookup(self, status: int, form: str, problem: str = "", number: str = "", ticket: str = "") -> HTMLResponse:
        """The form that asks for order number and proof, with what went wrong or the ticket that was opened."""
        return self._page("lookup.html", status, form=form, problem=problem, number=number, ticket=ticket)

    def problem(self, status: int, title: str, text: str, back: str = "") -> HTMLResponse:
        """A page that says what is wrong and what to do; `back` is the order's page to go back to, if there is one."""
        return self._page("problem.html", status, title=title, text=text, back=back)

    def _page(self, template: str, status: int, **values: Any) -> HTMLResponse:
        text = self._templates.get_template(template).render(**values)
        return HTMLResponse(text, status, headers=self._headers)


def _policy(look: Look) -> str:
    images = " ".join(filter(None, ("'self'", "data:", "blob:", look.logo_source)))
    return (
        f"default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src {images}; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _name(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
