"""Measures how long a shopper's message takes to an agent's open page: `.venv/bin/python -m bench.console`.

The real app on an SQLite file with 2,000 open conversations; 50 agents each follow one of them on a live socket and
have the list beside it. Shoppers write through the HTTP API. Loopback only; it ends by itself after a minute or so.
"""

import asyncio
import json
import os
import shutil
import socket
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bench.places import ROOT
from bench.processes import Server
from doorstep.bootstrap import support_room, tracking_room
from doorstep.console import agents_on
from doorstep.settings import Settings
from support.model import Agent, Inbound, TicketReason

AGENTS, OPEN, MESSAGES, PER_SECOND = 50, 2000, 1500, 40
_KEY, _PASSWORD = "bench-key", "bench password"
_READY_SECONDS = 60


def settings(folder: Path, port: int) -> dict[str, str]:
    """The environment of the app under test."""
    return {
        "DOORSTEP_DATABASE_URL": f"sqlite:///{folder / 'console.db'}",
        "DOORSTEP_PORT": str(port),
        "DOORSTEP_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DOORSTEP_API_KEY": _KEY,
        "DOORSTEP_BOT_SECRET": "bench",
        "DOORSTEP_API_PER_MINUTE": "1000000",
        "DOORSTEP_MESSAGES_PER_MINUTE": "1000000",
        "DOORSTEP_LOG_LEVEL": "error",
    }


async def fill() -> list[str]:
    """Make agents and open conversations, 50 of them in the agents' hands; return a session's token for each agent."""
    found = Settings()
    async with tracking_room(found) as tracking, support_room(found, tracking, lambda _: None) as support:
        now = tracking.clock.now()
        agents = agents_on(found, tracking.database, tracking.clock)
        for n in range(OPEN):
            said = Inbound(f"bench-{n}", "m0", f"Where is order {n}? It has been a week.")
            await support.desk._conversations.receive(said, now, now, now - timedelta(days=1), "bench")
            await support.desk._conversations.answer(said.conversation, 1, (), now, None, 0)
            await support.tickets.open(said.conversation, TicketReason.LATE, "It is late", str(n))
        tokens = []
        for n in range(AGENTS):
            account = await agents.add(f"agent{n}@example.com", f"Agent {n}", "agent", _PASSWORD)
            await support.handover.take(f"bench-{n}", Agent(account.id, account.name))
            tokens.append(await agents.vouched(account.email) or "")
    return tokens


@asynccontextmanager
async def page(address: str, token: str, agent: int) -> AsyncIterator[ClientConnection]:
    """An agent's open page: one conversation followed, a hundred rows watched."""
    cookie = {"Cookie": f"doorstep_agent={token}"}
    url = f"ws://{address}/console/live"
    async with connect(url, origin=f"http://{address}", additional_headers=cookie, proxy=None) as opened:  # type: ignore[arg-type]
        await opened.send(json.dumps({"type": "open", "conversation": f"bench-{agent}", "after": 0}))
        rows = [f"bench-{n}" for n in range(AGENTS, AGENTS + 99)]
        await opened.send(json.dumps({"type": "watch", "conversations": rows}))
        yield opened


async def arrivals(opened: ClientConnection, found: dict[str, float]) -> None:
    """Note when each message that says "bench message N." was on this page."""
    async for text in opened:
        now, frame = time.perf_counter(), json.loads(text)
        for part in frame.get("html", "").split("bench message ")[1:]:
            found.setdefault(part.split(".")[0], now)


async def measure(address: str, tokens: list[str]) -> tuple[list[float], list[float], list[float]]:
    """Seconds from sending a message to its being on the agent's page, of its own answer, and of the list's page."""
    sent: dict[str, float] = {}
    seen: dict[str, float] = {}
    answered: list[float] = []
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://{address}", trust_env=False, timeout=30)
        )
        listening = []
        for agent, token in enumerate(tokens):
            opened = await stack.enter_async_context(page(address, token, agent))
            listening.append(asyncio.create_task(arrivals(opened, seen)))
        await asyncio.sleep(1)

        async def say(n: int) -> None:
            body = {"conversation": f"bench-{n % AGENTS}", "message_id": f"b{n}", "text": f"bench message {n}."}
            sent[str(n)] = started = time.perf_counter()
            headers = {"Authorization": f"Bearer {_KEY}"}
            answer = await client.post("/api/v1/messages", json=body | {"channel": "web"}, headers=headers)
            answer.raise_for_status()
            answered.append(time.perf_counter() - started)

        async with asyncio.TaskGroup() as group:
            for n in range(MESSAGES):
                group.create_task(say(n))
                await asyncio.sleep(1 / PER_SECOND)
        await asyncio.sleep(2)
        for task in listening:
            task.cancel()
        lists = [await list_seconds(client, tokens[n % AGENTS]) for n in range(100)]
    missing = set(sent) - set(seen)
    if missing:
        raise RuntimeError(f"{len(missing)} messages never reached a page")
    return [seen[n] - sent[n] for n in sent], answered, lists


async def list_seconds(client: httpx.AsyncClient, token: str) -> float:
    """How long the list of all open conversations takes."""
    started = time.perf_counter()
    answer = await client.get("/console/queue?view=open", headers={"Cookie": f"doorstep_agent={token}"})
    if answer.status_code != httpx.codes.OK or answer.text.count("data-row=") != 100:
        raise RuntimeError("the list is not the list")
    return time.perf_counter() - started


def line(name: str, seconds: list[float]) -> str:
    """Median, 99th percentile and worst, in milliseconds."""
    ordered = sorted(seconds)
    shown = statistics.median(ordered), ordered[int(len(ordered) * 0.99) - 1], ordered[-1]
    return f"{name:<32}" + "".join(f"{value * 1000:>10.1f}" for value in shown)


async def run(folder: Path) -> None:
    """Fill, serve, measure, print."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = settings(folder, port)
    os.environ.update(environment)
    tokens = await fill()
    command = [str(ROOT / ".venv" / "bin" / "doorstep"), "serve", "--only", "web"]
    server = Server(command, environment, folder / "serve.log", ROOT)
    try:
        await until_ready(f"http://127.0.0.1:{port}", server)
        results = await measure(f"127.0.0.1:{port}", tokens)
    finally:
        server.stop()
    print(f"{AGENTS} agents, {OPEN} open conversations, {MESSAGES} messages at {PER_SECOND} a second, load "
          f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")  # fmt: skip
    print(f"{'milliseconds':<32}{'p50':>10}{'p99':>10}{'worst':>10}")
    for name, seconds in zip(
        ("message to agent's page", "message acknowledged", "list of 100 rows"), results, strict=True
    ):
        print(line(name, seconds))


async def until_ready(url: str, server: Server) -> None:
    """Wait until the app answers."""
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        for _ in range(_READY_SECONDS * 10):
            server.check()
            try:
                if (await client.get("/healthz")).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    raise TimeoutError("the app did not answer")


def main() -> None:
    """Run it in a folder of its own, which goes afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="doorstep-bench-console-"))
    try:
        asyncio.run(run(folder))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
