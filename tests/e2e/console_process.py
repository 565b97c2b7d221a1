"""Runs the console's server as a process that can be cut off and come back, and opens browsers on it."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.consoles import PASSWORD

ROOT = Path(__file__).resolve().parents[2]


class ConsoleServer:
    """A real process on a port and a database file that stay the same from one start to the next."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._command = [sys.executable, "-m", "tests.e2e.console_server", "--port", str(port)]
        self._command += ["--file", str(folder / "console.db")]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start unless it runs, and return once it answers."""
        if self._process and self._process.poll() is None:
            return
        self._process = subprocess.Popen(self._command, cwd=ROOT)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/healthz", trust_env=False).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        pytest.fail("The console's server did not start")

    def kill(self) -> None:
        """End it the hard way, as a crash would."""
        if self._process:
            self._process.kill()
            self._process.wait()


def sign_in(browser: Browser, url: str, name: str, **context: object) -> Page:
    """A browser of its own in which somebody of this name has signed in through the form."""
    page = browser.new_context(**{"locale": "en-GB", **context}).new_page()  # type: ignore[arg-type]
    page.goto(f"{url}/console")
    page.get_by_label("E-mail").fill(f"{name.lower()}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Conversations")).to_be_visible()
    return page


def shopper(browser: Browser, url: str) -> Page:
    """A shopper's browser on the shop page."""
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(f"{url}/page")
    return page
