"""A world with the Alexa skill in it, and shoppers who speak to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from channels.base import Answering
from skills.alexa.asking import Asking
from skills.alexa.certificates import Certificates
from skills.alexa.progress import Progress
from skills.alexa.route import alexa_router
from skills.alexa.serving import SkillApp
from skills.alexa.verifying import Verifier
from store.database import Database
from store.desk import ProofTable
from support.desk import Desk
from support.identity import Identity
from support.limits import RateLimit
from support.model import Inbound, Reply
from support.ports import BotReply
from tests.alexa_requests import SKILL_ID, Bucket, Shopper, StoppedClock, roots
from tests.fakes import FakeBot, RealClock, World, world
from web.app import create_app

FOREVER = 60.0
CARD = {"type": "order", "number": "1004", "status": "in_transit", "headline": "On its way", "progress": 2}
LONG = (
    "Order 1004 is on its way with Acme Post. The last scan was two hours ago: arrived at the depot in Leipzig. "
    "Acme Post expects to deliver it tomorrow. Shall I tell you when it's out for delivery?"
)


class Scripted(FakeBot):
    """Gives the next of some replies, whatever it hears."""

    def __init__(self, *replies: Reply) -> None:
        super().__init__()
        self.replies = list(replies)

    async def respond(self, inbound: Inbound, command: bool) -> BotReply:
        """Give it."""
        await super().respond(inbound, command)
        return BotReply((self.replies.pop(0),), "track_order", 0.9)


@pytest.fixture
def app(database: Database) -> World:
    return world(database)


def skill_app(app: World, desk: Desk | None = None, seconds: float = FOREVER, **waiting: Any) -> FastAPI:
    """The app of a world with a skill that believes the stand-in for Alexa."""
    clock = StoppedClock()
    verifier = Verifier(Certificates(Bucket().fetch, roots, clock), clock)
    answering = Answering(desk or app.services.desk, RateLimit(1000, 60), lambda *_: None)
    asking = Asking(answering, Progress(waiting.get("api_url")), seconds, waiting.get("patience", FOREVER))
    skill = SkillApp(asking, app.given.linked, waiting.get("linking", True), waiting.get("speakers"))
    return create_app(app.services, [alexa_router(lambda: SKILL_ID, verifier, lambda: skill)])


@asynccontextmanager
async def speaking(app: FastAPI, **who: Any) -> AsyncIterator[Shopper]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example.com") as client:
        yield Shopper(client, **who)


@asynccontextmanager
async def hearing(
    app: World, database: Database, *replies: Reply, linking: bool = True, **who: Any
) -> AsyncIterator[Shopper]:
    """A shopper whom the bot gives these replies; `linking` says whether the skill can be linked."""
    app.bot = Scripted(*replies)
    identity = Identity(ProofTable(database), app.services.orders, RealClock())
    desk = Desk(app.conversations, app.bot, identity, app.services.tickets, RealClock())
    async with speaking(skill_app(app, desk, linking=linking), **who) as shopper:
        yield shopper


@pytest.fixture
async def shopper(app: World) -> AsyncIterator[Shopper]:
    async with speaking(skill_app(app)) as shopper:
        yield shopper


def heard(app: World) -> list[str]:
    return [inbound.text for inbound, _ in app.bot.heard]
