"""Runs the web app in this process, with the bot box and the demo beside it."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path

import httpx
import uvicorn
from pydantic import SecretStr
from rich.console import Console

from demo.colleague import Colleague
from demo.guide import AGENT, guide
from demo.mailbox import Mailbox
from demo.orders import demo_events, demo_orders
from demo.simulator import Simulator
from doorstep.bootstrap import best_carrier
from doorstep.console import demo_accounts, inbox_on
from doorstep.housekeeping import keep_house
from doorstep.polling import polling
from doorstep.processes import bot_box
from doorstep.reminders import reminding
from doorstep.settings import Settings
from doorstep.watching import watching
from doorstep.web import Doorstep, doorstep_app
from store.unit import SqlStore
from tracking.errors import Unavailable
from tracking.ingest import Ingest

_READY_SECONDS = 120
_GRACE_SECONDS = 5
_BESIDE_SHOPPERS = 0.01
"""Seconds between two jobs of a worker in the same process as the web app, so that shoppers get their turn."""


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


async def run_web(settings: Settings, with_bot: bool, with_worker: bool) -> None:
    """Serve until SIGINT or SIGTERM."""
    async with AsyncExitStack() as stack:
        doorstep = await stack.enter_async_context(doorstep_app(settings))
        if with_bot:
            await stack.enter_async_context(bot_box(settings))
        if with_worker:
            stack.callback(asyncio.create_task(doorstep.worker.run(_BESIDE_SHOPPERS)).cancel)
            stack.callback(asyncio.create_task(keep_house(doorstep.tracking, doorstep.support)).cancel)
            await stack.enter_async_context(polling(settings, doorstep.tracking))
            await stack.enter_async_context(_looking(settings, doorstep))
        await _server(settings, doorstep).stopped()


@asynccontextmanager
async def _looking(settings: Settings, doorstep: Doorstep) -> AsyncIterator[None]:
    """Look for silence and for what falls due by the clock, until the block ends."""
    async with (
        reminding(settings, doorstep.tracking),
        watching(settings, doorstep.tracking, doorstep.support),
    ):
        yield


async def run_worker(settings: Settings) -> None:
    """Do the jobs of the outbox, ask carriers and keep house until SIGINT or SIGTERM, without serving anything."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with (
        doorstep_app(settings) as doorstep,
        polling(settings, doorstep.tracking),
        _looking(settings, doorstep),
    ):
        work = [
            asyncio.create_task(doorstep.worker.run()),
            asyncio.create_task(keep_house(doorstep.tracking, doorstep.support)),
        ]
        await ended.wait()
        for task in work:
            task.cancel()


async def run_demo(settings: Settings, with_colleague: bool = False) -> None:
    """Serve the demo shop: fresh database, seeded orders, a carrier that moves parcels on, maybe a colleague."""
    _forget(settings)
    async with AsyncExitStack() as stack:
        mailbox = Mailbox()
        smtp_url = await stack.enter_async_context(mailbox.receiving())
        settings = settings.model_copy(update={"smtp_url": SecretStr(smtp_url)})
        doorstep = await stack.enter_async_context(doorstep_app(settings, mailbox))
        now = doorstep.tracking.clock.now()
        # What has happened before the demo begins is told to nobody.
        seeding = Ingest(SqlStore(doorstep.tracking.database), doorstep.tracking.clock, best_carrier)
        await seeding.save_orders(demo_orders(now))
        await seeding.record_events(demo_events(now))
        await stack.enter_async_context(bot_box(settings))
        password, robin = await demo_accounts(settings, doorstep.tracking, AGENT)
        if with_colleague:
            inbox, support = inbox_on(doorstep.tracking), doorstep.support
            colleague = Colleague(robin, inbox, support.handover, support.desk, doorstep.tracking.clock)
            stack.callback(asyncio.create_task(colleague.run()).cancel)
        await stack.enter_async_context(_looking(settings, doorstep))
        server = _server(settings, doorstep)
        for beside in (
            _beside(settings, doorstep, now, password),
            doorstep.worker.run(_BESIDE_SHOPPERS),
            keep_house(doorstep.tracking, doorstep.support),
        ):
            stack.callback(asyncio.create_task(beside).cancel)
        await server.stopped()


async def _beside(settings: Settings, doorstep: Doorstep, seeded_at: datetime, password: str) -> None:
    """Say when all is ready and what to try, then move parcels until the demo ends."""
    console = Console()
    with console.status("Starting: the bot loads its model …"):
        ready = await _is_ready(settings)
    if not ready:
        console.print("[red]The bot did not get ready; the lines above say why.[/red]")
        signal.raise_signal(signal.SIGTERM)
        return
    console.print(guide(settings.public_url, settings.secret("api_key") or "", password))
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
