"""The two assistants under test behind one face: start, ask over HTTP, weigh, stop."""

import http.client
import json
import os
import secrets
import socket
import time
import uuid
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from bench import data
from bench.places import BOT_PYTHON, QUIET, ROOT
from bench.processes import Server, wait_until

NO_LIMIT = "1000000"
BATCH = 100


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def call(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, key: str = "") -> Any:
    """One JSON request on a kept connection; raises on anything but success."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    response = connection.getresponse()
    answer = response.read()
    if response.status >= http.HTTPStatus.BAD_REQUEST:
        raise RuntimeError(f"{method} {path}: {response.status} {answer[:500]!r}")
    return json.loads(answer) if answer else None


class Peer(ABC):
    """What both have in common."""

    name: str
    probes: tuple[tuple[int, str], ...]

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.servers: list[Server] = []

    def connect(self) -> http.client.HTTPConnection:
        """A new connection to the peer's message endpoint."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ready(self) -> bool:
        """Whether all its parts answer."""
        try:
            for port, path in self.probes:
                call(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "GET", path)
        except (OSError, http.client.HTTPException, RuntimeError):
            return False
        return True

    def start(self) -> float:
        """Start all parts and return the seconds until they answer."""
        self.servers = self.launch()
        return wait_until(self.ready, self.servers)

    @abstractmethod
    def launch(self) -> list[Server]:
        """Start the processes."""

    def ask(self, connection: http.client.HTTPConnection, conversation: str, number: int, text: str) -> float:
        """Say something as the owner of an order; returns milliseconds and insists on an answer about that order."""
        started = time.perf_counter()
        words = self.say(connection, conversation, number, text)
        took = (time.perf_counter() - started) * 1000
        if str(number) in text and str(number) not in words:
            raise RuntimeError(f"{self.name} did not look up {number}: {words!r}")
        return took

    @abstractmethod
    def say(self, connection: http.client.HTTPConnection, conversation: str, number: int, text: str) -> str:
        """Send one message and return the words of the replies."""

    def megabytes(self) -> float:
        """Memory of all processes."""
        return sum(server.megabytes() for server in self.servers)

    def stop(self) -> None:
        """Stop all processes."""
        for server in self.servers:
            server.stop()
        self.servers = []


class Stock(Peer):
    """`rasa run` and `rasa run actions` as they come."""

    name = "stock Rasa"

    def __init__(self, folder: Path, model: Path) -> None:
        super().__init__(folder)
        self.model = model
        self.actions_port = free_port()
        self.database = folder / "stock.db"
        self.probes = ((self.port, "/webhooks/rest/"), (self.actions_port, "/health"))
        data.write_stock_database(self.database)

    def launch(self) -> list[Server]:
        """Start the assistant and its action server."""
        env = QUIET | {
            "STOCK_DATABASE": str(self.database),
            "STOCK_ACTIONS_URL": f"http://127.0.0.1:{self.actions_port}/webhook",
        }
        rasa = [BOT_PYTHON, "-m", "rasa", "run"]
        files = ["--endpoints", "bench/stock/endpoints.yml", "--credentials", "bench/stock/credentials.yml"]
        run = [*rasa, "--model", str(self.model), "-i", "127.0.0.1", "--port", str(self.port), *files]
        actions = [*rasa, "actions", "--actions", "bench.stock.actions", "--port", str(self.actions_port)]
        return [
            Server(run, env, self.folder / "stock.log", ROOT),
            Server(actions, env, self.folder / "stock-actions.log", ROOT),
        ]

    def say(self, connection: http.client.HTTPConnection, conversation: str, number: int, text: str) -> str:
        """Speak to the rest channel."""
        body = {"sender": conversation, "message": text, "metadata": {"email": data.email(number)}}
        replies = call(connection, "POST", "/webhooks/rest/webhook", body)
        return " ".join(reply.get("text", "") for reply in replies)


class Doorstep(Peer):
    """`doorstep serve`: app and bot box."""

    name = "Doorstep"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.key = secrets.token_urlsafe()
        self.bot_port = free_port()
        self.probes = ((self.port, "/readyz"),)
        self.settings: dict[str, str] = {}

    def launch(self) -> list[Server]:
        """Start everything with a database of its own, limits out of the way, and further `settings`."""
        env = {
            "DOORSTEP_DATABASE_URL": f"sqlite:///{self.folder / 'doorstep.db'}",
            "DOORSTEP_BOT_DATABASE_URL": f"sqlite:///{self.folder / 'bot.db'}",
            "DOORSTEP_API_KEY": self.key,
            "DOORSTEP_PORT": str(self.port),
            "DOORSTEP_BOT_PORT": str(self.bot_port),
            "DOORSTEP_BOT_URL": f"http://127.0.0.1:{self.bot_port}",
            "DOORSTEP_MESSAGES_PER_MINUTE": NO_LIMIT,
            "DOORSTEP_PUBLIC_PER_MINUTE": NO_LIMIT,
            "DOORSTEP_API_PER_MINUTE": NO_LIMIT,
        }
        command = [str(ROOT / ".venv" / "bin" / "doorstep"), "serve"]
        return [Server(command, os.environ | env | self.settings, self.folder / "doorstep.log", ROOT)]

    def fill(self) -> None:
        """Hand in the orders and their scans as a shop and a carrier would."""
        connection = self.connect()
        numbers = list(data.ORDERS)
        for first in range(0, len(numbers), BATCH):
            batch = numbers[first : first + BATCH]
            call(connection, "POST", "/api/v1/orders", [data.order(number) for number in batch], self.key)
            events = [scan for number in batch for scan in data.scans(number)]
            call(connection, "POST", "/api/v1/tracking-events", {"events": events}, self.key)

    def say(self, connection: http.client.HTTPConnection, conversation: str, number: int, text: str) -> str:
        """Speak to the HTTP API as a shop whose shopper is logged in."""
        body = {
            "conversation": conversation,
            "message_id": uuid.uuid4().hex,
            "text": text,
            "channel": "web",
            "identity": {"email": data.email(number)},
        }
        answer = call(connection, "POST", "/api/v1/messages", body, self.key)
        return " ".join(reply["text"] for reply in answer["replies"])
