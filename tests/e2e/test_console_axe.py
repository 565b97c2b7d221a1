"""The console for everyone: keyboard alone, phones, light and dark, and nothing that axe finds serious."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.console_process import ConsoleServer, sign_in
from tests.e2e.test_console_talk import call_for_a_person, open_row, reply_box, take

PHONE: dict[str, Any] = {"viewport": {"width": 375, "height": 720}, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module")
def console_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleServer]:
    server = ConsoleServer(tmp_path_factory.mktemp("console"))
    yield server
    server.kill()


@pytest.fixture
def server(console_process: ConsoleServer, browser: Browser) -> Iterator[ConsoleServer]:
    console_process.start()
    yield console_process
    for context in list(browser.contexts):
        context.close()


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical."""
    report = Axe().run(page).response
    return [f"{v['id']}: {v['nodes']}" for v in report["violations"] if v["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("context", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_serious(
    server: ConsoleServer, browser: Browser, scheme: str, context: dict[str, Any]
) -> None:
    words = f"axe {scheme} {len(context)}"
    call_for_a_person(browser, server, words)
    outside = browser.new_context(color_scheme=scheme, **context).new_page()  # type: ignore[arg-type]
    outside.goto(f"{server.url}/console")
    assert serious(outside) == []
    kim = sign_in(browser, server.url, "Kim", color_scheme=scheme, **context)
    assert serious(kim) == []
    open_row(kim, words)
    take(kim)
    kim.locator("#note").fill("Called the depot.")
    kim.get_by_role("button", name="Add note").click()
    expect(kim.locator(".note-list")).to_contain_text("Called the depot.")
    assert serious(kim) == []
    kim.locator("#canned > summary").click()
    assert serious(kim) == []
    for path in ("/console/search?q=1002", "/console/orders/1002", "/console/audit", "/console/given-up"):
        kim.goto(f"{server.url}{path}")
        for fold in kim.locator("details:not(.menu) > summary").all():
            fold.click()
        assert serious(kim) == [], path


def test_a_phone_shows_the_list_then_the_conversation(server: ConsoleServer, browser: Browser) -> None:
    call_for_a_person(browser, server, "small")
    kim = sign_in(browser, server.url, "Kim", **PHONE)
    open_row(kim, "person please, small")
    expect(kim.get_by_role("navigation", name="Conversations")).to_be_hidden()
    take(kim)
    reply_box(kim).fill("On my way.")
    kim.get_by_role("button", name="Send").click()
    expect(kim.locator(".said.agent .words")).to_have_text(["On my way."])
    assert kim.evaluate("document.documentElement.scrollWidth <= innerWidth")
    kim.get_by_role("link", name="Back to the list").click()
    expect(kim.get_by_role("navigation", name="Conversations")).to_be_visible()


def step_to(page: Page, words: str) -> None:
    """Go down the list, a row a press, until the row with these words has the focus."""
    for place in range(page.locator("[data-row]").count()):
        row = page.locator("[data-row]").nth(place)
        page.keyboard.press("j")
        expect(row).to_be_focused()
        if words in row.inner_text():
            return
    raise AssertionError(f"no row says {words!r}")


def test_everything_works_by_keyboard_alone(server: ConsoleServer, browser: Browser) -> None:
    call_for_a_person(browser, server, "first by keys")
    call_for_a_person(browser, server, "second by keys")
    kim = sign_in(browser, server.url, "Kim")
    expect(kim.locator("html[data-online]")).to_be_attached()
    kim.keyboard.press("?")
    expect(kim.get_by_role("dialog", name="Keyboard")).to_be_visible()
    kim.keyboard.press("Escape")
    expect(kim.get_by_role("dialog")).to_have_count(0)
    expect(kim.locator("[data-row]", has_text="second by keys")).to_be_visible()
    step_to(kim, "second by keys")
    kim.keyboard.press("Enter")
    expect(kim.get_by_role("log", name="What was said")).to_contain_text("second by keys")
    expect(kim.locator("html[data-online]")).to_be_attached()
    kim.keyboard.press("t")
    expect(reply_box(kim)).to_be_focused()
    kim.keyboard.type("Hello, jt here?")
    kim.keyboard.press("Enter")
    expect(kim.locator(".said.agent .words")).to_have_text(["Hello, jt here?"])
    kim.keyboard.press("Escape")
    kim.keyboard.press("n")
    kim.keyboard.type("Nice shopper.")
    kim.keyboard.press("Tab")
    kim.keyboard.press("Enter")
    expect(kim.locator(".note-list")).to_contain_text("Nice shopper.")
    kim.keyboard.press("s")
    expect(kim.get_by_text("The assistant has this conversation")).to_be_visible()
    kim.keyboard.press("/")
    kim.keyboard.type("1002")
    kim.keyboard.press("Enter")
    expect(kim.get_by_role("heading", name="Search for “1002”")).to_be_visible()
