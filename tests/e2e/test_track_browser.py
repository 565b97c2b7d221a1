"""The tracking page in a real browser: for everyone, without scripts, on paper, live, light in weight, with help."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, expect

from tests.e2e.chat_process import ROOT

PHONE: dict[str, Any] = {"viewport": {"width": 375, "height": 720}, "is_mobile": True, "has_touch": True}
EVERY_KIND = ("1001", "1003", "1011", "1016", "1023", "1024", "1028", "1031", "1034", "1036")
"""On the road, delayed, delivered, going back, quiet, damaged, unknown carrier, split, not sent, cancelled."""
Open = Callable[..., Page]


class TrackServer:
    """The server of `track_server` as a process."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "tests.e2e.track_server", "--port", str(port), "--folder", str(folder)]
        self.process = subprocess.Popen(command, cwd=ROOT)
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/control/tickets", trust_env=False).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        pytest.fail("The server of the tracking page did not start")

    def link(self, number: str) -> str:
        """The link to an order's page."""
        return str(httpx.get(f"{self.url}/control/link/{number}", trust_env=False).json()["url"])

    def deliver(self, number: str) -> None:
        """Let the order arrive."""
        httpx.post(f"{self.url}/control/deliver/{number}", trust_env=False).raise_for_status()

    def views(self) -> int:
        """How often pages were looked at today."""
        return int(httpx.get(f"{self.url}/control/views", trust_env=False).json())

    def tickets(self) -> list[dict[str, str]]:
        """All tickets, newest first."""
        return list(httpx.get(f"{self.url}/control/tickets", trust_env=False).json())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrackServer]:
    running = TrackServer(tmp_path_factory.mktemp("track"))
    yield running
    running.process.kill()
    running.process.wait()


@pytest.fixture
def show(browser: Browser, server: TrackServer) -> Iterator[Open]:
    """Opens an order's page (or any path) in a new browser profile."""
    contexts = []

    def open_one(number: str = "", path: str = "", **context: Any) -> Page:
        contexts.append(browser.new_context(**{"locale": "en-GB", **context}))
        page = contexts[-1].new_page()
        page.goto(server.link(number) + path if number else server.url + path)
        return page

    yield open_one
    for opened in contexts:
        opened.close()


def problems(page: Page) -> list[str]:
    """What axe finds serious or critical."""
    report = Axe().run(page).response
    return [f"{v['id']}: {v['nodes']}" for v in report["violations"] if v["impact"] in ("serious", "critical")]


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("number", EVERY_KIND)
def test_axe_finds_nothing_serious(show: Open, number: str, scheme: str) -> None:
    page = show(number, color_scheme=scheme, **(PHONE if scheme == "dark" else {}))
    open_all(page)
    assert problems(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_form(show: Open, scheme: str) -> None:
    page = show(path="/track", color_scheme=scheme, **PHONE)
    open_all(page)
    assert problems(page) == []
    page.get_by_label("Order number", exact=True).fill("1001")
    page.get_by_label("E-mail, postcode").fill("nobody@example.com")
    page.get_by_role("button", name="Show my order").click()
    expect(page.get_by_role("alert")).to_contain_text("can't find an order")
    assert problems(page) == []


@pytest.mark.parametrize("number", EVERY_KIND)
def test_nothing_is_wider_than_a_small_phone(show: Open, number: str) -> None:
    page = show(number, viewport={"width": 320, "height": 640})
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_it_is_read_and_sent_without_scripts(show: Open, server: TrackServer) -> None:
    page = show("1012", java_script_enabled=False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Delivered")
    expect(page.get_by_text("we learned").first).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_text("Get help").click()
    expect(page.get_by_role("button", name="Chat about it")).to_have_count(0)
    page.get_by_role("button", name="It isn't here").click()
    expect(page.get_by_role("status").filter(has_text="T-")).to_be_visible()
    ticket = server.tickets()[0]
    assert (ticket["reason"], ticket["order"]) == ("missing", "1012")


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_to_be_told_is_chosen_with_and_without_scripts(show: Open, scheme: str, scripts: bool) -> None:
    page = show("1003", java_script_enabled=scripts, color_scheme=scheme, **PHONE)
    page.get_by_text("Choose what you hear, and where").click()
    texts = page.get_by_role("group", name="Text messages")
    texts.get_by_label("Only what matters").check()
    page.get_by_role("group", name="Mails").get_by_label("Nothing").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Your choice is saved.")).to_be_visible()
    expect(texts.get_by_label("Only what matters")).to_be_checked()
    expect(page.get_by_role("group", name="Mails").get_by_label("Nothing")).to_be_checked()
    if scripts:
        assert problems(page) == []


def test_the_form_leads_to_the_page(show: Open, server: TrackServer) -> None:
    page = show(path="/track")
    page.get_by_label("Order number", exact=True).fill("1002")
    page.get_by_label("E-mail, postcode").fill("bruno@example.com")
    page.get_by_label("E-mail, postcode").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Out for delivery")
    assert page.url == server.link("1002")


def test_news_appears_by_itself_and_leaves_half_written_words_alone(show: Open, server: TrackServer) -> None:
    page = show("1005")
    expect(page.get_by_role("heading", level=1)).to_have_text("With the carrier")
    expect(page.get_by_text("keeps itself up to date")).to_be_visible()
    page.get_by_text("Get help").click()
    page.get_by_label("A few words").fill("half a sentence")
    server.deliver("1005")
    expect(page.get_by_role("heading", level=1)).to_have_text("Delivered", timeout=20_000)
    expect(page.locator("#news")).to_have_text("News of your order: Delivered.")
    expect(page.get_by_label("A few words")).to_have_value("half a sentence")


def test_news_brings_the_fitting_help_where_nobody_is_writing(show: Open, server: TrackServer) -> None:
    page = show("1007")
    expect(page.get_by_text("keeps itself up to date")).to_be_visible()
    server.deliver("1007")
    expect(page.get_by_role("heading", name="How was it?")).to_be_visible(timeout=20_000)
    page.get_by_text("Get help").click()
    page.get_by_role("button", name="Return it").click()
    expect(page.get_by_role("status").filter(has_text="T-")).to_be_visible()


def test_a_rating_from_a_link_still_needs_a_tap(show: Open) -> None:
    page = show("1044", "?rate=4")
    expect(page.get_by_role("radio", name=re.compile("4.*good"))).to_be_checked()
    expect(page.get_by_text("Thank you for telling us!")).to_have_count(0)
    page.get_by_label("A word about it").fill("Quick")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status").filter(has_text="You gave 4 of 5")).to_be_visible()
    assert problems(page) == []


def test_stars_appear_with_the_keyboard(show: Open) -> None:
    page = show("1011")
    expect(page.get_by_role("button", name="Send")).to_have_count(0)
    page.get_by_role("radio", name=re.compile("1.*bad")).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name=re.compile("2.*poor"))).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("Slow")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="You gave 2 of 5")).to_be_visible()


def test_help_by_keyboard_alone(show: Open, server: TrackServer) -> None:
    page = show("1034")
    page.locator(".help > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Wrong colour")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="T-")).to_be_visible()
    assert server.tickets()[0]["order"] == "1034"


def test_the_chat_opens_knowing_the_order_and_goes_on_after_a_reload(show: Open) -> None:
    page = show("1003")
    for _ in range(2):
        page.get_by_text("Get help").click()
        page.get_by_role("button", name="Chat about it").click()
        expect(page.get_by_role("dialog", name="Lantern & Loom")).to_be_visible()
        expect(page.locator(".log .bubble")).to_have_count(2)
        expect(page.locator(".log .bubble").last).to_contain_text("order 1003")
        page.reload()


def test_the_number_can_be_copied(show: Open) -> None:
    page = show("1001", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator(".number span").first.inner_text()


def test_it_is_light_comes_from_one_place_and_breaks_no_rule_of_its_policy(
    browser: Browser, server: TrackServer
) -> None:
    context = browser.new_context()
    page, seen, complaints = context.new_page(), list[Response](), list[str]()
    page.on("response", lambda answer: seen.append(answer))  # noqa: PLW0108 - playwright takes no built-in
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(server.link("1032"))
    expect(page.get_by_text("keeps itself up to date")).to_be_visible()
    weights = [answer.request.sizes() for answer in seen if not answer.url.split("?")[0].endswith("/live")]
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in weights) < 100_000
    assert {answer.url.split("/track")[0] for answer in seen} == {server.url}
    assert complaints == []
    assert context.cookies() == []
    context.close()


def test_a_look_is_counted_when_the_page_is_left(show: Open, server: TrackServer) -> None:
    page, before = show("1006"), server.views()
    page.goto("about:blank")
    deadline = time.monotonic() + 10
    while server.views() == before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert server.views() > before


def test_it_prints_all_scans_and_no_buttons(show: Open) -> None:
    page = show("1001", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.get_by_text("Shipping label created")).to_be_visible()
    expect(page.locator("#actions")).to_be_hidden()
    expect(page.locator(".copy").first).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert len(page.pdf()) > 1000


def test_less_motion_is_respected(show: Open) -> None:
    page = show("1001", reduced_motion="reduce")
    assert page.evaluate("document.getAnimations().length") == 0
