"""Walks all media: each is found by its file, says what it lacks, and tells "never" from "not now" by its provider."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from alerts.media import media
from alerts.media.base import Medium
from alerts.model import NotSent
from doorstep import logs
from doorstep.settings import Settings
from tests.media_stands import STAND_INS
from tests.media_stands.base import StandIn
from tests.media_stands.faults import cut, cut_late, false_papers, silent
from tracking.errors import DoorstepError, NotConfigured, Unavailable

MEDIA = media()
THEIRS = ("asyncio", "mail.log")
"""Loggers of the stand-ins."""
QUICK = {"alert_timeout": "0.5"}
Fault = Callable[[StandIn], AbstractAsyncContextManager[None]]
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


@every_medium
async def test_a_busy_provider_is_left_alone_as_long_as_it_says(medium: Medium) -> None:
    async with STAND_INS[medium.code]() as provider:
        provider.refuse("busy")
        with pytest.raises(Unavailable) as busy:
            await medium.sender(provider.settings.get)(provider.outgoing())
        assert getattr(busy.value, "retry_after", None) == (7 if provider.says_when else None)


@every_medium
@pytest.mark.parametrize("fault", [silent, cut])
async def test_what_is_not_surely_taken_is_sent_again(medium: Medium, fault: Fault) -> None:
    async with STAND_INS[medium.code]() as provider, fault(provider):
        with pytest.raises(Unavailable):
            await medium.sender((provider.settings | QUICK).get)(provider.outgoing())
        assert provider.taken == []


@pytest.mark.parametrize("code", ["apprise", "fcm", "sms"])
async def test_half_an_answer_is_none(code: str) -> None:
    async with STAND_INS[code]() as provider, cut_late(provider):
        with pytest.raises(Unavailable):
            await MEDIA[code].sender((provider.settings | QUICK).get)(provider.outgoing())


@every_medium
async def test_nothing_is_told_to_a_provider_with_false_papers(medium: Medium, tmp_path: Path) -> None:
    async with STAND_INS[medium.code]() as provider, false_papers(provider, tmp_path):
        settings = {name: value for name, value in provider.settings.items() if not name.endswith("_roots")}
        with pytest.raises(Unavailable):
            await medium.sender(settings.get)(provider.outgoing())


@every_medium
async def test_neither_logs_nor_errors_tell_a_secret(
    medium: Medium, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    logs.quieten()
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    async with STAND_INS[medium.code]() as provider:
        for how in ("", "never", "later", "busy"):
            provider.refuse(how)
            said.append(await outcome(medium, provider))
        secrets = provider.secrets
        async with false_papers(provider, tmp_path):
            said.append(await outcome(medium, provider))
        secrets += provider.secrets
    assert any(said)
    said += [entry.getMessage() for entry in caplog.records if entry.name not in THEIRS]
    for secret in secrets:
        assert not [text for text in said if secret in text]


async def outcome(medium: Medium, provider: StandIn) -> str:
    """What the error says, empty where there is none."""
    try:
        await medium.sender(provider.settings.get)(provider.outgoing())
    except DoorstepError as error:
        return repr(error)
    return ""


def test_subscribers_media_can_read_an_address() -> None:
    assert {code for code, medium in MEDIA.items() if medium.named} == {"apns", "fcm", "web_push"}


@pytest.mark.parametrize("medium", [m for m in MEDIA.values() if m.named], ids=lambda medium: medium.code)
async def test_what_is_no_address_is_not_kept(medium: Medium) -> None:
    async with STAND_INS[medium.code]() as provider:
        assert medium.named
        assert medium.named(provider.to, provider.settings.get)
        for address in ("", "x y", "\x00", "a" * 5000, "{}", '{"endpoint": "https://127.0.0.1/x", "keys": {}}'):
            with pytest.raises(NotSent) as none:
                medium.named(address, provider.settings.get)
            assert none.value.code == "address"


@pytest.mark.parametrize("medium", [m for m in MEDIA.values() if m.reader == "merchant"], ids=lambda m: m.code)
async def test_the_merchant_is_where_the_settings_say(medium: Medium) -> None:
    async with STAND_INS[medium.code]() as provider:
        assert medium.merchants
        assert list(medium.merchants(provider.settings.get)) == [provider.to]
