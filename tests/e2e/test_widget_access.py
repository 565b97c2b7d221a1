"""The widget for everyone: keyboard alone, screen readers, light and dark, phones, any shop colour, less motion."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.chat_process import ChatServer, OpenPage
from tests.e2e.shopper import box, bubbles, expect_said, open_chat, say, settle

PHONE: dict[str, Any] = {"viewport": {"width": 375, "height": 720}, "is_mobile": True, "has_touch": True}
ACTIVE = "document.querySelector('doorstep-chat').shadowRoot.activeElement?.className ?? null"


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical, once nothing moves any more.

    Beside the body, where the widget puts itself, axe calls every contrast undecided; so it is moved in to be judged.
    """
    page.evaluate("document.body.append(document.querySelector('doorstep-chat'))")
    settle(page)
    report = Axe().run(page, options={"resultTypes": ["violations", "passes"]}).response
    judged = [node for rule in report["passes"] if rule["id"] == "color-contrast" for node in rule["nodes"]]
    assert len(judged) > 1 or page.get_by_role("dialog").count() == 0, "axe judged no contrast in the widget"
    return [f"{v['id']}: {v['nodes']}" for v in report["violations"] if v["impact"] in ("serious", "critical")]


def fill_every_kind(page: Page) -> None:
    """A conversation with every kind of message in it, ending on open buttons."""
    open_chat(page)
    for count, text in enumerate(("card", "split", "delivered", "exception", "links", "person", "buttons"), start=1):
        say(page, text)
        expect(bubbles(page)).to_have_count(2 * count)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("context", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_serious(open_page: OpenPage, scheme: str, context: dict[str, Any]) -> None:
    page = open_page(context={**context, "color_scheme": scheme})
    assert serious(page) == []
    fill_every_kind(page)
    assert serious(page) == []


@pytest.mark.parametrize("color", ["#ffe14d", "#0a0a0a", "#808080"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_any_shop_colour_stays_readable(open_page: OpenPage, color: str, theme: str) -> None:
    page = open_page(color=color, theme=theme)
    open_chat(page)
    say(page, "card")
    expect(bubbles(page)).to_have_count(2)
    assert serious(page) == []


def test_axe_finds_nothing_serious_while_offline(open_page: OpenPage, chat_server: ChatServer) -> None:
    page = open_page()
    open_chat(page)
    say(page, "refuse")
    expect(page.locator(".trouble")).to_have_count(1)
    chat_server.kill()
    expect(page.get_by_text("No connection.")).to_be_visible()
    assert serious(page) == []


def test_everything_works_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#shop-search").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(box(page)).to_be_focused()
    page.keyboard.type("buttons")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Order 1002, teapot")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Order 1002, teapot")).to_be_focused()
    page.keyboard.press("Enter")
    expect(bubbles(page)).to_have_count(4)
    expect(box(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate(ACTIVE) == "launcher"


def test_typing_does_not_trigger_the_shops_shortcuts(open_page: OpenPage) -> None:
    page = open_page()
    page.evaluate("window.keys = []; document.addEventListener('keydown', (event) => window.keys.push(event.key))")
    open_chat(page)
    box(page).press_sequentially("s/")
    expect(box(page)).to_have_value("s/")
    assert page.evaluate("window.keys") == []


def test_screen_readers_get_a_named_dialog_and_a_polite_log(open_page: OpenPage) -> None:
    page = open_page(title="Parcel desk")
    open_chat(page)
    say(page, "Hi")
    expect_said(page, "Hi", "You said: Hi")
    expect(page.get_by_role("dialog", name="Parcel desk")).to_be_visible()
    log = page.get_by_role("log", name="Conversation")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log.locator(".sr")).to_have_text(["You", "Assistant"])
    expect(log).to_have_attribute("aria-busy", "false")


def test_on_a_phone_the_panel_fills_the_screen(open_page: OpenPage) -> None:
    page = open_page(context=PHONE, open="true")
    expect(page.get_by_role("dialog")).to_have_count(0)
    open_chat(page)
    settle(page)
    bounds = page.get_by_role("dialog").bounding_box()
    assert bounds == {"x": 0, "y": 0, "width": 375, "height": 720}
    assert page.locator("textarea").evaluate("(field) => getComputedStyle(field).fontSize") == "16px"
    page.get_by_role("button", name="Close chat").click()
    expect(page.get_by_role("button", name="Open chat")).to_be_visible()


def test_reduced_motion_is_respected(open_page: OpenPage) -> None:
    page = open_page(context={"reduced_motion": "reduce"})
    open_chat(page)
    say(page, "slow")
    expect(page.get_by_text("The assistant is typing")).to_be_attached()
    assert page.evaluate("document.querySelector('doorstep-chat').shadowRoot.getAnimations().length") == 0
