"""What the Alexa skill refuses, and what it takes only once."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from skills.alexa import words
from skills.alexa.route import MOST_BYTES
from store.database import Database
from tests.alexa_requests import Shopper, envelope, signed, speech
from tests.fakes import World, world
from tests.integration.alexa_fixtures import heard

pytest_plugins = ["tests.integration.alexa_fixtures"]


async def test_the_same_request_again_gets_the_same_answer_and_does_nothing_twice(app: World, shopper: Shopper) -> None:
    body = json.dumps(envelope("IntentRequest", "CarrierPhraseIntent", {"phrase": "a person"})).encode()
    first, again = await shopper.post(body), await shopper.post(body)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert heard(app) == ["a person"]
    assert len(await app.services.tickets.list()) == 1


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (json.dumps(envelope()).encode(), {}),
        (json.dumps(envelope(skill_id="amzn1.ask.skill.other")).encode(), None),
        (json.dumps(envelope(at=datetime(2026, 11, 20, tzinfo=UTC))).encode(), None),
        (json.dumps(envelope()).encode() + b" ", signed(json.dumps(envelope()).encode())),
        (b"x" * (MOST_BYTES + 1), None),
        (b"garbage", None),
        (b"", None),
    ],
    ids=["unsigned", "other skill", "stale", "changed", "oversized", "garbage", "empty"],
)
async def test_a_refusal_is_a_400_that_does_nothing(
    app: World, shopper: Shopper, body: bytes, headers: dict[str, str] | None
) -> None:
    response = await shopper.post(body, headers)
    assert response.status_code == 400
    assert set(response.json()["error"]) == {"code", "message"}
    assert response.json()["error"]["code"] == "invalid_input"
    assert heard(app) == []


@pytest.mark.parametrize(
    "request_",
    [
        {"type": "Alexa.Unheard.Of"},
        {"type": "IntentRequest", "intent": "x"},
        {"type": "IntentRequest", "intent": {"name": "TrackOrderIntent", "slots": {"number": {"value": {"a": 1}}}}},
        {"type": None},
        {},
    ],
)
async def test_signed_but_strange_requests_break_nothing(
    app: World, shopper: Shopper, request_: dict[str, Any]
) -> None:
    request = envelope()
    request["request"] = request_ | {key: request["request"][key] for key in ("requestId", "timestamp")}
    response = await shopper.post(json.dumps(request).encode())
    assert response.status_code in {200, 400}


async def test_a_refusal_is_logged_without_what_was_said(shopper: Shopper) -> None:
    body = json.dumps(envelope("IntentRequest", "CarrierPhraseIntent", {"phrase": "private"})).encode()
    with capture_logs() as logs:
        await shopper.post(body, signed(b"another"))
    assert [line["event"] for line in logs] == ["alexa_refused", "request_failed"]
    assert "private" not in str(logs)
    assert shopper.user not in str(logs)


async def test_a_number_that_was_not_made_out_is_asked_for_again(app: World, shopper: Shopper) -> None:
    assert speech(await shopper.say("GiveNumberIntent", number="?")).startswith(words.NOT_HEARD)
    await shopper.say("TrackOrderIntent", number="?")
    await shopper.say("TrackOrderIntent", number=None)
    assert heard(app) == ["where is my order"] * 2


def test_loading_the_adapter_leaves_the_standard_library_as_it_was() -> None:
    assert re.search.__module__ == "re"


@pytest.mark.parametrize("place", ["session", "context"])
async def test_a_request_without_one_of_its_parts_breaks_nothing(shopper: Shopper, place: str) -> None:
    request = envelope()
    del request[place]
    response = await shopper.post(json.dumps(request).encode())
    assert response.status_code in {200, 400}


async def test_the_program_itself_refuses_what_is_not_amazons(app: World) -> None:
    body = json.dumps(envelope(at=datetime.now(UTC))).encode()
    async with app.client() as client:
        unsigned = await client.post("/webhooks/alexa", content=body)
        elsewhere = await client.post(
            "/webhooks/alexa", content=body, headers=signed(body, "https://example.com/echo.api/cert.pem")
        )
    assert unsigned.status_code == elsewhere.status_code == 400
    assert heard(app) == []


async def test_without_a_skill_id_it_is_not_configured(database: Database) -> None:
    body = json.dumps(envelope()).encode()
    async with world(database, secrets={}).client() as client:
        response = await client.post("/webhooks/alexa", content=body, headers=signed(body))
    assert response.status_code == 503
    assert "DOORSTEP_ALEXA_SKILL_ID" in response.json()["error"]["message"]
