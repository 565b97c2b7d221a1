"""Serves an app on a port of its own inside the test's loop, as the program does, and talks to its chat."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect

Frame = dict[str, Any]


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """Give the address, host and port, of the app while it is being served."""
    config = uvicorn.Config(app, port=0, log_level="critical", timeout_graceful_shutdown=1, ws_max_size=64 * 1024)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"{host}:{port}"
    finally:
        server.should_exit = True
        await asyncio.wait_for(serving, 10)


class Tab:
    """One open tab of a visitor."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.token = ""
        self.welcome: Frame = {}

    async def send(self, frame: Frame | str | bytes) -> None:
        """Send a frame, or anything else."""
        await self.socket.send(json.dumps(frame) if isinstance(frame, dict) else frame)

    async def next(self, seconds: float = 5) -> Frame:
        """The next frame of any type."""
        frame: Frame = json.loads(await asyncio.wait_for(self.socket.recv(), seconds))
        return frame

    async def next_of(self, kind: str) -> Frame:
        """The next frame of this type, passing over others."""
        while (frame := await self.next())["type"] != kind:
            pass
        return frame

    async def say(self, text: str, id_: str = "m-1") -> None:
        """Send a message."""
        await self.send({"type": "message", "id": id_, "text": text})

    async def nothing_for(self, seconds: float = 0.3) -> bool:
        """Whether no frame comes in this time."""
        try:
            await self.next(seconds)
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def tab(address: str, token: str | None = None, after: int = 0, **options: Any) -> AsyncIterator[Tab]:
    """Open a tab and say hello."""
    async with connect(f"ws://{address}/chat", proxy=None, **options) as socket:
        opened = Tab(socket)
        await opened.send({"type": "hello", "token": token, "after": after})
        opened.welcome = await opened.next()
        opened.token = opened.welcome.get("token", "")
        yield opened
