"""Kills Doorstep's processes in the middle of work: nothing is lost, nothing doubled, nothing left running."""

import asyncio
import json
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from demo.wire import signature
from tests.conftest import SECRETS, Running, running_doorstep

WORDS = ("hello", "thanks", "are you a bot?", "good morning", "bye")  # each is answered with one reply
SHOPPERS, PARCELS, SCANS = 8, 12, 5
# Longer than the lease that a killed process leaves behind on a conversation.
PATIENCE_SECONDS = 60
STOP_SECONDS = 15
START = datetime(2026, 11, 20, 8, tzinfo=UTC)
ORDER = {
    "number": "5001",
    "placed_at": "2026-11-20T10:00:00Z",
    "customer": {"name": "Dana Fields", "email": "dana@example.com"},
    "ship_to": {"postcode": "94110", "city": "San Francisco", "country": "US"},
    "items": [{"sku": "K", "title": "Kettle", "quantity": 1}],
}


def webhook(parcel: int, scans: int) -> bytes:
    """What EasyPost sends when a parcel has had this many scans: all of them, as it does."""
    details = [
        {"status": "in_transit", "message": f"Scan {n}", "datetime": (START + timedelta(hours=n)).isoformat()}
        for n in range(scans)
    ]
    tracker = {"tracking_code": f"KILL{parcel:04d}", "status": "in_transit", "tracking_details": details}
    event = {"id": f"evt_{parcel}_{scans}", "object": "Event", "description": "tracker.updated", "result": tracker}
    return json.dumps(event).encode()


@dataclass
class Crowd:
    """Shoppers and a carrier who send all they have, again after every crash, and remember what was acknowledged."""

    tokens: list[str]
    said: set[tuple[int, str]] = field(default_factory=set)
    stored: set[tuple[int, int]] = field(default_factory=set)

    async def send_all(self, running: Running, kill_after: int | None = None) -> None:
        """Send everything; after so many acknowledgements kill the app, whatever it is doing."""
        acknowledged = 0

        def count() -> None:
            nonlocal acknowledged
            acknowledged += 1
            if acknowledged == kill_after:
                running.process.kill()

        async with httpx.AsyncClient(base_url=running.base_url, trust_env=False, timeout=PATIENCE_SECONDS) as client:
            work = [self._talk(client, shopper, count) for shopper in range(SHOPPERS)]
            work += [self._carry(client, parcel, count) for parcel in range(PARCELS)]
            results = await asyncio.gather(*work, return_exceptions=True)
        faults = [fault for fault in results if fault is not None]
        assert all(isinstance(fault, httpx.TransportError) for fault in faults), faults
        assert bool(faults) is (kill_after is not None)

    async def _talk(self, client: httpx.AsyncClient, shopper: int, count: Any) -> None:
        headers = {"Authorization": f"Bearer {self.tokens[shopper]}"}
        for place, text in enumerate(WORDS):
            answer = await client.post("/chat/messages", json={"id": f"m-{place}", "text": text}, headers=headers)
            assert answer.status_code == 202, answer.text
            self.said.add((shopper, f"m-{place}"))
            count()

    async def _carry(self, client: httpx.AsyncClient, parcel: int, count: Any) -> None:
        for scans in range(1, SCANS + 1):
            body = webhook(parcel, scans)
            headers = {"X-Hmac-Signature": signature(body, SECRETS["DOORSTEP_EASYPOST_SECRET"])}
            answer = await client.post("/webhooks/easypost", content=body, headers=headers)
            assert answer.status_code == 200, answer.text
            self.stored.add((parcel, scans))
            count()


def new_visitors(running: Running) -> list[str]:
    """The tokens of shoppers who have said nothing yet."""
    with httpx.Client(base_url=running.base_url, trust_env=False) as client:
        return [client.post("/chat/hello", json={}).json()["token"] for _ in range(SHOPPERS)]


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """Read the app's database from outside."""
    with closing(sqlite3.connect(folder / "doorstep.db")) as database:
        return database.execute(query).fetchall()


def scans_in(folder: Path) -> Counter[str]:
    """How many scans are stored of each parcel."""
    joined = "FROM tracking_events e JOIN shipments s ON s.id = e.shipment_id"
    return Counter(number for (number,) in rows(folder, f"SELECT s.tracking_number {joined}"))


def shop(running: Running, *numbers: str) -> None:
    """Tell of an order, with a parcel for each tracking number."""
    order = {**ORDER, "shipments": [{"tracking_number": number} for number in numbers]}
    headers = {"Authorization": f"Bearer {running.api_key}"}
    httpx.post(f"{running.base_url}/api/v1/orders", json=order, headers=headers, trust_env=False).raise_for_status()


def family(running: Running) -> list[psutil.Process]:
    """The app's process and all that it has started."""
    mother = psutil.Process(running.process.pid)
    return [mother, *mother.children(recursive=True)]


def bot_box(running: Running) -> psutil.Process:
    """The bot box's process."""
    return next(process for process in family(running)[1:] if process.cmdline()[-2:] == ["-m", "bot"])


def assert_gone(processes: list[psutil.Process]) -> None:
    """Fail, and tidy up, when one of these is still there after a while."""
    _, alive = psutil.wait_procs(processes, STOP_SECONDS)
    for process in alive:
        process.kill()
    assert not alive


async def test_an_app_killed_at_work_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with running_doorstep(tmp_path, DOORSTEP_BOT_TIMEOUT="9") as running:
        shop(running, *(f"KILL{parcel:04d}" for parcel in range(PARCELS)))
        crowd = Crowd(new_visitors(running))
        members = family(running)
        await crowd.send_all(running, kill_after=(SHOPPERS * len(WORDS) + PARCELS * SCANS) // 2)
        assert_gone(members)
    kept = Counter(key for (key,) in rows(tmp_path, "SELECT message_id FROM messages WHERE author = 'shopper'"))
    assert kept >= Counter(key for _, key in crowd.said), "a message was acknowledged, but is not stored"
    events = scans_in(tmp_path)
    assert all(events[f"KILL{parcel:04d}"] >= scans for parcel, scans in crowd.stored), "so was a scan"
    with running_doorstep(tmp_path, DOORSTEP_BOT_TIMEOUT="9") as running:
        await crowd.send_all(running)
        histories = [await _history(running, token) for token in crowd.tokens]
    for messages in histories:
        said = [message["id"] for message in messages if message["author"] == "shopper"]
        assert said == [f"m-{place}" for place in range(len(WORDS))], messages
    answers = Counter(rows(tmp_path, "SELECT conversation, reply_to FROM messages WHERE author = 'bot'"))
    questions = rows(tmp_path, "SELECT conversation, number FROM messages WHERE author = 'shopper'")
    assert answers == Counter(questions)
    assert scans_in(tmp_path) == {f"KILL{parcel:04d}": SCANS for parcel in range(PARCELS)}


async def _history(running: Running, token: str) -> list[dict[str, Any]]:
    """All of a conversation once every message in it is answered."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    async with httpx.AsyncClient(base_url=running.base_url, trust_env=False) as client:
        while time.monotonic() < deadline:
            messages = (await client.post("/chat/hello", json={"token": token})).json()["messages"]
            if len(messages) >= 2 * len(WORDS):
                break
            await asyncio.sleep(0.5)
    return list(messages)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A Doorstep whose bot box may be killed."""
    with running_doorstep(tmp_path_factory.mktemp("killed"), DOORSTEP_BOT_TIMEOUT="1.5") as running:
        shop(running)
        yield running


class Talk:
    """One conversation over the API."""

    def __init__(self, running: Running, conversation: str) -> None:
        self._running, self._conversation, self._count = running, conversation, 0

    def say(self, text: str) -> str:
        """Say it and return the answer's words."""
        self._count += 1
        message = {"conversation": self._conversation, "message_id": str(self._count), "text": text}
        headers = {"Authorization": f"Bearer {self._running.api_key}"}
        url = f"{self._running.base_url}/api/v1/messages"
        answer = httpx.post(url, json=message, headers=headers, trust_env=False, timeout=20)
        return "\n".join(reply["text"] for reply in answer.raise_for_status().json()["replies"])


def _wait_until_ready(running: Running, ready: bool) -> None:
    for _ in range(PATIENCE_SECONDS * 5):
        if httpx.get(f"{running.base_url}/readyz", trust_env=False).is_success is ready:
            return
        time.sleep(0.2)
    pytest.fail(f"readyz did not become {ready}")


def test_a_bot_box_that_hangs_is_answered_for_and_can_go_on(server: Running) -> None:
    talk, frozen = Talk(server, "hanging"), bot_box(server)
    assert "prove" in talk.say("where is order 5001?")
    frozen.suspend()
    started = time.monotonic()
    assert "can't look that up" in talk.say("hello?")
    assert time.monotonic() - started < 6
    frozen.resume()
    _wait_until_ready(server, ready=True)
    assert "Order 5001 hasn't shipped yet" in talk.say("94110")


def test_a_bot_box_killed_in_a_form_comes_back_and_goes_on(server: Running) -> None:
    talk = Talk(server, "killed")
    assert "prove" in talk.say("where is order 5001?")
    bot_box(server).kill()
    _wait_until_ready(server, ready=False)
    apology = talk.say("hello?")
    assert "can't look that up" in apology
    assert "T-" in apology
    _wait_until_ready(server, ready=True)
    assert "Order 5001 hasn't shipped yet" in talk.say("94110")


def test_ctrl_c_leaves_no_process_even_if_the_bot_box_hangs(server: Running) -> None:
    members = family(server)
    bot_box(server).suspend()
    server.process.send_signal(signal.SIGINT)
    assert_gone(members)
