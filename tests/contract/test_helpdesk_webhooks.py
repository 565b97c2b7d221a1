"""Walks all helpdesks: a webhook that is forged, old, broken or of no use changes nothing."""

import random
from contextlib import suppress

import pytest

from support.helpdesks import helpdesks
from support.helpdesks.base import Helpdesk
from tests.desks import FrozenClock
from tests.helpdesk_house import House
from tests.helpdesk_stands import STANDS
from tracking.errors import InvalidInput

pytest_plugins = ["tests.helpdesk_fixtures"]


async def test_unsigned_stale_and_unreadable_webhooks_change_nothing(called: House) -> None:
    hook = called.stand.say(called.thread().id, "I am no agent")
    address = f"/webhooks/{called.stand.code}"
    before = await called.jobs()
    for headers in ({}, called.stand.sign(hook.body, called.clock.now(), "wrong"), {"X-Doorstep-Secret": "é"}):
        sent = {name: value.encode() for name, value in headers.items()}
        assert (await called.client.post(address, content=hook.body, headers=sent)).status_code == 401
    for body in (b"", b"[]", b"{", b"\xff", b'{"type": null}', b"{}", b'"x"'):
        headers = called.stand.sign(body, called.clock.now())
        assert (await called.client.post(address, content=body, headers=headers)).status_code == 400, body
    assert "no agent" not in str(await called.said())
    assert await called.jobs() == before


@pytest.mark.parametrize("code", ["zendesk", "chatwoot"])
async def test_an_old_signature_is_refused(code: str) -> None:
    stand, clock = STANDS[code](), FrozenClock()
    hook, verify = stand.unknown(), helpdesks()[code].verify
    old = stand.sign(hook.body, clock.now())
    secret = stand.settings()[helpdesks()[code].secret_setting]
    assert verify(hook.body, old, secret, clock.now())
    clock.pass_(minutes=6)
    assert not verify(hook.body, old, secret, clock.now())
    assert not verify(hook.body + b" ", stand.sign(hook.body, clock.now()), secret, clock.now())
    assert not verify(hook.body, stand.sign(hook.body, clock.now(), ""), "", clock.now())


async def test_what_is_of_no_use_is_taken_and_ignored(called: House) -> None:
    before = await called.said()
    await called.told(called.stand.unknown())
    assert await called.said() == before


@pytest.mark.parametrize("helpdesk", helpdesks().values(), ids=lambda helpdesk: helpdesk.code)
@pytest.mark.parametrize("seed", range(40))
def test_no_body_makes_the_reader_fail(helpdesk: Helpdesk, seed: int) -> None:
    chance, stand = random.Random(seed), STANDS[helpdesk.code]()
    body = bytearray(stand.unknown().body)
    for _ in range(chance.randint(1, 6)):
        body[chance.randrange(len(body))] = chance.randrange(256)
    with suppress(InvalidInput):
        assert isinstance(helpdesk.parse(bytes(body)), tuple)
