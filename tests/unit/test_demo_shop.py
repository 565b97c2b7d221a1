"""The demo's shop page: whole, escaped, with the widget, and with nothing from other servers."""

import re
from html import unescape

from fastapi import FastAPI
from fastapi.testclient import TestClient

from demo.guide import tips
from demo.shop import router

app = FastAPI()
app.include_router(router)
client = TestClient(app)


def test_the_page_embeds_the_widget_and_says_it_is_made_up() -> None:
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert '<script src="/widget.js" defer' in page.text
    assert "This shop is made up" in page.text


def test_every_tip_of_the_guide_is_on_the_page() -> None:
    page = unescape(client.get("/").text)
    assert [t.number for _, chapter in tips() for t in chapter if t.number not in page or t.special not in page] == []


def test_nothing_comes_from_elsewhere() -> None:
    addresses = re.findall(r'(?:src|href)="([^"]+)"', client.get("/").text)
    assert addresses
    assert [address for address in addresses if not address.startswith(("/", "#", "data:"))] == []
    assert "url(" not in client.get("/shop.css").text
    assert "default-src 'none'" in client.get("/").headers["content-security-policy"]


def test_every_drawing_used_exists() -> None:
    page = client.get("/").text
    used, drawn = set(re.findall(r'<use href="#([a-z]+)"', page)), set(re.findall(r'<symbol id="([a-z]+)"', page))
    assert used == drawn
    assert len(used) > 8
