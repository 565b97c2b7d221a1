"""Dialogflow's webhook over HTTP on real databases: let in, answered once, in time, and each session for itself."""

import asyncio
import base64
import json
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.base import Answering
from skills import skills
from skills.dialogflow import BODY_LIMIT, router
from skills.dialogflow.answers import HOLDING, WITH_PERSON
from skills.dialogflow.wire import parse
from store.database import Database
from store.support_tables import conversations
from support import wording
from support.model import SignedIdentity
from tests.fakes import SECRETS, World, world

PATH = "/webhooks/dialogflow"
TOKEN = SECRETS["dialogflow_token"]
BEARER = {"Authorization": f"Bearer {TOKEN}"}
AGENT = "projects/example-shop/locations/global/agents/11111111-2222-4333-8444-555555555555"

CX_CALL: dict[str, Any] = {
    "detectIntentResponseId": "d1f0c0de-0001-4000-8000-000000000001",
    "fulfillmentInfo": {"tag": "track_order"},
    "intentInfo": {
        "lastMatchedIntent": f"{AGENT}/intents/99999999-0000-4000-8000-000000000001",
        "displayName": "track_order",
        "parameters": {},
    },
    "pageInfo": {"currentPage": f"{AGENT}/flows/00000000-0000-0000-0000-000000000000/pages/START_PAGE"},
    "sessionInfo": {"session": f"{AGENT}/sessions/call-1", "parameters": {"greeted": True}},
    "messages": [{"text": {"text": ["One moment."]}, "responseType": "HANDLER_PROMPT"}],
    "transcript": "where is my order",
    "payload": {"telephony": {"caller_id": "+15550100142"}},
}
ES_CHAT: dict[str, Any] = {
    "responseId": "d1f0c0de-0002-4000-8000-000000000001",
    "session": "projects/example-shop/agent/sessions/chat-1",
    "queryResult": {
        "queryText": "where is my order",
        "parameters": {"order_number": ""},
        "outputContexts": [{"name": "projects/example-shop/agent/sessions/chat-1/contexts/shop", "lifespanCount": 3}],
        "intent": {"name": "projects/example-shop/agent/intents/9", "displayName": "track_order"},
    },
    "originalDetectIntentRequest": {"source": "GOOGLE_TELEPHONY", "payload": {"telephony": {"caller_id": "REDACTED"}}},
}


@pytest.fixture
def app(database: Database) -> World:
    return world(database)


def call(session: str = "call-1", id_: str = "r-1", **fields: Any) -> dict[str, Any]:
    """A CX request without any words but those given."""
    return {
        "detectIntentResponseId": id_,
        "fulfillmentInfo": {"tag": ""},
        "sessionInfo": {"session": f"{AGENT}/sessions/{session}"},
        **fields,
    }


async def send(app: World | FastAPI, request: Any, headers: dict[str, str] = BEARER) -> httpx.Response:
    asgi = app.app if isinstance(app, World) else app
    transport = httpx.ASGITransport(asgi, raise_app_exceptions=False)
    body = request if isinstance(request, bytes) else json.dumps(request).encode()
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example.com") as client:
        return await client.post(PATH, content=body, headers={"Content-Type": "application/json", **headers})


def shown(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    messages = answer.json()["fulfillmentResponse"]["messages"]
    return [message["text"]["text"][0] for message in messages if "text" in message]


def handoff(answer: httpx.Response) -> dict[str, Any] | None:
    messages = answer.json()["fulfillmentResponse"]["messages"]
    return next((m["liveAgentHandoff"]["metadata"] for m in messages if "liveAgentHandoff" in m), None)


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_it_is_found_by_itself() -> None:
    plugin = skills()["dialogflow"]
    assert (plugin.name, plugin.settings) == ("Dialogflow", ("dialogflow_token",))


async def test_a_call_is_answered_and_spoken(app: World) -> None:
    answer = await send(app, CX_CALL)
    assert shown(answer) == ["You said: where is my order"]
    assert answer.json()["fulfillmentResponse"]["mergeBehavior"] == "REPLACE"
    spoken = answer.json()["fulfillmentResponse"]["messages"][-1]["outputAudioText"]["ssml"]
    assert spoken == "<speak>You said: where is my order</speak>"


async def test_a_caller_s_number_proves_nothing(app: World) -> None:
    await send(app, CX_CALL)
    ((heard, command),) = app.bot.heard
    assert (heard.channel, heard.identity, heard.client_address, command) == ("voice", SignedIdentity(), "", False)


async def test_an_es_agent_is_answered_in_its_own_format(app: World) -> None:
    answer = await send(app, ES_CHAT)
    assert answer.json() == {
        "fulfillmentText": "You said: where is my order",
        "fulfillmentMessages": [{"text": {"text": ["You said: where is my order"]}}],
    }


@pytest.mark.parametrize(
    ("fields", "heard"),
    [
        ({"fulfillmentInfo": {"tag": "made_up"}}, "help"),
        ({"fulfillmentInfo": {"tag": "made_up"}, "text": "hello there"}, "hello there"),
        ({"intentInfo": {"displayName": "made up"}}, "help"),
        ({"dtmfDigits": "1004#"}, "1004"),
        ({"fulfillmentInfo": {"tag": "speak_to_human"}}, "talk to a person"),
    ],
)
async def test_what_the_bot_hears(app: World, fields: dict[str, Any], heard: str) -> None:
    assert (await send(app, call(**fields))).status_code == 200
    assert [inbound.text for inbound, _ in app.bot.heard] == [heard]


@pytest.mark.parametrize("headers", [BEARER, {"Authorization": f"bearer {TOKEN}"}, basic("dialogflow", TOKEN)])
async def test_the_token_lets_in(app: World, headers: dict[str, str]) -> None:
    assert (await send(app, CX_CALL, headers)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": TOKEN},
        {"Authorization": f"Digest {TOKEN}"},
        {"Authorization": "Basic %%%"},
        basic("dialogflow", "wrong"),
        basic(TOKEN, ""),
    ],
)
async def test_nobody_else_gets_in(app: World, headers: dict[str, str]) -> None:
    for request in (CX_CALL, b"not even JSON"):
        answer = await send(app, request, headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
        assert "Bearer" in answer.headers["www-authenticate"]
    assert app.bot.heard == []


async def test_odd_letters_in_the_header_are_only_wrong(app: World) -> None:
    async with app.client(None) as client:
        answer = await client.post(PATH, headers={"Authorization": "Bearer \u00e9".encode()}, content=b"{}")
    assert answer.status_code == 401


async def test_without_a_token_it_is_closed(database: Database) -> None:
    answer = await send(world(database, secrets={}), CX_CALL)
    assert answer.status_code == 503
    assert "DOORSTEP_DIALOGFLOW_TOKEN" in answer.json()["error"]["message"]


async def test_a_body_too_large_is_refused(app: World) -> None:
    answer = await send(app, {**CX_CALL, "payload": {"noise": "x" * BODY_LIMIT}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize("declared", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_another_content_type_is_refused(app: World, declared: str) -> None:
    answer = await send(app, CX_CALL, {**BEARER, "Content-Type": declared})
    assert answer.status_code == 415
    assert "application/json" in answer.json()["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"{}", b"\xff", b'{"sessionInfo": {}}', b"[" * 100_000])
async def test_the_unreadable_is_refused_with_its_reason(app: World, body: bytes) -> None:
    answer = await send(app, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_input")
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize("request_", [CX_CALL, ES_CHAT, call(text="a person please")])
async def test_the_same_request_again_gets_the_same_answer(app: World, request_: dict[str, Any]) -> None:
    first, again = await send(app, request_), await send(app, request_)
    assert first.json() == again.json()
    assert len(app.bot.heard) == 1


async def test_a_ticket_is_told_in_the_turn_that_opened_it(app: World) -> None:
    first = await send(app, call(text="a person please"))
    metadata = handoff(first)
    assert metadata
    assert metadata["ticket"].startswith("T-")
    assert first.json()["sessionInfo"]["parameters"] == {"ticket": metadata["ticket"]}
    assert handoff(await send(app, call(text="hello?", id_="r-2"))) is None


async def test_a_person_who_has_the_conversation_is_handed_every_turn(app: World, database: Database) -> None:
    await send(app, call(text="hello"))
    asked = parse(json.dumps(call()).encode())

    async def take_over(connection: AsyncConnection) -> None:
        await connection.execute(update(conversations).values(owner="human"))

    await database.run(take_over)
    answer = await send(app, call(text="anybody there?", id_="r-2"))
    assert shown(answer) == [WITH_PERSON]
    assert handoff(answer) == {"ticket": None, "conversation": asked.conversation}
    assert len(app.bot.heard) == 1


async def test_another_session_sees_nothing_of_it(app: World) -> None:
    mine, other = call(text="a person please"), call(session="call-2", text="hello")
    await send(app, mine)
    answer = await send(app, other)
    assert shown(answer) == ["You said: hello"]
    assert handoff(answer) is None
    asked = parse(json.dumps(other).encode())
    history = await app.services.desk.history(asked.conversation, 0)
    assert [message.text for message in history] == ["hello", "You said: hello"]


async def test_the_bot_is_down(app: World) -> None:
    app.bot.up = False
    answer = await send(app, CX_CALL)
    assert shown(answer)[0] == wording.TROUBLE
    assert handoff(answer)


async def test_the_database_is_down(app: World) -> None:
    app.conversations.up = False
    assert (await send(app, CX_CALL)).status_code == 503


async def test_a_late_answer_is_owned_up_to_and_given_when_asked_again(app: World) -> None:
    answering = Answering(app.services.desk, app.services.limits.conversation, lambda *_: None)
    hasty = FastAPI()
    hasty.include_router(router(SimpleNamespace(answering=answering, secret=lambda *_: TOKEN), seconds=0.05))
    app.bot.gate.clear()
    holding = await send(hasty, CX_CALL)
    assert shown(holding) == [HOLDING]
    assert "sessionInfo" not in holding.json()
    app.bot.gate.set()
    assert shown(await send(app, CX_CALL)) == ["You said: where is my order"]
    assert len(app.bot.heard) == 1


async def test_fifty_at_once_each_get_their_own(app: World) -> None:
    requests = [call(session=f"call-{number}", text=f"hello {number}") for number in range(50)]
    answers = await asyncio.gather(*(send(app, request) for request in requests))
    assert [shown(answer) for answer in answers] == [[f"You said: hello {number}"] for number in range(50)]


async def test_one_request_fifty_times_at_once_is_answered_once(database: Database) -> None:
    app = world(database, per_conversation=100)
    answers = await asyncio.gather(*(send(app, CX_CALL) for _ in range(50)))
    assert {answer.text for answer in answers} == {answers[0].text}
    assert shown(answers[0]) == ["You said: where is my order"]
    assert len(app.bot.heard) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=JSON, tag=JSON, parameters=JSON, session=st.text(max_size=20), id_=st.text(max_size=8), edition=st.booleans()
)
async def test_garbage_never_breaks_it(
    app: World, text: Any, tag: Any, parameters: Any, session: str, id_: str, edition: bool
) -> None:
    cx = {
        "detectIntentResponseId": id_,
        "sessionInfo": {"session": session, "parameters": parameters},
        "fulfillmentInfo": {"tag": tag},
        "text": text,
    }
    result = {"queryText": text, "intent": {"displayName": tag}, "parameters": parameters}
    answer = await send(app, cx if edition else {"responseId": id_, "session": session, "queryResult": result})
    assert answer.status_code in (200, 400), answer.text
