"""Plays Twilio's Messages resource on loopback: takes every text after a while and notes when; refuses none."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

ACCOUNT, TOKEN, SENDER = "AC00000000000000000000000000000001", "bench-twilio", "+15550100199"
SECONDS = 0.02
"""How long it takes over a text."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text that was taken. `name` is what its sender calls it, `at` seconds since the epoch."""

    to: str
    name: str
    at: float


@dataclass
class Provider:
    """What it took so far, in that order."""

    seconds: float = SECONDS
    url: str = ""
    taken: list[Text] = field(default_factory=list)

    def settings(self) -> dict[str, str]:
        """The environment of a Doorstep that sends by it."""
        return {
            "DOORSTEP_TWILIO_API_URL": self.url,
            "DOORSTEP_TWILIO_ACCOUNT_SID": ACCOUNT,
            "DOORSTEP_TWILIO_AUTH_TOKEN": TOKEN,
            "DOORSTEP_TWILIO_FROM": SENDER,
        }

    async def until(self, readers: int, seconds: float) -> None:
        """Wait until so many numbers have a text. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len({text.to for text in self.taken}) < readers:  # noqa: ASYNC110 - looked at from outside
                await asyncio.sleep(0.05)

    async def take(self, request: web.Request) -> web.Response:
        """Answer as Twilio does when it has queued a text."""
        form = await request.post()
        report_to = urlsplit(str(form.get("StatusCallback", "")))
        self.taken.append(Text(str(form["To"]), parse_qs(report_to.query)["text"][0], time.time()))
        sid = f"SM{len(self.taken):032}"
        await asyncio.sleep(self.seconds)
        return web.json_response({"sid": sid, "status": "queued", "error_code": None}, status=201)


@asynccontextmanager
async def provider(seconds: float = SECONDS) -> AsyncIterator[Provider]:
    """Serve one for the length of the block."""
    playing, app = Provider(seconds), web.Application()
    app.router.add_post(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", playing.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        playing.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield playing
    finally:
        await runner.cleanup()
