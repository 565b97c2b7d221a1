"""Answers that come too late for TwiML go by Twilio's REST API, once, and not to who wants silence."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from aiohttp import web

from channels import sms
from store.database import Database
from store.support_tables import opt_outs, texts
from tests.fakes import PUBLIC_URL, SECRETS, World, world
from tests.texts import PHONE, rows, text
from web.app import create_app


@asynccontextmanager
async def twilio(answer: dict[str, Any], status: int = 201) -> AsyncIterator[tuple[str, list[dict[str, str]]]]:
    """A stand-in for Twilio's REST API; gives its address and the forms it was sent."""
    asked: list[dict[str, str]] = []

    async def take(request: web.Request) -> web.Response:
        assert request.path == f"/2010-04-01/Accounts/{SECRETS['twilio_account_sid']}/Messages.json"
        assert request.headers["Authorization"].startswith("Basic ")
        asked.append({key: str(value) for key, value in (await request.post()).items()})
        return web.json_response(answer, status=status)

    server = web.Application()
    server.router.add_post("/{tail:.*}", take)
    runner = web.AppRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}", asked
    finally:
        await runner.cleanup()


async def late(app: World, asked: list[dict[str, str]]) -> None:
    """Have the bot think for longer than Twilio may wait, then answer."""
    hasty = replace(app, app=create_app(app.services, [sms.router(app.given, seconds=0.05)]))
    app.bot.gate.clear()
    assert await text(hasty, "hello", "SM1") == []
    app.bot.gate.set()
    for _ in range(100):
        if asked:
            return
        await asyncio.sleep(0.02)


async def test_a_late_answer_is_sent_by_the_api(database: Database) -> None:
    async with twilio({"sid": "SM900", "status": "queued"}) as (address, asked):
        app = world(database, secrets={**SECRETS, "twilio_api_url": address})
        await late(app, asked)
        await asyncio.sleep(0.1)
    assert len(asked) == 1
    assert (asked[0]["To"], asked[0]["From"], asked[0]["Body"]) == (PHONE, SECRETS["twilio_from"], "You said: hello")
    assert asked[0]["StatusCallback"].startswith(f"{PUBLIC_URL}/webhooks/twilio/status?text=")
    (row,) = await rows(database, texts)
    assert (row.provider_id, row.state) == ("SM900", "queued")


async def test_a_late_answer_is_not_sent_to_someone_who_has_said_stop_meanwhile(database: Database) -> None:
    async with twilio({"sid": "SM900", "status": "queued"}) as (address, asked):
        app = world(database, secrets={**SECRETS, "twilio_api_url": address})
        hasty = replace(app, app=create_app(app.services, [sms.router(app.given, seconds=0.05)]))
        app.bot.gate.clear()
        assert await text(hasty, "hello", "SM1") == []
        await app.given.consent.change(PHONE, "sms", True)
        app.bot.gate.set()
        for _ in range(20):
            await asyncio.sleep(0.02)
    assert asked == []


async def test_an_opt_out_that_twilio_knows_of_is_learned_when_sending(database: Database) -> None:
    async with twilio({"code": 21610, "message": "unsubscribed"}, 400) as (address, asked):
        app = world(database, secrets={**SECRETS, "twilio_api_url": address})
        await late(app, asked)
        await asyncio.sleep(0.1)
    assert [(row.number, row.stopped) for row in await rows(database, opt_outs)] == [(PHONE, True)]
    (row,) = await rows(database, texts)
    assert (row.state, row.error) == ("failed", "21610")
