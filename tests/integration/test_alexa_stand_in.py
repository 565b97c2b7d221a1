"""The skill as the program wires it, believing a stand-in's certificates because two settings say so."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from structlog.testing import capture_logs

from skills.alexa import words
from skills.alexa.certificates import Certificates, NotFromAlexa, stand_in_place, stand_in_roots
from skills.alexa.route import router
from store.database import Database
from support.model import Reply
from tests.alexa_place import alexa_place
from tests.alexa_requests import DAY, URL, certificate, envelope, signed, speech
from tests.fakes import SECRETS, RealClock, world
from tests.integration.alexa_fixtures import Scripted, speaking
from tracking.errors import InvalidInput


def settings_of(place: dict[str, str], **more: str) -> dict[str, str]:
    return SECRETS | {name.removeprefix("DOORSTEP_").lower(): value for name, value in place.items()} | more


async def test_the_stand_ins_requests_are_answered_and_nobody_elses(database: Database, tmp_path: Path) -> None:
    with alexa_place(tmp_path) as place:
        async with speaking(world(database, secrets=settings_of(place)).app, at=datetime.now(UTC)) as shopper:
            assert speech(await shopper.open()) == words.GREETING
            body = json.dumps(envelope(at=datetime.now(UTC))).encode()
            for headers in (
                signed(body, signer="stranger"),
                signed(body, URL.replace("s3.amazonaws.com", "127.0.0.1")),
                signed(body, URL.replace("https", "http")),
                signed(body, URL.replace("echo.api", "elsewhere")),
                {},
            ):
                assert (await shopper.post(body, headers)).status_code == 400


async def test_without_the_roots_the_place_alone_is_not_believed(database: Database, tmp_path: Path) -> None:
    with alexa_place(tmp_path) as place:
        del place["DOORSTEP_ALEXA_ROOTS"]
        async with speaking(world(database, secrets=settings_of(place)).app, at=datetime.now(UTC)) as shopper:
            body = json.dumps(envelope(at=datetime.now(UTC))).encode()
            assert (await shopper.post(body)).status_code == 400


async def test_only_the_roots_of_the_file_are_trusted(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    strangers = certificate("stranger", "stranger", begins=now - DAY, ends=now + DAY)
    (tmp_path / "strangers.pem").write_bytes(strangers.public_bytes(Encoding.PEM))
    with alexa_place(tmp_path) as place:
        fetch = stand_in_place(place["DOORSTEP_ALEXA_CERTIFICATES_URL"])
        ours = stand_in_roots(place["DOORSTEP_ALEXA_ROOTS"])
        await Certificates(fetch, lambda: ours, RealClock()).key(URL)
        theirs = stand_in_roots(str(tmp_path / "strangers.pem"))
        with pytest.raises(NotFromAlexa):
            await Certificates(fetch, lambda: theirs, RealClock()).key(URL)


@pytest.mark.parametrize(("linking", "offered"), [({}, False), ({"alexa_linking": "True"}, True)])
async def test_linking_is_offered_where_the_settings_say_so(
    database: Database, tmp_path: Path, linking: dict[str, str], offered: bool
) -> None:
    with alexa_place(tmp_path) as place:
        app = world(database, secrets=settings_of(place, **linking))
        app.bot.respond = Scripted(Reply("Which order?")).respond  # type: ignore[method-assign]
        async with speaking(app.app, at=datetime.now(UTC)) as shopper:
            assert ("card" in await shopper.say("WhereIsMyOrderIntent")) is offered


def test_a_stand_in_is_warned_of_and_nothing_else_is(database: Database, tmp_path: Path) -> None:
    with alexa_place(tmp_path) as place, capture_logs() as logs:
        router(world(database, secrets=settings_of(place)).given)
        assert {(line["event"], line["log_level"]) for line in logs} == {("alexa_stand_in", "warning")}
        logs.clear()
        router(world(database).given)
        assert logs == []


@pytest.mark.parametrize(
    "url", ["http://example.com", "http://192.0.2.1:8000", "ftp://127.0.0.1", "127.0.0.1", "/x", ""]
)
def test_a_place_must_be_this_machine_or_https(url: str) -> None:
    with pytest.raises(InvalidInput, match="DOORSTEP_ALEXA_CERTIFICATES_URL"):
        stand_in_place(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9", "http://localhost", "http://[::1]:9", "https://alexa.example.com/a"]
)
def test_places_that_may_be(url: str) -> None:
    stand_in_place(url)


def test_roots_that_can_not_be_read_stop_the_start(database: Database, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("no certificate")
    for name in ("missing.pem", "empty.pem"):
        secrets = SECRETS | {"alexa_roots": str(tmp_path / name)}
        with pytest.raises(InvalidInput, match="DOORSTEP_ALEXA_ROOTS"):
            world(database, secrets=secrets)


EVENTS = ("ProactiveSubscriptionChanged", "SkillAccountLinked", "SkillDisabled", "SkillEnabled")


@pytest.mark.parametrize("kind", EVENTS)
async def test_what_happens_to_an_account_is_taken_in_silence(database: Database, tmp_path: Path, kind: str) -> None:
    event = envelope(f"AlexaSkillEvent.{kind}", at=datetime.now(UTC) - timedelta(minutes=50))
    del event["session"]
    event["request"] |= {"eventCreationTime": event["request"]["timestamp"], "body": {"accessToken": "a-secret"}}
    event["request"]["body"]["subscriptions"] = [{"eventName": "AMAZON.OrderStatus.Updated"}]
    with alexa_place(tmp_path) as place:
        app = world(database, secrets=settings_of(place))
        async with speaking(app.app) as shopper:
            with capture_logs() as logs:
                response = await shopper.post(json.dumps(event).encode())
            event["request"]["timestamp"] = (datetime.now(UTC) - timedelta(minutes=61)).isoformat()
            refused = await shopper.post(json.dumps(event).encode())
    assert (response.status_code, response.json()["response"]) == (200, {})
    assert refused.status_code == 400
    assert {"event": "alexa_event", "kind": f"AlexaSkillEvent.{kind}", "log_level": "info"} in logs
    assert "a-secret" not in str(logs)
    assert shopper.user not in str(logs)
    assert app.bot.heard == []
