"""Measures Doorstep beside a stock Rasa assistant and writes docs/benchmarks.md: `make bench`.

Both know the same orders, domain and training data and run on this machine at the same time, taking turns round by
round. The first run trains the stock assistant, which takes ten minutes or more; its model is kept in var/bench.
"""

import asyncio
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench import alerts, measures, report, webhooks
from bench.peers import Doorstep, Peer, Stock
from bench.places import FOLDER, ROOT
from bench.report import Pair, Results
from bench.training import train_doorstep, train_stock

STARTS = 3
PARSE_ROUNDS = 3
ALERTS = ["--latency", "60", "--rounds", "3"]
PARSED_LINES = 300
SETTLE_SECONDS = 3


def step(words: str) -> None:
    """Say what is going on, as some steps take minutes."""
    print(f"{time.strftime('%H:%M:%S')} {words}", flush=True)


def example_lines() -> list[str]:
    """Training utterances, evenly spread over all intents; only how long they take is of interest."""
    found = [
        re.sub(r"\[([^\]]*)\](\([^)]*\)|\{[^}]*\})", r"\1", line.strip()[2:])
        for path in sorted((ROOT / "data" / "nlu").glob("*.yml"))
        for line in path.read_text().splitlines()
        if line.startswith("      - ")
    ]
    return found[:: max(1, len(found) // PARSED_LINES)]


def starts(ours: Peer, stock: Peer) -> Pair:
    """Seconds from nothing running to everything answering; the last start is left running."""
    seconds: dict[str, list[float]] = {ours.name: [], stock.name: []}
    for round_ in range(STARTS):
        for peer in (ours, stock):
            peer.stop()
        for peer in (ours, stock) if round_ % 2 == 0 else (stock, ours):
            seconds[peer.name].append(peer.start())
    return Pair(statistics.median(seconds[ours.name]), statistics.median(seconds[stock.name]))


def parses(our_model: Path, stock_model: Path) -> Pair:
    """Milliseconds of the NLU alone, rounds in turn."""
    lines, ours, stock = example_lines(), [], []
    for _ in range(PARSE_ROUNDS):
        ours.append(measures.parse("doorstep", our_model, lines))
        stock.append(measures.parse("stock", stock_model, lines))
    return Pair(statistics.median(ours), statistics.median(stock))


def running(ours: Doorstep, stock: Stock, results: Results) -> None:
    """Everything that is measured on the running systems."""
    peers: list[Peer] = [ours, stock]
    ours.fill()
    step("turns, in turn, each system on one core")
    for peer in peers:
        for server in peer.servers:
            server.pin(measures.SERVER_CORE)
    medians = measures.turns(peers)
    results.turn_rounds = Pair(medians[ours.name], medians[stock.name])
    results.turn = results.turn_rounds.map(statistics.median)
    step("conversations of 200 turns")
    long = measures.long_conversations(peers)
    results.early = Pair(long[ours.name][0], long[stock.name][0])
    results.late = Pair(long[ours.name][1], long[stock.name][1])
    for peer in peers:
        for server in peer.servers:
            server.unpin()
    step("twenty conversations at once")
    results.crowd = Pair(measures.at_once(ours), measures.at_once(stock))
    time.sleep(SETTLE_SECONDS)
    results.memory = Pair(ours.megabytes(), stock.megabytes())


def main() -> None:
    """Run everything and write the page."""
    results = Results(load=os.getloadavg()[0], cores=os.cpu_count() or 1)
    step("training the stock assistant (kept from an earlier run where nothing changed)")
    stock_model, stock_seconds = train_stock()
    step("training Doorstep from nothing")
    our_model, our_seconds = train_doorstep(FOLDER)
    results.training = Pair(our_seconds, stock_seconds)
    step("NLU")
    results.parse = parses(our_model, stock_model)
    folder = Path(tempfile.mkdtemp(prefix="doorstep-bench-"))
    ours, stock = Doorstep(folder), Stock(folder, stock_model)
    try:
        step("starting both, three times")
        results.start = starts(ours, stock)
        running(ours, stock, results)
    finally:
        ours.stop()
        stock.stop()
    step("webhooks of voice and SMS")
    hooks = folder / "webhooks"
    hooks.mkdir()
    results.webhooks = webhooks.measure(hooks)
    shutil.rmtree(folder)
    step("alerts")
    results.alerts = asyncio.run(alerts.run(ALERTS))
    page = report.page(results)
    (ROOT / "docs" / "benchmarks.md").write_text(page)
    print(page)
    sys.exit(0)


if __name__ == "__main__":
    main()
