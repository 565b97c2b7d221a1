"""Walks all media: each is found by its file, says what it lacks, and tells "never" from "not now" by its provider."""

import pytest

from alerts.media import media
from alerts.media.base import Medium
from alerts.model import NotSent
from doorstep.settings import Settings
from tests.media_stands import STAND_INS
from tracking.errors import NotConfigured, Unavailable

MEDIA = media()
every_medium = pytest.mark.parametrize("medium", MEDIA.values(), ids=MEDIA.keys())


def test_the_media_are_found() -> None:
    assert {"alexa", "sms"} <= set(MEDIA)


@every_medium
def test_it_is_declared_in_full(medium: Medium) -> None:
    assert medium.code.isidentifier()
    assert medium.code == medium.code.lower()
    assert medium.name.strip()
    assert medium.settings
    assert set(medium.settings) <= set(Settings.model_fields)


@every_medium
def test_it_says_each_setting_that_is_missing(medium: Medium) -> None:
    full = dict.fromkeys(medium.settings, "x")
    assert not medium.ready({}.get)
    with pytest.raises(NotConfigured) as none:
        medium.sender({}.get)
    for name in medium.settings:
        variable = f"DOORSTEP_{name.upper()}"
        assert variable in str(none.value)
        rest = {other: value for other, value in full.items() if other != name}
        assert not medium.ready(rest.get)
        with pytest.raises(NotConfigured, match=variable):
            medium.sender(rest.get)


@every_medium
async def test_it_hands_a_message_over(medium: Medium) -> None:
    async with STAND_INS[medium.code]() as provider:
        assert medium.ready(provider.settings.get)
        sent = await medium.sender(provider.settings.get)(provider.outgoing())
        assert sent.provider_id
        assert len(provider.taken) == 1


@every_medium
async def test_it_tells_never_from_not_now(medium: Medium) -> None:
    async with STAND_INS[medium.code]() as provider:
        send = medium.sender(provider.settings.get)
        provider.refuse("never")
        with pytest.raises(NotSent) as never:
            await send(provider.outgoing("key-1"))
        assert never.value.code
        provider.refuse("later")
        with pytest.raises(Unavailable):
            await send(provider.outgoing("key-2"))
        provider.refuse("")
        assert (await send(provider.outgoing("key-3"))).provider_id


@every_medium
async def test_a_provider_that_is_gone_is_not_now(medium: Medium) -> None:
    async with STAND_INS[medium.code]() as provider:
        send, outgoing = medium.sender(provider.settings.get), provider.outgoing()
    with pytest.raises(Unavailable):
        await send(outgoing)


@every_medium
async def test_what_is_refused_says_nothing_of_its_reader(medium: Medium) -> None:
    async with STAND_INS[medium.code]() as provider:
        send = medium.sender(provider.settings.get)
        for how in ("never", "later"):
            provider.refuse(how)
            with pytest.raises((NotSent, Unavailable)) as refusal:
                await send(provider.outgoing())
            assert provider.to not in str(refusal.value)
            assert provider.outgoing().text not in str(refusal.value)
