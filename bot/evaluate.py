"""Measures the trained NLU on labelled lines (`python -m bot.evaluate FILE.jsonl`); prints one JSON object.

Each line of the file is an object with `text` and `intent`. A bad line ends it with status 2 and the line's number.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from bot.measures import percentile, report

MODEL = Path(__file__).resolve().parent.parent / "models" / "doorstep.tar.gz"
WARM_UP = 10


class BadLine(Exception):
    """A line of the file can't be used; the message names the line and the reason."""


def read_lines(file: TextIO) -> list[tuple[str, str]]:
    """Return each line's text and intent; blank lines are passed over. Raises BadLine."""
    return [_read_line(number, line) for number, line in enumerate(file, 1) if line.strip()]


def _read_line(number: int, line: str) -> tuple[str, str]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BadLine(f"line {number}: not JSON ({error})") from None
    if not isinstance(row, dict):
        raise BadLine(f"line {number}: not an object with text and intent")
    for name in ("text", "intent"):
        if not isinstance(row.get(name), str):
            raise BadLine(f"line {number}: {name!r} is missing or is no text")
    return row["text"], row["intent"]


def load_parser(model: Path) -> Any:
    """Return the serving bot's message processor on this model, without its dialogue's connections."""
    os.environ.setdefault("DOORSTEP_BOT_SECRET", "unused")
    from bot.__main__ import prepare

    prepare()
    from rasa.core.lock_store import InMemoryLockStore
    from rasa.core.nlg import TemplatedNaturalLanguageGenerator
    from rasa.core.tracker_store import InMemoryTrackerStore

    from bot.model import DeskProcessor

    store = InMemoryTrackerStore(None)
    return DeskProcessor(model, store, InMemoryLockStore(), TemplatedNaturalLanguageGenerator({}))


async def predict(parser: Any, texts: Sequence[str]) -> tuple[list[dict[str, Any]], list[float]]:
    """Return for each text its label with confidence, and the milliseconds it took."""
    from rasa.core.channels.channel import UserMessage

    for text in texts[:WARM_UP]:
        await parser.parse_message(UserMessage(text))
    found, times = [], []
    for text in texts:
        started = time.perf_counter()
        parsed = await parser.parse_message(UserMessage(text))
        times.append((time.perf_counter() - started) * 1000)
        intent = parsed["intent"]
        found.append({"predicted": intent["name"] or "", "confidence": round(float(intent["confidence"]), 4)})
    return found, times


def evaluate(lines: Sequence[tuple[str, str]], model: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the figures, and each line with what was predicted for it."""
    parser = load_parser(model)
    found, times = asyncio.run(predict(parser, [text for text, _ in lines]))
    result = report([intent for _, intent in lines], [each["predicted"] for each in found])
    spent = {f"parse_ms_p{p}": None if (ms := percentile(times, p)) is None else round(ms, 2) for p in (50, 95)}
    commonest = result.pop("confusions")
    rows = [{"text": text, "intent": intent, **each} for (text, intent), each in zip(lines, found, strict=True)]
    return {**result, **spent, "confusions": commonest}, rows


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the trained NLU on labelled lines.")
    parser.add_argument("file", type=Path, help="lines of JSON with text and intent")
    parser.add_argument("--predictions", type=Path, help="write every line's label and confidence here")
    parser.add_argument("--model", type=Path, default=MODEL)
    return parser.parse_args()


def main() -> int:
    """Read, measure, print; the exit status is 2 when the input can't be used."""
    options = _arguments()
    out, sys.stdout = sys.stdout, sys.stderr
    try:
        with options.file.open(encoding="utf-8") as file:
            lines = read_lines(file)
        if not options.model.is_file():
            raise BadLine(f"there is no trained model at {options.model}; `make train` makes it")
        result, rows = evaluate(lines, options.model)
        if options.predictions:
            written = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            options.predictions.write_text(written, encoding="utf-8")
    except (BadLine, OSError, UnicodeDecodeError) as error:
        print(f"evaluate: {options.file}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(result, indent=2), file=out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
