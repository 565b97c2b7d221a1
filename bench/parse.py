"""Measures one model's NLU in the bot's environment: prints a JSON list of milliseconds, one for each line read.

python -m bench.parse doorstep|stock MODEL < lines
"""

import asyncio
import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

WARM_UP = 20


def _load(kind: str, model: str) -> Any:
    if kind == "stock":
        from rasa.core.agent import Agent

        return Agent.load(model)
    from bot.__main__ import prepare

    prepare()
    from bot.server import load_agent

    return load_agent(Path(model), Path("endpoints.yml"))


async def _times(agent: Any, lines: list[str]) -> list[float]:
    for line in lines[:WARM_UP]:
        await agent.parse_message(line)
    times = []
    for line in lines:
        started = time.perf_counter()
        await agent.parse_message(line)
        times.append((time.perf_counter() - started) * 1000)
    return times


def main() -> None:
    """Load the model, parse the lines of standard input one after the other, print the times."""
    warnings.simplefilter("ignore")
    os.environ.setdefault("DOORSTEP_BOT_SECRET", "bench")
    os.environ.setdefault("DOORSTEP_BOT_DATABASE_URL", "sqlite://")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    kind, model = sys.argv[1:]
    lines = [line.strip() for line in sys.stdin if line.strip()]
    out, sys.stdout = sys.stdout, sys.stderr
    agent = _load(kind, model)
    print(json.dumps(asyncio.run(_times(agent, lines))), file=out)


if __name__ == "__main__":
    main()
