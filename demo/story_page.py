"""The page at `/story` with the two parcels to watch, and its buttons; tells nothing itself."""

from functools import cache
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from pydantic import BaseModel

from demo.catalogue import PEOPLE, SHOP
from demo.guide import AGENT
from demo.story import WHO, Storyteller

_STATIC = Path(__file__).parent / "static"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
_KINDS = {"story.css": "text/css; charset=utf-8", "story.js": "text/javascript; charset=utf-8"}


class Wanted(BaseModel):
    """Which story is to be told, and how fast."""

    story: Literal["moves", "quiet", "found"]
    pace: Literal["minute", "quick"] = "minute"


@cache
def story_page() -> str:
    """The page as HTML; it refers to nothing outside this server."""
    templates = Environment(loader=FileSystemLoader(_STATIC), autoescape=select_autoescape(), undefined=StrictUndefined)
    values = {"device": "story", "shop": SHOP, "who": PEOPLE[WHO].contact, "agent": AGENT}
    return templates.get_template("story.html").render(values)


def story_router(storyteller: Storyteller) -> APIRouter:
    """The page, its parts, its buttons and how far the stories have come."""
    router = APIRouter(include_in_schema=False)

    @router.get("/story", response_class=HTMLResponse)
    async def story() -> HTMLResponse:
        return HTMLResponse(story_page(), headers={"Content-Security-Policy": _POLICY})

    @router.get("/story/state")
    async def state() -> dict[str, object]:
        return storyteller.shown()

    @router.post("/story")
    async def begin(wanted: Wanted) -> JSONResponse:
        story = wanted.story
        begun = storyteller.find() if story == "found" else storyteller.begin(story, wanted.pace)
        return JSONResponse(storyteller.shown(), 202 if begun else 409)

    @router.get("/story/{name}")
    async def part(name: str) -> Response:
        if name not in _KINDS:
            return Response(status_code=404)
        return Response((_STATIC / name).read_text("utf-8"), media_type=_KINDS[name])

    return router
