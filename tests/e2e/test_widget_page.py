"""The widget as a guest: strict pages, hostile texts and styles, its options, its size and how it is served."""

import gzip
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.chat_process import ROOT, OpenPage
from tests.e2e.shopper import bubbles, expect_said, open_chat, say, settle
from web.widget import PARTS, SOURCES, widget_script

HOSTILE_STYLE = """
  * { display: none !important; color: red !important; opacity: 0 !important; position: static !important;
      visibility: hidden !important; font: 40px serif !important; width: 7px !important; z-index: -1 !important }
  html { display: block !important; visibility: visible !important; opacity: 1 !important }
  body { filter: blur(9px); transform: scale(3) }
"""

EVERY_STYLE = "(e) => [...getComputedStyle(e)].map((name) => getComputedStyle(e).getPropertyValue(name)).join(';')"


@pytest.mark.parametrize("sockets", [True, False], ids=["websocket", "only-http"])
def test_it_works_under_a_strict_content_security_policy(open_page: OpenPage, base_url: str, sockets: bool) -> None:
    connect = f"{base_url} {base_url.replace('http', 'ws')}" if sockets else base_url
    policy = f"default-src 'none'; script-src {base_url}; connect-src {connect}; require-trusted-types-for 'script'"
    blocked: list[str] = []
    shop = base_url.replace("127.0.0.1", "localhost")  # another origin than the chat's
    page = open_page()
    page.on("console", lambda message: blocked.append(message.text) if "Security Policy" in message.text else None)
    page.goto(f"{shop}/page?csp={policy}")
    open_chat(page)
    say(page, "card")
    expect(bubbles(page)).to_have_text(["card", "Your order 1001 is on its way."])
    assert page.get_by_role("dialog").evaluate("(panel) => getComputedStyle(panel).borderRadius") == "20px"
    assert [text for text in blocked if "WebSocket" not in text and "ws://" not in text] == []


def test_hostile_text_is_shown_as_text(open_page: OpenPage) -> None:
    page = open_page()
    open_chat(page)
    sent = "hostile <img src=x onerror=window.hacked=3> <b>bold</b>"
    say(page, sent)
    expect(bubbles(page).first).to_have_text(sent)
    expect(bubbles(page).nth(1)).to_contain_text(
        "<img src=x onerror='window.hacked=1'><script>window.hacked=2</script>"
    )
    expect(page.locator(".log img, .log b, .log script, .log a")).to_have_count(0)
    assert page.evaluate("window.hacked ?? null") is None


def test_only_web_addresses_become_links(open_page: OpenPage) -> None:
    page = open_page()
    open_chat(page)
    say(page, "links")
    expect(page.locator(".log a")).to_have_count(1)
    expect(page.locator(".log a")).to_have_attribute("href", "https://parcels.example/track?id=1")


def test_the_shops_styles_stay_out_and_ours_stay_in(open_page: OpenPage) -> None:
    page = open_page(style=HOSTILE_STYLE)
    open_chat(page)
    say(page, "Hi")
    expect_said(page, "Hi", "You said: Hi")
    settle(page)
    panel = page.get_by_role("dialog").evaluate(
        "(panel) => [getComputedStyle(panel).width, getComputedStyle(panel).fontSize, getComputedStyle(panel).opacity]"
    )
    assert panel == ["396px", "15px", "1"]
    plain = open_page()
    before = plain.locator("h1").evaluate(EVERY_STYLE)
    open_chat(plain)
    after = plain.locator("h1").evaluate(EVERY_STYLE)
    assert after == before


def test_it_adds_one_global_and_one_element(open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script("window.before = Object.getOwnPropertyNames(window)")
    page.reload()
    expect(page.locator("doorstep-chat")).to_have_count(1)
    added = page.evaluate("Object.getOwnPropertyNames(window).filter((name) => !window.before.includes(name))")
    assert set(added) - {"before"} == {"Doorstep"}
    assert page.locator("body > *").count() == 1


def test_loading_it_twice_changes_nothing(open_page: OpenPage, base_url: str) -> None:
    page = open_page()
    page.add_script_tag(url=f"{base_url}/widget.js")
    expect(page.locator("doorstep-chat")).to_have_count(1)


def test_options_are_obeyed(open_page: OpenPage) -> None:
    options = {"title": "Parcel desk", "greeting": "Welcome!", "position": "left", "theme": "dark", "color": "#e8590c"}
    page = open_page(open="true", **options)
    expect(page.get_by_role("dialog", name="Parcel desk")).to_be_visible()
    expect(page.locator(".scroller > .item .bubble")).to_have_text("Welcome!")
    settle(page)
    bounds = page.get_by_role("dialog").bounding_box()
    assert bounds is not None
    assert bounds["x"] == 20
    look = page.locator(".panel").evaluate("(panel) => getComputedStyle(panel).backgroundColor")
    assert look == "rgb(20, 23, 29)"
    header = page.locator("header").evaluate("(header) => getComputedStyle(header).backgroundColor")
    assert header == "rgb(232, 89, 12)"


def test_unusable_options_fall_back_and_say_so(open_page: OpenPage, base_url: str) -> None:
    warnings: list[str] = []
    page = open_page()
    page.on("console", lambda message: warnings.append(message.text))
    page.goto(f"{base_url}/page?theme=pink&color=url(x)&lang=xx")
    open_chat(page)
    assert len([text for text in warnings if text.startswith("Doorstep: data-")]) == 3


def test_a_chat_server_elsewhere_can_be_named(open_page: OpenPage, base_url: str) -> None:
    page = open_page(server=base_url.replace("127.0.0.1", "localhost"))
    with page.expect_websocket(lambda socket: socket.url.startswith("ws://localhost:")):
        open_chat(page)


def test_it_stays_within_25_kilobytes(base_url: str) -> None:
    assert len(gzip.compress(widget_script())) <= 25_000
    served = httpx.get(f"{base_url}/widget.js")
    assert served.headers["content-encoding"] == "gzip"
    assert served.content == widget_script()
    again = httpx.get(f"{base_url}/widget.js", headers={"If-None-Match": served.headers["etag"]})
    assert again.status_code == 304


def test_every_source_file_is_part_of_the_script() -> None:
    assert sorted(path.stem for path in SOURCES.iterdir()) == sorted(PARTS)


def test_every_option_is_documented() -> None:
    guide = Path(ROOT, "docs", "widget.md").read_text()
    options = (SOURCES / "options.js").read_text()
    names = ("server", "color", "position", "theme", "title", "greeting", "suggestions", "open", "lang")
    for name in names:
        assert f"data.{name}" in options or f"dataset.{name}" in options
        assert f"`data-{name}`" in guide
