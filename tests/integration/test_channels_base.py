"""How channels ask the desk: within a time, and what happens to an answer that comes later."""

import asyncio

import pytest

from channels.base import Answering
from store.database import Database
from support import wording
from support.limits import RateLimit
from support.model import Inbound, Turn
from tests.fakes import World, world


@pytest.fixture
def app(database: Database) -> World:
    return world(database)


def answering(app: World, limit: int = 100) -> Answering:
    return Answering(app.services.desk, RateLimit(limit, 60), lambda *_: None)


def said(text: str = "hello", id_: str = "m-1") -> Inbound:
    return Inbound("sms:+15550100142", id_, text, "sms")


async def test_an_answer_in_time(app: World) -> None:
    turn = await answering(app).answer(said(), 5)
    assert turn is not None
    assert [reply.text for reply in turn.replies] == ["You said: hello"]


async def test_a_late_answer_is_handed_on_once(app: World) -> None:
    app.bot.gate.clear()
    late: list[Turn] = []
    told = asyncio.Event()

    async def keep(turn: Turn) -> None:
        late.append(turn)
        told.set()

    assert await answering(app).answer(said(), 0.05, keep) is None
    app.bot.gate.set()
    await asyncio.wait_for(told.wait(), 5)
    assert [reply.text for reply in late[0].replies] == ["You said: hello"]


async def test_too_fast_is_said_and_asks_nobody(app: World) -> None:
    slow = answering(app, limit=1)
    await slow.answer(said(), 5)
    turn = await slow.answer(said(id_="m-2"), 5)
    assert turn is not None
    assert turn.replies[0].text == wording.TOO_FAST
    assert len(app.bot.heard) == 1
