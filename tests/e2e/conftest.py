"""Finds Chromium, starts the stand-in chat server and opens shop pages; a missing browser is a failure."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

from tests.e2e.chat_process import ChatServer, OpenPage

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def chromium_path(playwright: Playwright) -> str:
    """The browser to test in: $DOORSTEP_CHROMIUM, an installed one, or playwright's own download."""
    chosen = os.environ.get("DOORSTEP_CHROMIUM")
    if chosen:
        return chosen
    own = playwright.chromium.executable_path
    found = [path for path in map(shutil.which, COMMANDS) if path] + [own] * Path(own).exists()
    if not found:
        pytest.fail(
            "No Chromium for the browser tests. Install it (Debian: apt-get install chromium; elsewhere: "
            "playwright install chromium), or name one in DOORSTEP_CHROMIUM."
        )
    return found[0]


# One browser a module, not a session: while playwright's loop lives, no asynchronous test can run in this process.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        path = chromium_path(playwright)
        try:
            launched = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        except Error as error:
            pytest.fail(f"Chromium at {path} does not start: {error}")
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def chat_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    """One stand-in chat server for a module."""
    server = ChatServer(tmp_path_factory.mktemp("chat"))
    yield server
    server.kill()


@pytest.fixture
def chat_server(chat_process: ChatServer) -> ChatServer:
    """A running stand-in chat server that has never seen a visitor."""
    chat_process.start()
    chat_process.control("forget")
    return chat_process


@pytest.fixture
def streaming_server(tmp_path: Path) -> Iterator[ChatServer]:
    """A stand-in chat server that refuses WebSockets."""
    server = ChatServer(tmp_path, websocket=False)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def base_url(chat_server: ChatServer) -> str:
    """Where the shop page and the chat are."""
    return chat_server.url


@pytest.fixture
def open_page(browser: Browser, base_url: str) -> Iterator[OpenPage]:
    """Opens a shop page in a new browser profile; `context` holds playwright's options, the rest is the query."""
    contexts = []

    def open_one(base: str = base_url, context: dict[str, object] | None = None, **query: str) -> Page:
        contexts.append(browser.new_context(**{"locale": "en-GB", **(context or {})}))  # type: ignore[arg-type]
        page = contexts[-1].new_page()
        page.goto(f"{base}/page?{urlencode(query)}")
        return page

    yield open_one
    for opened in contexts:
        opened.close()
