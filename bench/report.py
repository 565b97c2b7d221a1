"""Writes the measurements as docs/benchmarks.md; measures nothing."""

import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")

TURN_AIM_MS = 12
GROWTH_LIMIT = 1.5
TRAINING_LIMIT_SECONDS = 90
CROWD_LIMIT_MS = 1000


@dataclass
class Pair(Generic[T]):
    """One measurement of each side."""

    ours: T
    stock: T

    def map(self, change: Callable[[T], U]) -> "Pair[U]":
        """Apply the same to both sides."""
        return Pair(change(self.ours), change(self.stock))


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement that stock Rasa has nothing like, in words."""

    what: str
    ours: str
    aim: str
    met: bool


@dataclass
class Results:
    """Everything that was measured; times in milliseconds where not said otherwise."""

    load: float
    cores: int
    turn: Pair[float] = field(init=False)
    turn_rounds: Pair[list[float]] = field(init=False)
    early: Pair[float] = field(init=False)
    late: Pair[float] = field(init=False)
    parse: Pair[float] = field(init=False)
    memory: Pair[float] = field(init=False)
    start: Pair[float] = field(init=False)
    training: Pair[float] = field(init=False)
    crowd: Pair[tuple[float, float]] = field(init=False)
    webhooks: dict[str, tuple[float, float]] = field(init=False)
    alerts: list[Measured] = field(init=False)


def _row(what: str, ours: str, stock: str, ratio: float, budget: str, met: bool) -> str:
    return f"| {what} | {ours} | {stock} | {ratio:.2f} | {budget} | {'yes' if met else '**no**'} |"


def _compared(what: str, pair: Pair[float], unit: str, limit: float) -> str:
    ratio = pair.ours / pair.stock
    digits = 1 if pair.ours < 100 else 0
    values = pair.map(lambda value: f"{value:.{digits}f} {unit}")
    return _row(what, values.ours, values.stock, ratio, f"≤ {limit} of stock", ratio <= limit)


def _rows(results: Results) -> list[str]:
    growth = Pair(results.late.ours / results.early.ours, results.late.stock / results.early.stock)
    long = Pair(
        f"{results.early.ours:.1f} → {results.late.ours:.1f} ms (× {growth.ours:.2f})",
        f"{results.early.stock:.1f} → {results.late.stock:.1f} ms (× {growth.stock:.2f})",
    )
    p99, rate = results.crowd.map(lambda both: both[0]), results.crowd.map(lambda both: both[1])
    turn, training = results.turn, results.training
    return [
        _compared("text turn with action and database, p50, one core", turn, "ms", 0.25),
        _row(
            "the same, in milliseconds",
            f"{turn.ours:.1f} ms",
            f"{turn.stock:.1f} ms",
            turn.ours / turn.stock,
            f"aim ≤ {TURN_AIM_MS} ms",
            turn.ours <= TURN_AIM_MS,
        ),
        _row(
            "5th → 200th turn of one conversation",
            long.ours,
            long.stock,
            results.late.ours / results.late.stock,
            f"≤ × {GROWTH_LIMIT}",
            growth.ours <= GROWTH_LIMIT,
        ),
        _compared("NLU parse, p50, one core", results.parse, "ms", 0.45),
        _compared("memory, all processes (PSS), after the load", results.memory, "MB", 0.8),
        _compared("start to ready, median of three", results.start, "s", 0.5),
        _row(
            "training from nothing",
            f"{training.ours:.0f} s",
            f"{training.stock:.0f} s",
            training.ours / training.stock,
            f"≤ {TRAINING_LIMIT_SECONDS} s",
            training.ours <= TRAINING_LIMIT_SECONDS,
        ),
        _row(
            "20 conversations at once, p99 of a turn",
            f"{p99.ours:.0f} ms ({rate.ours:.0f} turns/s)",
            f"{p99.stock:.0f} ms ({rate.stock:.0f} turns/s)",
            p99.ours / p99.stock,
            f"≤ {CROWD_LIMIT_MS} ms",
            p99.ours <= CROWD_LIMIT_MS,
        ),
    ]


def webhook_rows(webhooks: dict[str, tuple[float, float]]) -> list[str]:
    """Return a row for each webhook, given its 99th percentile and turns a second; stock Rasa has nothing like it."""
    budget = f"≤ {CROWD_LIMIT_MS} ms"
    return [
        f"| voice and SMS webhooks, p99 under 20 concurrent: {name} | {p99:.0f} ms ({rate:.0f} turns/s) | – | – "
        f"| {budget} | {'yes' if p99 <= CROWD_LIMIT_MS else '**no**'} |"
        for name, (p99, rate) in webhooks.items()
    ]


def alert_rows(alerts: list[Measured]) -> list[str]:
    """Return a row for each; stock Rasa starts no messages."""
    return [f"| {row.what} | {row.ours} | – | – | {row.aim} | {'yes' if row.met else '**no**'} |" for row in alerts]


def _spread(values: list[float]) -> str:
    return f"{min(values):.1f} to {max(values):.1f} ms"


def page(results: Results) -> str:
    """Return the whole page."""
    rounds = results.turn_rounds
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    table = "\n".join([*_rows(results), *webhook_rows(results.webhooks), *alert_rows(results.alerts)])
    return f"""# Benchmarks

Written by `make bench` on {when}: {results.cores} cores, {platform.system()} {platform.machine()}, Python \
{platform.python_version()} for the app, load before the run {results.load:.1f}. Don't edit.

| | Doorstep | stock Rasa | ratio | budget | met |
|---|---|---|---|---|---|
{table}

## What is compared
- **Doorstep** is `doorstep serve`: the app with its HTTP API, identity check, SQLite database and bot box. Stock Rasa
  is `rasa run` with its `rest` channel and `rasa run actions`, with Rasa's default pipeline and policies (DIET, TED and
  UnexpecTED, 100 epochs), the same domain and training data, and an action that reads the same orders from SQLite.
- Stock Rasa keeps conversations in memory, as it does by default; Doorstep writes each turn to disk, stores the
  message and its replies, and checks whose order it is. Stock does none of that.
- A turn is timed by the client, from request to reply, on a kept connection. Every timed reply is about the order asked
  for, or the run fails.

## How far to trust it
- Both systems run at the same time and take turns round by round ({len(rounds.ours)} rounds, order alternating), so a
  slow phase of the machine hits both. Medians of the rounds: Doorstep {_spread(rounds.ours)}, stock
  {_spread(rounds.stock)}.
- For turns and NLU all server processes share one core; the client has the others. For the crowd they have all cores,
  and share them with the client.
- The stock model's training time is from when it was last trained on this machine; its input hasn't changed since.
- Memory is the proportional set size of all processes after the load. Starting is from warm file caches.
- The crowd speaks to the HTTP API. The webhooks are asked where an order is by twenty shoppers at once, each of whom
  has proven theirs, in the wire formats of Twilio, Alexa and Dialogflow CX: signed, by stand-ins on this machine. They
  are measured on a start of their own with nothing else running. Stock Rasa has no such webhooks, so there is no ratio.
- Alerts are sent by the real program in processes of its own, to a Twilio on this machine that takes 20 ms over a text;
  each has to arrive there just once. What they cost a shopper is measured where worker and web app are one process.
"""
