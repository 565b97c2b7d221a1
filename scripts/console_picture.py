"""Makes the console's picture from a running demo: `python -m scripts.console_picture URL API_KEY PASSWORD`."""

import sys

import httpx
from playwright.sync_api import Page, expect, sync_playwright

from demo.guide import AGENT
from scripts.browser import found
from scripts.screenshots import IMAGES

TALKS = (
    ("picture-1", "web", ("where is my order 1003?", "0117", "it has been stuck for days, can I talk to a person?")),
    ("picture-2", "sms", ("where is 1002", "bruno@example.com", "I want a human please")),
    ("picture-3", "web", ("my parcel never came, get me a real person",)),
    ("picture-4", "voice", ("talk to an agent",)),
)


def ask(url: str, key: str) -> None:
    """Let some shoppers call for a person."""
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=20, trust_env=False) as client:
        for conversation, channel, texts in TALKS:
            for number, text in enumerate(texts):
                message = {"conversation": conversation, "message_id": f"m{number}", "text": text, "channel": channel}
                client.post("/api/v1/messages", json=message).raise_for_status()


def picture(page: Page, url: str, password: str) -> None:
    """Take a conversation, answer, and take a picture of it."""
    page.goto(f"{url}/console")
    page.get_by_label("E-mail").fill(AGENT)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{url}/console/conversations/picture-1?view=open")
    page.get_by_role("button", name="Take it").click()
    page.get_by_role("textbox", name="Reply to the shopper").fill("Hello, Kim here. I'm asking the carrier right now.")
    page.keyboard.press("Enter")
    expect(page.locator(".said.agent")).to_have_count(1)
    page.get_by_role("textbox", name="Internal note").fill("Asked for a search of the depot; they call back by noon.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".note-list li")).to_have_count(1)
    page.locator(".side").evaluate("(side) => side.scrollTo(0, 0)")
    page.wait_for_timeout(1500)
    page.screenshot(path=IMAGES / "console.png")


def main() -> None:
    """Make the picture."""
    url, key, password = sys.argv[1:4]
    ask(url, key)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found(), args=["--no-sandbox", "--disable-gpu"])
        picture(browser.new_page(viewport={"width": 1360, "height": 840}, locale="en-US"), url, password)
        browser.close()


if __name__ == "__main__":
    main()
