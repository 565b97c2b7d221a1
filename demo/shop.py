"""The fictional shop's page at `/`: goods, orders to try and the chat widget; mounted by the demo alone."""

from functools import cache
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, select_autoescape

from demo.catalogue import PRODUCTS, SHOP
from demo.guide import moving_tip, tips

_STATIC = Path(__file__).parent / "static"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)

router = APIRouter()


@cache
def shop_page() -> str:
    """The page as HTML; it refers to nothing outside this server."""
    templates = Environment(loader=FileSystemLoader(_STATIC), autoescape=select_autoescape())
    goods = [product for product in PRODUCTS if product.art]
    return templates.get_template("shop.html").render(shop=SHOP, goods=goods, chapters=tips(), moving=moving_tip())


@router.get("/", include_in_schema=False, response_class=HTMLResponse)
async def shop() -> HTMLResponse:
    """The shop, under a strict content security policy, as a careful shop would have it."""
    return HTMLResponse(shop_page(), headers={"Content-Security-Policy": _POLICY})


@router.get("/shop.css", include_in_schema=False)
async def style() -> Response:
    """How the page looks."""
    return Response((_STATIC / "shop.css").read_text("utf-8"), media_type="text/css; charset=utf-8")
