"""Runs the stand-in chat server as a process of its own, so that tests can kill it; knows nothing of browsers."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
OpenPage = Callable[..., Page]


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
        """Start unless it runs, and return once it answers."""
        if self._process and self._process.poll() is None:
            return
        self._process = subprocess.Popen(self._command, cwd=ROOT)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._answers():
                return
            time.sleep(0.05)
        pytest.fail("The stand-in chat server did not start")

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/widget.js").is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """End it the hard way, as a crash would."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def control(self, action: str, text: str = "") -> list[list[dict[str, object]]]:
        """Do something to the conversations from outside; returns every room's messages."""
        answer = httpx.post(f"{self.url}/control/{action}", content=text.encode())
        return list(answer.raise_for_status().json()["rooms"])
