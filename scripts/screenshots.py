"""Makes the README's pictures from a running demo: `python -m scripts.screenshots URL API_KEY`."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright
from rich.console import Console
from rich.text import Text

from scripts.browser import found

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
TALK = ["hi, where's my order?", "1003", "0117", "so when will it be here?"]


def widget(page: Page, url: str) -> None:
    """Ask about an order in the shop's widget and take a picture of it."""
    page.goto(url)
    page.get_by_role("button", name="Open chat").click()
    for text, answer in zip(TALK[:3], ["order number", "To show you", "Last scan"], strict=True):
        box = page.get_by_role("textbox", name="Your message")
        box.fill(text)
        box.press("Enter")
        expect(page.locator(".log .bubble").last).to_contain_text(answer)
    page.wait_for_timeout(600)
    page.screenshot(path=IMAGES / "widget.png")


def phone(page: Page, url: str) -> None:
    """Text the shop from the pretend phone and take a picture of it."""
    page.goto(f"{url}/phone")
    for text, answer in (("where is my order", "Which"), ("2", "Order"), ("stop", "START")):
        page.get_by_role("textbox", name="Text message").fill(text)
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#texts .theirs").last).to_contain_text(answer)
    page.wait_for_timeout(300)
    page.screenshot(path=IMAGES / "phone.png")


def speaker(page: Page, url: str) -> None:
    """Ask the pretend speaker and take a picture of it."""
    page.goto(f"{url}/speaker")
    for text, answer in (
        ("Alexa, ask doorstep orders where is my order one zero zero three", "last four"),
        ("zero one one seven", "details"),
    ):
        page.get_by_role("textbox", name="What you say").fill(text)
        page.get_by_role("button", name="Say it").click()
        expect(page.locator("#talk .theirs").last).to_contain_text(answer)
    page.wait_for_timeout(300)
    page.screenshot(path=IMAGES / "speaker.png")


def story(page: Page, url: str) -> None:
    """Let a parcel move and another go quiet, and take a picture of both, then of the mail that came of it."""
    page.goto(f"{url}/story")
    page.get_by_label("quicker").check()
    page.get_by_role("button", name="Let one move").click()
    page.get_by_role("button", name="Let one go quiet").click()
    expect(page.locator("#quiet .done")).to_have_count(2, timeout=60_000)
    expect(page.locator("#moves .done")).to_have_count(4, timeout=60_000)
    page.wait_for_timeout(600)
    page.screenshot(path=IMAGES / "story.png")
    expect(page.locator("#moves .done")).to_have_count(5, timeout=60_000)
    page.wait_for_timeout(3000)
    page.goto(f"{url}/mail?to=wren@example.com")
    page.locator("#mails a").first.click()
    expect(page.frame_locator("iframe").get_by_role("heading")).to_be_visible()
    page.screenshot(path=IMAGES / "mail.png")


def terminal(url: str, key: str) -> None:
    """Have the same talk in the terminal and draw what it shows."""
    environment = {**os.environ, "DOORSTEP_API_KEY": key, "COLUMNS": "92"}
    command = [ROOT / ".venv" / "bin" / "doorstep", "chat", "--url", url]
    done = subprocess.run(command, input="\n".join(TALK), capture_output=True, text=True, env=environment, check=True)
    console = Console(record=True, width=96, file=io.StringIO())
    parts = done.stdout.split("you  ")[1:]
    for said, answer in zip(TALK, parts, strict=False):
        console.print(Text("you  ", "bold") + Text(said))
        console.print(Text(answer.rstrip()))
    drawn = console.export_svg(title="doorstep chat")
    # Without the fonts it would fetch from elsewhere.
    (IMAGES / "terminal.svg").write_text(re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL))


def main() -> None:
    """Make all pictures."""
    url, key = sys.argv[1:3]
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found(), args=["--no-sandbox", "--disable-gpu"])
        widget(browser.new_page(viewport={"width": 1100, "height": 780}), url)
        phone(browser.new_page(viewport={"width": 1100, "height": 780}), url)
        speaker(browser.new_page(viewport={"width": 1100, "height": 820}), url)
        story(browser.new_page(viewport={"width": 1100, "height": 840}), url)
        browser.close()
    terminal(url, key)


if __name__ == "__main__":
    main()
