"""The measurements: each returns plain numbers for one peer or for both, in turn."""

import json
import statistics
import subprocess
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.data import ORDERS
from bench.peers import Peer
from bench.places import BOT_PYTHON, ROOT

QUESTIONS = ("where is my order {}", "track {} please", "status of order {}", "any news on order {}")
ROUNDS = 8
TURNS_A_ROUND = 12
WARM_TURNS = 2
LONG_CONVERSATIONS = 3
AROUND = 2
EARLY, LATE = 5, 200
AT_ONCE = 20
TURNS_AT_ONCE = 10
SERVER_CORE = 0


def _conversation(peer: Peer, number: int, turns: int) -> list[float]:
    connection, name = peer.connect(), uuid.uuid4().hex
    return [
        peer.ask(connection, name, number, QUESTIONS[turn % len(QUESTIONS)].format(number)) for turn in range(turns)
    ]


def _alternating(peers: list[Peer], round_: int) -> list[Peer]:
    return peers if round_ % 2 == 0 else peers[::-1]


def turns(peers: list[Peer]) -> dict[str, list[float]]:
    """Median milliseconds of a turn, one number a round; the servers keep to one core."""
    medians: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for round_ in range(ROUNDS):
        for peer in _alternating(peers, round_):
            times = _conversation(peer, ORDERS[round_], TURNS_A_ROUND)
            medians[peer.name].append(statistics.median(times[WARM_TURNS:]))
    return medians


def long_conversations(peers: list[Peer]) -> dict[str, tuple[float, float]]:
    """Milliseconds around the 5th and around the 200th turn of one conversation, median of three conversations."""
    early: dict[str, list[float]] = {peer.name: [] for peer in peers}
    late: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for round_ in range(LONG_CONVERSATIONS):
        for peer in _alternating(peers, round_):
            times = _conversation(peer, ORDERS[100 + round_], LATE + AROUND)
            early[peer.name] += times[EARLY - AROUND - 1 : EARLY + AROUND]
            late[peer.name] += times[LATE - AROUND - 1 : LATE + AROUND]
    return {peer.name: (statistics.median(early[peer.name]), statistics.median(late[peer.name])) for peer in peers}


def at_once(peer: Peer) -> tuple[float, float]:
    """Twenty conversations with a peer at the same time, see `crowd`."""
    return crowd(lambda place: _conversation(peer, ORDERS[200 + place], TURNS_AT_ONCE))


def crowd(conversation: Callable[[int], list[float]]) -> tuple[float, float]:
    """Twenty conversations, 0 to 19, at the same time; each returns milliseconds of its turns.

    Returns the 99th percentile of a turn, and turns a second.
    """
    started = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(conversation, range(AT_ONCE)))
    seconds = time.perf_counter() - started
    times = sorted(took for result in results for took in result)
    return times[int(len(times) * 0.99) - 1], len(times) / seconds


def parse(kind: str, model: Path, lines: list[str]) -> float:
    """Median milliseconds of the NLU alone, in a process of its own on one core."""
    command = ["taskset", "-c", str(SERVER_CORE), BOT_PYTHON, "-m", "bench.parse", kind, str(model)]
    done = subprocess.run(
        command, cwd=ROOT, input="\n".join(lines), capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return statistics.median(json.loads(done.stdout))
