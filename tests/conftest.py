"""What all tests share: databases, and one running Doorstep for those that need the whole."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.alexa_place import alexa_place
from tests.databases import (  # noqa: F401 - fixtures
    database,
    database_url,
    postgres_server,
    postgres_url,
    sqlite_template,
)
from tracking.carriers.aggregators import aggregators
from tracking.shops import shops

ROOT = Path(__file__).resolve().parent.parent
SECRETS = {
    "DOORSTEP_API_KEY": "test-key",
    **{
        f"DOORSTEP_{hook.secret_setting.upper()}": f"test-{code}" for code, hook in {**shops(), **aggregators()}.items()
    },
    "DOORSTEP_TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000001",
    "DOORSTEP_TWILIO_AUTH_TOKEN": "test-twilio",
    "DOORSTEP_TWILIO_FROM": "+15550100199",
    "DOORSTEP_ALEXA_SKILL_ID": "amzn1.ask.skill.test",
    "DOORSTEP_DIALOGFLOW_TOKEN": "test-key",
    "DOORSTEP_MESSAGES_PER_MINUTE": "600",
    "DOORSTEP_API_PER_MINUTE": "60000",
    "DOORSTEP_PUBLIC_PER_MINUTE": "600",
    "DOORSTEP_LOG_LEVEL": "warning",
}
READY_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Running:
    """A running Doorstep."""

    base_url: str
    api_key: str
    folder: Path
    process: "subprocess.Popen[bytes]"


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(base_url: str, process: "subprocess.Popen[bytes]") -> None:
    """Return when the server says it is ready; fail when it ends or takes too long."""
    for _ in range(READY_SECONDS * 5):
        if process.poll() is not None:
            raise AssertionError(f"doorstep ended with {process.returncode} before it was ready")
        try:
            if httpx.get(f"{base_url}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise AssertionError("doorstep was not ready in time")


@contextmanager
def running_doorstep(
    folder: Path, arguments: tuple[str, ...] = ("serve",), output: int | None = None, **environment: str
) -> Iterator[Running]:
    """Start Doorstep as a user would, on ports and files of its own, and end it after the block.

    All that it and its bot box print goes to the file descriptor `output`, if one is given.
    """
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    own = {
        "DOORSTEP_PORT": str(port),
        "DOORSTEP_PUBLIC_URL": base_url,
        "DOORSTEP_BOT_PORT": str(free_port()),
        "DOORSTEP_DATABASE_URL": f"sqlite:///{folder / 'doorstep.db'}",
        "DOORSTEP_BOT_DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
    }
    command = [str(ROOT / ".venv" / "bin" / "doorstep"), *arguments]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **SECRETS, **own, **environment}, stdout=output, stderr=output
    )
    try:
        wait_until_ready(base_url, process)
        yield Running(base_url, SECRETS["DOORSTEP_API_KEY"], folder, process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


@pytest.fixture(scope="session")
def doorstep_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One whole Doorstep, app and bot box, for the session; it takes a stand-in's certificates for Alexa's."""
    folder = tmp_path_factory.mktemp("doorstep")
    with alexa_place(folder) as alexa, running_doorstep(folder, **alexa) as running:
        yield running
