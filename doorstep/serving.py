"""Runs the web app in this process, with the bot box and the demo beside it."""

import asyncio
import gc
import signal
import socket
import sys
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from pathlib import Path

import httpx
import uvicorn
from rich.console import Console

from demo.guide import guide
from demo.orders import demo_events, demo_orders
from demo.simulator import Simulator
from doorstep.housekeeping import keep_house
from doorstep.processes import bot_box
from doorstep.settings import Settings
from doorstep.web import Doorstep, doorstep_app
from tracking.errors import Unavailable

_READY_SECONDS = 120
_GRACE_SECONDS = 5


class _Server(uvicorn.Server):
    """uvicorn, started inside a running loop; the first signal ends it softly, a second at once."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen. What is loaded by now stays, so the collector needn't look through it again and again."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()

    async def stopped(self) -> None:
        """Serve until told to stop. Raises Unavailable when the port can't be had."""
        try:
            await self.serve()
        except SystemExit as error:
            raise Unavailable(f"Port {self.config.port} can't be used; is something else running on it?") from error
        if not self.started:
            raise Unavailable(f"Port {self.config.port} can't be used; is something else running on it?")


def _server(settings: Settings, doorstep: Doorstep) -> _Server:
    config = uvicorn.Config(
        doorstep.app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ws_max_size=64 * 1024,
        server_header=False,
    )
    return _Server(config)


async def run_web(settings: Settings, with_bot: bool) -> None:
    """Serve until SIGINT or SIGTERM."""
    async with AsyncExitStack() as stack:
        doorstep = await stack.enter_async_context(doorstep_app(settings))
        if with_bot:
            await stack.enter_async_context(bot_box(settings))
        stack.callback(asyncio.create_task(keep_house(doorstep.tracking)).cancel)
        await _server(settings, doorstep).stopped()


async def run_demo(settings: Settings) -> None:
    """Serve the demo shop: fresh database, seeded orders, a carrier that moves parcels on."""
    _forget(settings)
    async with AsyncExitStack() as stack:
        doorstep = await stack.enter_async_context(doorstep_app(settings, demo=True))
        now = doorstep.tracking.clock.now()
        await doorstep.tracking.ingest.save_orders(demo_orders(now))
        await doorstep.tracking.ingest.record_events(demo_events(now))
        await stack.enter_async_context(bot_box(settings))
        server = _server(settings, doorstep)
        beside = asyncio.create_task(_beside(settings, doorstep, now))
        stack.callback(beside.cancel)
        await server.stopped()


async def _beside(settings: Settings, doorstep: Doorstep, seeded_at: datetime) -> None:
    """Say when all is ready and what to try, then move parcels until the demo ends."""
    console = Console()
    with console.status("Starting: the bot loads its model …"):
        ready = await _is_ready(settings)
    if not ready:
        console.print("[red]The bot did not get ready; the lines above say why.[/red]")
        signal.raise_signal(signal.SIGTERM)
        return
    console.print(guide(settings.public_url, settings.secret("api_key") or ""))
    console.print(f"API key of this run: [bold]{settings.secret('api_key')}[/bold]   Ctrl-C stops everything.")
    sys.stdout.flush()
    simulator = Simulator(
        settings.public_url,
        settings.secret("easypost_secret") or "",
        clock=doorstep.tracking.clock,
        seeded_at=seeded_at,
        say=console.print,
    )
    await simulator.run()


async def _is_ready(settings: Settings) -> bool:
    async with httpx.AsyncClient(base_url=settings.public_url, trust_env=False) as client:
        for _ in range(_READY_SECONDS * 4):
            with suppress(httpx.HTTPError):
                if (await client.get("/readyz")).status_code == httpx.codes.OK:
                    return True
            await asyncio.sleep(0.25)
    return False


def _forget(settings: Settings) -> None:
    for url in (settings.database_url, settings.bot_database_url):
        for ending in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + ending).unlink(missing_ok=True)
