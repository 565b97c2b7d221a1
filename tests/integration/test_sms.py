"""Texting through Twilio's own wire format: signed forms in, TwiML out, reports of delivery, STOP and START."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from store.database import Database
from store.support_tables import messages, opt_outs, texts
from support import wording
from support.desk import MESSAGE_LIMIT
from support.model import Reply
from support.ports import BotReply
from tests.fakes import PUBLIC_URL, World, world
from tests.served import served
from tests.texts import PHONE, URL, form, post, rows, said, signed, text


@pytest.fixture
def app(database: Database) -> World:
    return world(database, per_conversation=1000)


async def test_a_text_is_answered_and_its_sender_is_vouched_for(app: World, database: Database) -> None:
    assert await text(app, "hello", "SM1") == ["You said: hello"]
    inbound, _ = app.bot.heard[0]
    assert (inbound.channel, inbound.identity.phone, inbound.conversation) == ("sms", PHONE, f"sms:{PHONE}")
    (sent,) = await rows(database, texts)
    assert (sent.number, sent.segments, sent.state) == (PHONE, 1, "queued")


@pytest.mark.parametrize("medium", ["whatsapp", "rcs"])
async def test_other_media_by_the_same_adapter(app: World, medium: str) -> None:
    assert await text(app, "hello", "SM1", f"{medium}:{PHONE}") == ["You said: hello"]
    assert app.bot.heard[0][0].identity.phone == PHONE


async def test_a_repeated_delivery_gets_the_same_and_does_nothing_twice(app: World, database: Database) -> None:
    fields = form("hello", "SM1")
    answers = [await post(app, URL, fields) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert len(app.bot.heard) == 1
    assert len(await rows(database, texts)) == 1
    assert len(await rows(database, messages)) == 2


async def test_stop_is_confirmed_once_then_silence_until_start(app: World, database: Database) -> None:
    assert await text(app, "Stop.", "SM1") == [wording.TEXTS_STOPPED]
    assert await text(app, "Stop.", "SM1") == [wording.TEXTS_STOPPED]  # the same delivery once more
    for sid, words in (("SM2", "hello?"), ("SM3", "STOP"), ("SM4", "where is my order"), ("SM5", "HELP")):
        assert await text(app, words, sid) == []
    assert app.bot.heard == []
    assert await text(app, "start", "SM6") == [wording.TEXTS_STARTED]
    assert await text(app, "hello", "SM7") == ["You said: hello"]
    (row,) = await rows(database, opt_outs)
    assert (row.number, row.medium, row.stopped) == (PHONE, "sms", False)


async def test_a_late_copy_of_a_stop_does_not_undo_a_start(app: World) -> None:
    await text(app, "STOP", "SM1")
    await text(app, "START", "SM2")
    assert await text(app, "STOP", "SM1") == [wording.TEXTS_STOPPED]
    assert await text(app, "hello", "SM3") == ["You said: hello"]


@pytest.mark.parametrize(
    "word", ["STOP", "stopall", "Unsubscribe", "END", "quit", "revoke", "opt-out", "OPTOUT", "cancel"]
)
async def test_words_that_stop(app: World, word: str) -> None:
    assert await text(app, word, "SM1") == [wording.TEXTS_STOPPED]


@pytest.mark.parametrize(
    "words", ["cancel order 1001", "cancel 1001", "stop please", "end of the road", "don't stop", "yes"]
)
async def test_words_that_do_not(app: World, words: str) -> None:
    assert await text(app, words, "SM1") == [f"You said: {words}"]


async def test_cancel_is_an_answer_after_we_spoke_of_cancelling(app: World, database: Database) -> None:
    async def asking(inbound: Any, command: bool) -> BotReply:
        app.bot.heard.append((inbound, command))
        return BotReply((Reply("Shall I ask the shop to cancel order 1001?"),))

    app.bot.respond = asking  # type: ignore[method-assign]

    await text(app, "cancel order 1001", "SM1")
    assert await text(app, "CANCEL", "SM2") == ["Shall I ask the shop to cancel order 1001?"]
    assert [inbound.text for inbound, _ in app.bot.heard] == ["cancel order 1001", "CANCEL"]
    assert await rows(database, opt_outs) == []


async def test_stop_on_one_medium_leaves_the_other(app: World) -> None:
    await text(app, "STOP", "SM1")
    assert await text(app, "hello", "SM2", f"whatsapp:{PHONE}") == ["You said: hello"]


async def test_what_twilio_has_answered_itself_is_kept_and_not_answered_again(app: World) -> None:
    assert await text(app, "STOP", "SM1", OptOutType="STOP") == []
    assert await text(app, "hello", "SM2") == []
    assert await text(app, "START", "SM3", OptOutType="START") == []
    assert await text(app, "hello", "SM4") == ["You said: hello"]
    assert await text(app, "HELP", "SM5", OptOutType="HELP") == []


async def test_help_and_pictures(app: World) -> None:
    assert await text(app, "INFO", "SM1") == [wording.TEXTS_HELP]
    assert await text(app, "", "SM2", NumMedia="1", MediaUrl0="https://api.example.com/m/1") == [wording.NO_PICTURES]
    assert await text(app, "it is broken", "SM3", NumMedia="1") == ["You said: it is broken"]


async def test_reports_move_a_text_forward_only(app: World, database: Database) -> None:
    answer = await post(app, URL, form("hello", "SM1"))
    report_to = re.search(r'statusCallback="([^"]+)"', answer.text)
    assert report_to is not None
    path = report_to[1].removeprefix(PUBLIC_URL)
    for status, state in (("sent", "sent"), ("delivered", "delivered"), ("sent", "delivered"), ("failed", "delivered")):
        fields = {"MessageSid": "SM77", "MessageStatus": status, "To": PHONE}
        assert (await post(app, path, fields)).status_code == 204
        (row,) = await rows(database, texts)
        assert (row.state, row.provider_id) == (state, "SM77")
    unknown = {"MessageSid": "SM77", "MessageStatus": "teleported", "To": PHONE}
    assert (await post(app, path, unknown)).status_code == 204


async def test_a_text_refused_for_an_opt_out_is_one(app: World, database: Database) -> None:
    fields = {"MessageSid": "SM7", "MessageStatus": "failed", "ErrorCode": "21610", "To": PHONE}
    assert (await post(app, "/webhooks/twilio/status?text=1", fields)).status_code == 204
    assert [(row.number, row.stopped) for row in await rows(database, opt_outs)] == [(PHONE, True)]


@pytest.mark.parametrize("path", [URL, "/webhooks/twilio/status?text=1"])
async def test_forged_requests_change_nothing(app: World, database: Database, path: str) -> None:
    fields = form("STOP", "SM1", MessageStatus="failed", ErrorCode="21610")
    plain = {"Content-Type": "application/x-www-form-urlencoded"}
    for headers in (
        plain,
        signed(path, fields, "wrong"),
        signed("/elsewhere", fields),
        signed(path, {**fields, "From": "+1"}),
    ):
        answer = await post(app, path, fields, headers)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "bad_signature"
    assert await rows(database, opt_outs) == await rows(database, messages) == []


async def test_bad_requests_are_told_what_is_wrong(app: World, database: Database) -> None:
    json_ = {"Content-Type": "application/json"}
    assert (await post(app, URL, {}, json_)).status_code == 400
    async with app.client(key=None) as client:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await client.post(URL, content=b"a=" + b"x" * 70_000, headers=headers)).status_code == 400
        assert (await client.post(URL, content=b"a=%ff", headers=headers)).status_code == 400
        assert (
            await client.post(URL, content="&".join(f"a{i}=" for i in range(400)), headers=headers)
        ).status_code == 400
    for fields in (
        form("hi", ""),
        form("hi", "SM 1"),
        form("hi", "SM1", "nobody@example.com"),
        form("hi", "SM1", "+1" * 50),
    ):
        assert (await post(app, URL, fields)).status_code == 400
    assert await rows(database, messages) == []


async def test_without_a_token_it_is_not_configured(database: Database) -> None:
    bare = world(database, secrets={})
    answer = await post(bare, URL, form("hi", "SM1"))
    assert answer.status_code == 503
    assert "DOORSTEP_TWILIO_AUTH_TOKEN" in answer.json()["error"]["message"]


async def test_too_long_and_empty_texts_get_a_kind_word(app: World) -> None:
    assert await text(app, "x" * (MESSAGE_LIMIT + 1), "SM1") == [wording.TOO_LONG.format(limit=MESSAGE_LIMIT)]
    assert await text(app, " ", "SM2") == [wording.EMPTY]


async def test_many_at_once(app: World) -> None:
    answers = await asyncio.gather(*(text(app, f"hello {i}", f"SM{i}", f"+155501{i:05d}") for i in range(50)))
    assert answers == [[f"You said: hello {i}"] for i in range(50)]


async def test_stop_is_never_too_fast(database: Database) -> None:
    app = world(database, per_conversation=1)
    await text(app, "hello", "SM1")
    assert await text(app, "hello again", "SM2") == [wording.TOO_FAST]
    assert await text(app, "STOP", "SM3") == [wording.TEXTS_STOPPED]
    assert await text(app, "hello", "SM4") == []


async def test_a_real_server_takes_a_real_form(app: World) -> None:
    async with served(app.app) as address, httpx.AsyncClient(trust_env=False) as client:
        fields = form("hello", "SM1")
        answer = await client.post(f"http://{address}{URL}", content=urlencode(fields), headers=signed(URL, fields))
    assert said(answer) == ["You said: hello"]


async def test_half_an_hour_later_cancel_stops(app: World) -> None:
    await text(app, "cancel order 1001", "SM1")
    app.services.clock.now = lambda: datetime.now(UTC) + timedelta(minutes=31)  # type: ignore[method-assign]
    assert await text(app, "CANCEL", "SM2") == [wording.TEXTS_STOPPED]
