"""What may go wrong between us and a carrier: pauses, cut lines, nonsense, too much of it, and many asking at once."""

import asyncio
import copy
import gzip
import json
import random
from contextlib import suppress
from datetime import UTC, timedelta

import pytest

from tests.carrier_place import NOW, Place
from tests.carrier_stands.base import SIGNED_BY, Fault
from tracking.carriers.apis import Live, Slow, Tools
from tracking.errors import DoorstepError, InvalidInput, Unavailable

MEGABYTE = 1024 * 1024


async def test_a_pause_that_is_asked_for_is_kept(place: Place) -> None:
    place.know("transit")
    place.stand.faults = [Fault(429, retry_after="7")]
    report = await place.ask()
    assert report.found
    assert sum(place.clock.slept) == pytest.approx(7, abs=0.01)


async def test_a_pause_that_is_too_long_is_passed_on(place: Place) -> None:
    place.know("transit")
    place.stand.faults = [Fault(429, retry_after="120")]
    with pytest.raises(Slow) as told:
        await place.ask()
    assert told.value.seconds == 120
    asked = len(place.stand.asked)
    with pytest.raises(Slow):
        await place.ask()
    assert len(place.stand.asked) == asked
    place.clock.seconds += 120
    assert (await place.ask()).found


@pytest.mark.parametrize("fault", [Fault(500), Fault(502), Fault(503, retry_after="2"), Fault(lost=True)])
async def test_what_passes_is_tried_again(place: Place, fault: Fault) -> None:
    place.know("transit")
    place.stand.faults = [fault, fault]
    assert (await place.ask()).found
    assert place.clock.slept


async def test_what_does_not_pass_opens_the_breaker_and_a_good_answer_closes_it(place: Place) -> None:
    place.know("transit")
    place.stand.faults = [Fault(500)] * 5
    for _ in range(2):
        with pytest.raises(Unavailable):
            await place.ask()
        place.clock.seconds += 5
    asked = len(place.stand.asked)
    assert asked == 5
    with pytest.raises(Slow):
        await place.ask()
    assert len(place.stand.asked) == asked
    place.clock.seconds += 31
    assert (await place.ask()).found
    place.stand.faults = [Fault(500)]
    place.clock.seconds += 31
    assert (await place.ask()).found


async def test_an_answer_that_never_comes_is_given_up(place: Place) -> None:
    place.know("transit")
    tools = Tools(
        connect=0.2, total=0.2, now=place.clock.now, wall=place.clock.wall, sleep=place.clock.sleep, chance=lambda: 0.5
    )
    place.stand.faults = [Fault(hang=True)] * 3
    async with Live(place.live.api, place.stand.settings().get, tools=tools) as live:
        with pytest.raises(Unavailable, match="Timeout"):
            await live.ask(place.stand.number, place.stand.carrier)
        assert (await live.ask(place.stand.number, place.stand.carrier)).found


GARBAGE = [
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"{",
    b"\xff\xfe",
    b"<html><body>Maintenance</body></html>",
    b"[" * 50_000,
    b"9" * 5000,
    b'<!DOCTYPE a [<!ENTITY b "c">]><tracking-detail>&b;</tracking-detail>',
    b"<tracking-detail><significant-events>" * 3,
]


@pytest.mark.parametrize("body", GARBAGE, ids=range(len(GARBAGE)))
@pytest.mark.parametrize("status", [200, 400, 404, 422])
async def test_an_answer_that_can_t_be_read_is_no_news(place: Place, body: bytes, status: int) -> None:
    place.stand.faults = [Fault(status, body, content_type="text/html")]
    try:
        report = await place.ask()
    except Unavailable:
        return
    assert not report.events
    assert not report.found


async def test_json_under_another_name_is_json_all_the_same(place: Place) -> None:
    place.know("transit")
    told = place.stand.answer(place.stand.number, place.stand.parcels[place.stand.number])
    if isinstance(told, str):
        return
    whole = place.stand.reply(await _question(place))[1]
    place.stand.faults = [Fault(200, json.dumps(whole).encode(), content_type="text/plain")]
    assert (await place.ask()).found


async def _question(place: Place) -> object:
    await place.ask()
    return place.stand.asked[-1]


@pytest.mark.parametrize("squeezed", [False, True])
async def test_an_answer_that_never_ends_is_not_read(place: Place, squeezed: bool) -> None:
    body = b'{"a": "' + b"x" * 10 * MEGABYTE + b'"}'
    place.stand.faults = [Fault(200, gzip.compress(body) if squeezed else body, squeezed=squeezed)]
    with pytest.raises(Unavailable, match="more than"):
        await place.ask()


async def test_being_sent_elsewhere_is_refused(place: Place) -> None:
    place.stand.faults = [Fault(302)]
    with pytest.raises(Unavailable, match="302"):
        await place.ask()


@pytest.mark.parametrize("number", ["", " ", "a/../b", "x" * 65, "1Z?y=1", "é", "-1", "a\nb/c", "%2e%2e"])
async def test_what_is_no_number_is_never_sent(place: Place, number: str) -> None:
    with pytest.raises(InvalidInput):
        await place.live.ask(number, place.stand.carrier)
    assert place.stand.asked == []


@pytest.mark.parametrize("seed", range(15))
async def test_no_part_of_an_answer_makes_the_reader_fail(place: Place, seed: int) -> None:
    """Any value of an answer may be anything: it is read, left out or refused, and nothing crashes."""
    place.know("label", "transit", "delivered", signed_by=SIGNED_BY)
    told = place.stand.reply(await _question(place))[1]
    chance = random.Random(f"{place.stand.code}{seed}")
    for _ in range(20):
        place.stand.faults = [Fault(200, _mangled(told, chance))]
        place.clock.seconds += 200
        with suppress(DoorstepError):
            report = await place.ask()
            repr(report).encode()
            for update in report.events:
                assert update.event.occurred_at.astimezone(UTC) <= NOW + timedelta(days=2)


HOSTILE = [None, True, -1, 1.5, 10**30, "", "x", "a\x00b\ud800c", "9" * 3000, [], {}, [None, [], "x"], [{}], {"a": {}}]
HOSTILE += ["2026-02-30", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2027-06-01T00:00:00Z", "20270101"]


def _mangled(told: object, chance: random.Random) -> bytes:
    if isinstance(told, str):
        text = bytearray(told.encode())
        for _ in range(chance.randint(1, 8)):
            text[chance.randrange(len(text))] = chance.randrange(256)
        return bytes(text)
    copied = json.loads(json.dumps(told))
    for _ in range(chance.randint(1, 3)):
        holder = copied
        while isinstance(holder, dict | list) and holder:
            key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
            if not isinstance(holder[key], dict | list) or not holder[key] or chance.random() < 0.25:
                holder[key] = copy.deepcopy(chance.choice(HOSTILE))
                break
            holder = holder[key]
    return json.dumps(copied).encode("utf-8", "surrogatepass")


async def test_scans_from_the_future_and_without_a_time_are_left_out(place: Place) -> None:
    place.know("label", "transit")
    known = place.stand.parcels[place.stand.number]
    known.at[1] = NOW + timedelta(days=30)
    report = await place.ask()
    assert len(report.events) == 1
    assert len(report.rejected) == 1
    assert "future" in report.rejected[0]
    assert place.stand.number not in repr(report.rejected)


async def test_many_may_ask_at_once(place: Place) -> None:
    place.know("transit")
    live = Live(
        place.live.api,
        place.stand.settings().get,
        tools=Tools(now=place.clock.now, wall=place.clock.wall, sleep=place.clock.sleep, patience=1e9),
    )
    async with live:
        reports = await asyncio.gather(*(live.ask(place.stand.number, place.stand.carrier) for _ in range(20)))
    assert all(report.found for report in reports)
    assert place.stand.tokens == (1 if place.stand.token_path else 0)
    assert bool(place.clock.slept) is (place.live.api.rate.burst < 20)
