"""The simulated carrier on the wire: it signs what it sends, and an app that refuses doesn't stop it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, Request, Response

from demo.simulator import Simulator
from tracking.carriers.aggregators import easypost

SECRET = "secret of this test"


class _App:
    """Stands in for the app: answers every message with `status`."""

    def __init__(self, status: int) -> None:
        self.status, self.verified, self.heard = status, list[bool](), asyncio.Event()
        self.app = FastAPI()
        self.app.post("/webhooks/easypost")(self._hear)

    async def _hear(self, request: Request) -> Response:
        self.verified.append(easypost.verify(await request.body(), request.headers, SECRET))
        self.heard.set()
        return Response(status_code=self.status)


@asynccontextmanager
async def _serving(app: FastAPI) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def _simulating(simulator: Simulator) -> AsyncIterator[asyncio.Task[None]]:
    running = asyncio.create_task(simulator.run())
    try:
        yield running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_the_webhook_gets_a_verified_message() -> None:
    app = _App(200)
    async with _serving(app.app) as url, _simulating(Simulator(url, SECRET, say=lambda _: None)):
        await asyncio.wait_for(app.heard.wait(), 10)
    assert app.verified == [True] * len(app.verified)


async def test_a_refusal_is_said_and_does_not_stop_it() -> None:
    app, said, told = _App(503), list[str](), asyncio.Event()

    def say(line: str) -> None:
        said.append(line)
        if "did not take" in line:
            told.set()

    async with _serving(app.app) as url, _simulating(Simulator(url, SECRET, say=say)) as running:
        await asyncio.wait_for(told.wait(), 10)
        assert not running.done()
    assert said[0].startswith("parcel of order 1101: picked up")
