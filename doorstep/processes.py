"""Starts the bot box beside the app and ends it with the app; leaves no process behind."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import structlog

from doorstep.settings import ROOT, Settings
from tracking.errors import DoorstepError

BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
MODEL = ROOT / "models" / "doorstep.tar.gz"
_STOP_SECONDS = 5
_RESTART_SECONDS, _LONGEST_PAUSE = 1.0, 60.0
_STEADY_SECONDS = 60.0

log = structlog.get_logger()


def bot_environment(settings: Settings) -> Mapping[str, str]:
    """What the bot box needs to know, on top of this process's environment."""
    base = settings.bot_database_url
    path = base.removeprefix("sqlite:///")
    database = f"sqlite:///{ROOT / path}" if base.startswith("sqlite:///") and not path.startswith("/") else base
    return {
        **os.environ,
        "DOORSTEP_BOT_SECRET": settings.secret("bot_secret") or "",
        "DOORSTEP_BOT_PORT": str(settings.bot_port),
        "DOORSTEP_ACTIONS_URL": f"http://127.0.0.1:{settings.port}/internal/actions",
        "DOORSTEP_BOT_DATABASE_URL": database,
        "DOORSTEP_REDIS_URL": settings.redis_url or "",
    }


def need(path: os.PathLike[str], remedy: str) -> None:
    """Raise DoorstepError with the remedy if a file isn't there."""
    if not os.path.exists(path):  # noqa: PTH110
        raise DoorstepError(f"{os.path.relpath(path, ROOT)} is missing; run `{remedy}` first.")


async def start_bot(settings: Settings) -> asyncio.subprocess.Process:
    """Start the bot box in a session of its own. Raises DoorstepError when set-up or training is missing."""
    need(BOT_PYTHON, "make setup")
    need(MODEL, "doorstep train")
    (ROOT / "var").mkdir(exist_ok=True)
    return await asyncio.create_subprocess_exec(
        str(BOT_PYTHON), "-W", "ignore", "-m", "bot", cwd=ROOT, env=bot_environment(settings), start_new_session=True
    )


async def stop(process: asyncio.subprocess.Process) -> None:
    """End a process and everything it started: kindly, then not."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        try:
            os.killpg(process.pid, sent)
        except ProcessLookupError:
            return
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            log.warning("bot_box_slow_to_stop")


async def _keep_alive(settings: Settings, running: list[asyncio.subprocess.Process]) -> None:
    """Start the bot box again whenever it dies; one that keeps dying is tried less and less often."""
    pause = _RESTART_SECONDS
    while True:
        started = monotonic()
        code = await running[0].wait()
        pause = _RESTART_SECONDS if monotonic() - started > _STEADY_SECONDS else min(pause * 2, _LONGEST_PAUSE)
        log.warning("bot_box_ended", code=code, again_in=pause)
        await asyncio.sleep(pause)
        running[0] = await start_bot(settings)


@asynccontextmanager
async def bot_box(settings: Settings) -> AsyncIterator[None]:
    """Keep a bot box running for the length of the block."""
    running = [await start_bot(settings)]
    keeper = asyncio.create_task(_keep_alive(settings, running))
    try:
        yield
    finally:
        keeper.cancel()
        await _to_the_end(stop(running[0]))


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Finish the work even where this task is cancelled meanwhile, as Ctrl-C does when the server has ended."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


async def run_bot_only(settings: Settings) -> int:
    """Run just the bot box until it ends or is told to; returns its exit code."""
    process = await start_bot(settings)
    loop = asyncio.get_running_loop()
    for sent in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sent, process.terminate)
    return await process.wait()


def run_in_bot(*arguments: str) -> int:
    """Run a module of the bot box in its environment with this terminal; returns its exit code."""
    need(BOT_PYTHON, "make setup")
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
    done = subprocess.run(  # noqa: S603 - our own module, no shell
        [str(BOT_PYTHON), "-W", "ignore", "-m", *arguments], cwd=ROOT, env=environment, check=False
    )
    sys.stdout.flush()
    return done.returncode
