"""How long the media that want a token keep one: for many messages, until it ends or is refused."""

import asyncio

import pytest

from alerts.media import media
from alerts.model import NotSent
from tests.media_stands import STAND_INS

REFUSED = {"alexa": "401", "fcm": "UNAUTHENTICATED"}
"""What each says of a token that has ended."""
each = pytest.mark.parametrize("code", REFUSED)


@each
async def test_a_token_serves_many_at_once(code: str) -> None:
    async with STAND_INS[code]() as provider:
        send = media()[code].sender(provider.settings.get)
        await asyncio.gather(*(send(provider.outgoing(f"key-{i}")) for i in range(8)))
        await send(provider.outgoing("key-9"))
    assert (provider.tokens, len(provider.taken)) == (1, 9)


@each
async def test_a_token_that_is_about_to_end_is_replaced(code: str) -> None:
    async with STAND_INS[code]() as provider:
        provider.seconds = 59
        send = media()[code].sender(provider.settings.get)
        await send(provider.outgoing())
        await send(provider.outgoing())
    assert provider.tokens == 2


@each
async def test_a_token_that_ended_early_is_replaced_once(code: str) -> None:
    async with STAND_INS[code]() as provider:
        send = media()[code].sender(provider.settings.get)
        await send(provider.outgoing())
        provider.good_from = 2
        await send(provider.outgoing())
        assert (provider.tokens, len(provider.taken)) == (2, 2)
        provider.good_from = 99
        with pytest.raises(NotSent) as refusal:
            await send(provider.outgoing())
    assert (refusal.value.code, provider.tokens) == (REFUSED[code], 3)
