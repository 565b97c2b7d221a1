"""The one HTTP client of all carriers, on UPS' stand-in: tokens, rates, the breaker; told apart by no source."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.carrier_place import JOURNEY, Place, standing
from tests.carrier_stands.base import Fault
from tracking.carriers.apis import Live, Refused, Report, Slow, Tools
from tracking.errors import Unavailable


@pytest.fixture
async def oauth() -> AsyncIterator[Place]:
    async with standing("ups") as place:
        place.know(*JOURNEY)
        yield place


async def test_a_token_is_used_until_shortly_before_it_ends(oauth: Place) -> None:
    for _ in range(5):
        assert (await oauth.ask()).found
    assert oauth.stand.tokens == 1
    oauth.clock.seconds += 3600 - 61
    await oauth.ask()
    assert oauth.stand.tokens == 1
    oauth.clock.seconds += 2
    await oauth.ask()
    assert oauth.stand.tokens == 2


async def test_a_token_that_ends_early_is_replaced_once_for_all(oauth: Place) -> None:
    assert (await oauth.ask()).found
    oauth.stand.expire()
    reports = await asyncio.gather(*(oauth.ask() for _ in range(8)))
    assert all(report.found for report in reports)
    assert oauth.stand.tokens == 2


async def test_a_new_token_that_is_refused_too_is_not_tried_forever(oauth: Place) -> None:
    oauth.stand.faults = [Fault(401)] * 2
    with pytest.raises(Unavailable, match="401"):
        await oauth.ask()
    assert oauth.stand.tokens == 2
    assert len(oauth.stand.asked) == 2


@pytest.mark.parametrize("seconds", [3600, "3600", None, "soon", -5, 0, 10**30, float("inf"), True, []])
async def test_a_token_s_life_may_be_said_in_any_way(oauth: Place, seconds: object) -> None:
    oauth.stand.token_seconds = seconds
    assert (await oauth.ask()).found


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"access_token": 5}', b'{"access_token": "\xc3\xa9"}', b"\xff"])
async def test_no_token_is_no_answer(oauth: Place, body: bytes) -> None:
    oauth.stand.faults = [Fault(200, body, token=True)]
    with pytest.raises(Unavailable):
        await oauth.ask()
    assert (await oauth.ask()).found


async def test_a_client_that_is_refused_is_said(oauth: Place) -> None:
    oauth.stand.faults = [Fault(400, token=True)]
    with pytest.raises(Refused, match="client id"):
        await oauth.ask()


async def test_too_many_questions_are_put_off_or_refused(oauth: Place) -> None:
    """UPS: ten at once, then five a second; nobody waits for more than ten seconds."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    tools = Tools(now=oauth.clock.now, wall=oauth.clock.wall, sleep=sleep)
    async with Live(oauth.live.api, oauth.stand.settings().get, tools=tools) as live:
        asking = [live.ask(oauth.stand.number, "ups") for _ in range(80)]
        results = await asyncio.gather(*asking, return_exceptions=True)
    # One of the ten went for the token.
    assert [type(result) for result in results] == [Report] * 59 + [Slow] * 21
    assert sorted(waits) == pytest.approx([0.2 * place for place in range(1, 51)])


async def test_half_open_lets_one_through(oauth: Place) -> None:
    await oauth.ask()
    oauth.stand.faults = [Fault(500)] * 5
    for _ in range(2):
        with pytest.raises(Unavailable):
            await oauth.ask()
    oauth.clock.seconds += 31
    before = len(oauth.stand.asked)
    results = await asyncio.gather(*(oauth.ask() for _ in range(6)), return_exceptions=True)
    assert len(oauth.stand.asked) == before + 1
    assert [type(result) for result in results].count(Report) == 1
    assert (await oauth.ask()).found


async def test_a_question_called_off_leaves_no_trace(oauth: Place) -> None:
    await oauth.ask()
    oauth.stand.faults = [Fault(hang=True)]
    task = asyncio.create_task(oauth.ask())
    await oauth.stand.hung.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await oauth.ask()).found
