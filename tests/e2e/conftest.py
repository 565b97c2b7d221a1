"""Finds Chromium, starts the stand-in chat server and opens shop pages; a missing browser is a failure, never a skip."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
OpenPage = Callable[..., Page]


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


class ChatServer:
    """The stand-in as a real process that can be killed and started again on the same port and messages."""

    def __init__(self, folder: Path, websocket: bool = True) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        arguments = ["--port", str(self.port), "--file", str(folder / "messages.jsonl")]
        self._command = [sys.executable, "-m", "tests.e2e.widget_server", *arguments]
        self._command += [] if websocket else ["--no-websocket"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return once it answers."""
        self._process = subprocess.Popen(self._command, cwd=ROOT)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                httpx.get(f"{self.url}/widget.js")
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        pytest.fail("The stand-in chat server did not start")

    def kill(self) -> None:
        """End it the hard way, as a crash would."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def control(self, action: str, text: str = "") -> list[list[dict[str, object]]]:
        """Do something to the conversations from outside; returns every room's messages."""
        answer = httpx.post(f"{self.url}/control/{action}", content=text.encode())
        return list(answer.raise_for_status().json()["rooms"])


@pytest.fixture
def chat_server(tmp_path: Path) -> Iterator[ChatServer]:
    """A stand-in chat server with no messages yet."""
    server = ChatServer(tmp_path)
    server.start()
    yield server
    server.kill()


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
    """Opens a shop page in a browser profile of its own: `context` are playwright's options, the rest the page's query."""
    contexts = []

    def open_one(base: str = base_url, context: dict[str, object] | None = None, **query: str) -> Page:
        contexts.append(browser.new_context(**{"locale": "en-GB", **(context or {})}))  # type: ignore[arg-type]
        page = contexts[-1].new_page()
        page.goto(f"{base}/page?{urlencode(query)}")
        return page

    yield open_one
    for opened in contexts:
        opened.close()
