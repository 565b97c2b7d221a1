"""POST /api/v1/messages on real databases: once each, bounded, and only with the key."""

import asyncio
from typing import Any

import pytest

from store.database import Database
from tests.fakes import World, world


def message(text: str = "hello", **fields: Any) -> dict[str, Any]:
    return {"conversation": "c-1", "message_id": "m-1", "text": text, "channel": "web", **fields}


@pytest.fixture
def app(database: Database) -> World:
    return world(database)


async def test_a_message_is_answered(app: World) -> None:
    async with app.client() as client:
        answer = await client.post("/api/v1/messages", json=message("buttons please"))
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "conversation": "c-1",
        "owner": "bot",
        "replies": [
            {"text": "You said: buttons please", "buttons": [{"title": "Yes", "payload": "/affirm"}], "card": None}
        ],
        "ticket": None,
    }
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]


async def test_the_same_message_again_is_the_same_answer_and_done_once(app: World) -> None:
    async with app.client() as client:
        answers = [await client.post("/api/v1/messages", json=message("a person")) for _ in range(3)]
    assert answers[0].json()["ticket"].startswith("T-")
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert len(app.bot.heard) == 1


async def test_one_conversation_in_order_and_others_beside_it(app: World) -> None:
    async with app.client() as client:
        sends = [
            client.post("/api/v1/messages", json=message(f"text {n}", message_id=f"m-{n}", conversation=f"c-{n % 2}"))
            for n in range(6)
        ]
        answers = await asyncio.gather(*sends)
    assert [a.json()["replies"][0]["text"] for a in answers] == [f"You said: text {n}" for n in range(6)]
    assert len(await app.services.desk.history("c-0", 0)) == 6


async def test_the_callers_identity_is_normalised_and_handed_on(app: World) -> None:
    known = {"phone": "+1 (202) 555-0123", "email": " Dana@Example.com ", "client": None}
    async with app.client() as client:
        await client.post("/api/v1/messages", json=message(identity=known, client_address="198.51.100.9"))
    heard, _ = app.bot.heard[0]
    assert (heard.identity.phone, heard.identity.email) == ("+12025550123", "dana@example.com")
    assert heard.client_address == "198.51.100.9"


async def test_a_slash_command_nobody_offered_is_plain_text(app: World) -> None:
    async with app.client() as client:
        await client.post("/api/v1/messages", json=message("/affirm"))
        await client.post("/api/v1/messages", json=message("buttons", message_id="m-2"))
        await client.post("/api/v1/messages", json=message("/affirm", message_id="m-3"))
    assert [command for _, command in app.bot.heard] == [False, False, True]


async def test_a_long_message_is_refused_politely(app: World) -> None:
    async with app.client() as client:
        answer = await client.post("/api/v1/messages", json=message("x" * 2001))
    assert answer.status_code == 200
    assert "2000" in answer.json()["replies"][0]["text"]
    assert app.bot.heard == []


async def test_broken_unicode_and_nulls_are_cleaned_not_refused(app: World) -> None:
    async with app.client() as client:
        body = b'{"conversation":"c-1","message_id":"m-1","text":"hi\\u0000 \\ud800there"}'
        answer = await client.post("/api/v1/messages", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 200, answer.text
    assert "\x00" not in app.bot.heard[0][0].text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"NaN",
        b'{"conversation":NaN,"message_id":1e999,"text":"x"}',
        b'{"conversation":"\\ud800","message_id":"m","text":"x"}',
        b'{"conversation":"c","message_id":"\\u0000","text":"x"}',
        b'{"conversation":"c","message_id":"m"}',
        b'{"conversation":"c","message_id":"m","text":"x","channel":"fax"}',
        b"[" * 50_000,
        b"\xff\xfe",
    ],
)
async def test_a_broken_body_is_refused_in_our_shape(app: World, body: bytes) -> None:
    async with app.client() as client:
        answer = await client.post("/api/v1/messages", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    assert set(answer.json()["error"]) == {"code", "message"}


async def test_too_much_too_fast(database: Database) -> None:
    app = world(database, per_conversation=2)
    async with app.client() as client:
        answers = [await client.post("/api/v1/messages", json=message(message_id=f"m-{n}")) for n in range(3)]
        other = await client.post("/api/v1/messages", json=message(conversation="c-2"))
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) > 0
    assert answers[2].json()["error"]["code"] == "too_fast"
    assert other.status_code == 200


@pytest.mark.parametrize("pieces", [False, True])
async def test_a_huge_body_is_refused(app: World, pieces: bool) -> None:
    async def stream() -> Any:
        for _ in range(60):
            yield b"x" * 100_000

    async with app.client() as client:
        for path in ("/api/v1/messages", "/webhooks/easypost"):
            answer = await client.post(path, content=stream() if pieces else b"x" * 6_000_000)
            assert answer.status_code == 413, (path, answer.text)
            assert answer.json()["error"]["code"] == "too_large"


@pytest.mark.parametrize("key", [None, "", "wrong", "ключ".encode().decode("latin-1")])
async def test_the_key_is_needed(app: World, key: str | None) -> None:
    headers = {} if key is None else {"Authorization": f"Bearer {key}".encode("latin-1")}
    async with app.client(None) as client:
        answer = await client.post("/api/v1/messages", json=message(), headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert app.bot.heard == []


async def test_without_a_key_set_the_api_is_closed(database: Database) -> None:
    async with world(database, api_key=None).client("anything") as client:
        answer = await client.get("/api/v1/tickets")
    assert answer.status_code == 503
    assert "DOORSTEP_API_KEY" in answer.json()["error"]["message"]


async def test_a_bot_that_is_away_means_an_apology_and_a_ticket(app: World) -> None:
    app.bot.up = False
    async with app.client() as client:
        answer = (await client.post("/api/v1/messages", json=message())).json()
        ready = await client.get("/readyz")
        ticket = await client.get(f"/api/v1/tickets/{answer['ticket']}")
    assert len(app.bot.heard) == 2
    assert ticket.json()["reason"] == "bot_down"
    assert (ready.status_code, ready.json()["missing"]) == (503, ["bot"])
