"""What a shopper sees and does in the widget, in the words of a test."""

from playwright.sync_api import Locator, Page, expect


def open_chat(page: Page) -> None:
    """Press the launcher."""
    page.get_by_role("button", name="Open chat").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def box(page: Page) -> Locator:
    """The field one types in."""
    return page.get_by_role("textbox", name="Your message")


def say(page: Page, text: str) -> None:
    """Type a message and send it with Enter."""
    box(page).fill(text)
    box(page).press("Enter")


def bubbles(page: Page) -> Locator:
    """All message texts in order, without the local greeting."""
    return page.locator(".log .bubble")


def expect_said(page: Page, *texts: str) -> None:
    """Wait until exactly these messages stand in the log, all of them acknowledged."""
    expect(bubbles(page)).to_have_text(list(texts))
    expect(page.locator(".unsent")).to_have_count(0)


def settle(page: Page) -> None:
    """Wait until the widget's moves are over or called off, those that never end aside."""
    page.evaluate(
        "Promise.all(document.querySelector('doorstep-chat').shadowRoot.getAnimations()"
        ".filter((move) => move.effect.getTiming().iterations !== Infinity)"
        ".map((move) => move.finished.catch(() => null)))"
    )


def outbox_size(page: Page) -> int:
    """How many messages the browser still holds as unacknowledged."""
    return int(page.evaluate("Object.keys(localStorage).filter((key) => key.includes(':out:')).length"))
