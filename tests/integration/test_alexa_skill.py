"""The Alexa skill as Alexa meets it: signed requests over HTTP to the app, on a real database with a stand-in bot."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from structlog.testing import capture_logs

from channels.base import Answering
from skills.alexa import words
from skills.alexa.asking import Asking
from skills.alexa.certificates import Certificates
from skills.alexa.hearing import conversation_of
from skills.alexa.progress import Progress
from skills.alexa.route import MOST_BYTES, alexa_router
from skills.alexa.serving import SkillApp
from skills.alexa.verifying import Verifier
from store.database import Database
from store.desk import ProofTable
from support.desk import Desk
from support.identity import Identity
from support.limits import RateLimit
from support.model import Inbound, Reply
from support.ports import BotReply
from support.wording import TROUBLE
from tests.alexa_requests import SKILL_ID, Bucket, Shopper, StoppedClock, envelope, roots, signed, speech
from tests.fakes import FakeBot, RealClock, World, world
from tests.served import served
from web.app import create_app

FOREVER = 60.0
CARD = {"type": "order", "number": "1004", "status": "in_transit", "headline": "On its way", "progress": 2}
LONG = (
    "Order 1004 is on its way with Acme Post. The last scan was two hours ago: arrived at the depot in Leipzig. "
    "Acme Post expects to deliver it tomorrow. Shall I tell you when it's out for delivery?"
)


class Scripted(FakeBot):
    """Gives the next of some replies, whatever it hears."""

    def __init__(self, *replies: Reply) -> None:
        super().__init__()
        self.replies = list(replies)

    async def respond(self, inbound: Inbound, command: bool) -> BotReply:
        """Give it."""
        await super().respond(inbound, command)
        return BotReply((self.replies.pop(0),), "track_order", 0.9)


@pytest.fixture
def app(database: Database) -> World:
    return world(database)


def skill_app(app: World, desk: Desk | None = None, seconds: float = FOREVER, **waiting: Any) -> FastAPI:
    """The app of a world with a skill that believes the stand-in for Alexa."""
    clock = StoppedClock()
    verifier = Verifier(Certificates(Bucket().fetch, roots, clock), clock)
    answering = Answering(desk or app.services.desk, RateLimit(1000, 60), lambda *_: None)
    asking = Asking(answering, Progress(waiting.get("api_url")), seconds, waiting.get("patience", FOREVER))
    skill = SkillApp(asking)
    return create_app(app.services, [alexa_router(lambda: SKILL_ID, verifier, lambda: skill)])


@asynccontextmanager
async def speaking(app: FastAPI, **who: Any) -> AsyncIterator[Shopper]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example.com") as client:
        yield Shopper(client, **who)


@asynccontextmanager
async def hearing(app: World, database: Database, *replies: Reply, **who: Any) -> AsyncIterator[Shopper]:
    """A shopper whom the bot gives these replies."""
    app.bot = Scripted(*replies)
    identity = Identity(ProofTable(database), app.services.orders, RealClock())
    desk = Desk(app.conversations, app.bot, identity, app.services.tickets, RealClock())
    async with speaking(skill_app(app, desk), **who) as shopper:
        yield shopper


@pytest.fixture
async def shopper(app: World) -> AsyncIterator[Shopper]:
    async with speaking(skill_app(app)) as shopper:
        yield shopper


def heard(app: World) -> list[str]:
    return [inbound.text for inbound, _ in app.bot.heard]


async def test_a_conversation(app: World, shopper: Shopper) -> None:
    opened = await shopper.open()
    assert speech(opened) == words.GREETING
    assert opened["shouldEndSession"] is False
    assert opened["reprompt"]["outputSpeech"]["ssml"] == "<speak>What would you like to know?</speak>"
    answered = await shopper.say("TrackOrderIntent", number="1 0 0 4")
    assert speech(answered) == (
        'You said: where is my order <say-as interpret-as="digits">1004</say-as>. Is there anything else?'
    )
    assert answered["shouldEndSession"] is False
    left = await shopper.say("AMAZON.NoIntent")
    assert speech(left) == words.GOODBYE
    assert left["shouldEndSession"] is True
    assert shopper.attributes == {}
    assert heard(app) == ["where is my order 1004"]


async def test_the_desk_gets_a_conversation_of_the_account_but_not_its_id(app: World, shopper: Shopper) -> None:
    await shopper.say("WhereIsMyOrderIntent")
    inbound = app.bot.heard[0][0]
    assert re.fullmatch(r"alexa:[0-9a-f]{32}", inbound.conversation)
    assert inbound.conversation == conversation_of(shopper.user) == shopper.attributes["conversation"]
    assert (inbound.channel, inbound.message_id) == ("voice", f"{shopper.user}-1")
    assert shopper.user not in json.dumps(shopper.attributes)


async def test_accounts_have_conversations_of_their_own(app: World, shopper: Shopper) -> None:
    await shopper.say("WhereIsMyOrderIntent")
    shopper.user = "amzn1.ask.account.TWO"
    await shopper.say("WhereIsMyOrderIntent")
    assert len({inbound.conversation for inbound, _ in app.bot.heard}) == 2


async def test_yes_and_no_go_to_the_bot_when_it_asked(app: World, database: Database) -> None:
    offer, done = Reply("Shall I get you a person?"), Reply("I've asked one.")
    async with hearing(app, database, offer, done, offer, done) as shopper:
        await shopper.say("ProblemIntent", problem="it arrived broken")
        assert speech(await shopper.say("AMAZON.YesIntent")) == "I've asked one. Is there anything else?"
        await shopper.say("ProblemIntent")
        await shopper.say("AMAZON.NoIntent")
        assert heard(app) == ["it arrived broken", "yes", "something is wrong with my order", "no"]


async def test_a_long_answer_is_told_in_two_parts(app: World, database: Database) -> None:
    async with hearing(app, database, Reply(LONG), Reply("Will do.")) as shopper:
        first = await shopper.say("WhereIsMyOrderIntent")
        assert speech(first).endswith(words.DETAILS)
        assert "Leipzig" not in speech(first)
        assert first["reprompt"]["outputSpeech"]["ssml"] == f"<speak>{words.DETAILS}</speak>"
        second = await shopper.say("AMAZON.YesIntent")
        assert "Leipzig" in speech(second)
        third = await shopper.say("AMAZON.YesIntent")
        assert speech(third) == "Shall I tell you when it's out for delivery?"
        assert speech(await shopper.say("AMAZON.YesIntent")).startswith("Will do.")
        assert heard(app) == ["where is my order", "yes"]


async def test_who_wants_no_details_still_gets_the_question(app: World, database: Database) -> None:
    async with hearing(app, database, Reply(LONG), Reply("Will do.")) as shopper:
        await shopper.say("WhereIsMyOrderIntent")
        answered = await shopper.say("AMAZON.NoIntent")
        assert speech(answered) == "All right. Shall I tell you when it's out for delivery?"
        await shopper.say("AMAZON.YesIntent")
        assert heard(app) == ["where is my order", "yes"]


async def test_repeat_and_what_was_not_understood_leave_the_question_open(app: World, database: Database) -> None:
    async with hearing(app, database, Reply(LONG)) as shopper:
        first = await shopper.say("WhereIsMyOrderIntent")
        assert speech(await shopper.say("AMAZON.RepeatIntent")) == speech(first)
        assert speech(await shopper.say("AMAZON.FallbackIntent")) == f"{words.NOT_HEARD} {words.DETAILS}"
        assert "Leipzig" in speech(await shopper.say("AMAZON.YesIntent"))
        assert heard(app) == ["where is my order"]


async def test_the_bots_goodbye_ends_the_session(app: World, database: Database) -> None:
    async with hearing(app, database, Reply("Goodbye, and all the best!")) as shopper:
        left = await shopper.say("CarrierPhraseIntent", phrase="go now")
        assert speech(left) == "Goodbye, and all the best!"
        assert left["shouldEndSession"] is True


@pytest.mark.parametrize("intent", ["AMAZON.StopIntent", "AMAZON.CancelIntent", "AMAZON.NavigateHomeIntent"])
async def test_stop_ends_the_session_and_asks_nobody(app: World, shopper: Shopper, intent: str) -> None:
    await shopper.open()
    left = await shopper.say(intent)
    assert (speech(left), left["shouldEndSession"]) == (words.GOODBYE, True)
    assert heard(app) == []


async def test_the_end_of_a_session_gets_no_speech(app: World, shopper: Shopper) -> None:
    ended = await shopper.send("SessionEndedRequest")
    assert "outputSpeech" not in ended
    assert heard(app) == []


async def test_an_order_card_is_shown_in_the_app_and_on_screens(app: World, database: Database) -> None:
    async with hearing(app, database, *[Reply("It's on its way.", card=CARD)] * 2) as shopper:
        without = await shopper.say("TrackOrderIntent", number="1004")
        assert without["card"] == {"type": "Simple", "title": "Order 1004", "content": "On its way"}
        assert "directives" not in without
        shopper.screen = True
        directive = (await shopper.say("TrackOrderIntent", number="1004"))["directives"][0]
        assert directive["type"] == "Alexa.Presentation.APL.RenderDocument"
        assert directive["datasources"] == {"order": {"title": "Order 1004", "headline": "On its way"}}
        template = directive["document"]["mainTemplate"]
        assert set(template["parameters"]) == set(directive["datasources"])


async def test_what_takes_long_can_be_asked_for_again(app: World) -> None:
    app.bot.gate.clear()
    async with speaking(skill_app(app, seconds=0.05)) as shopper:
        waiting = await shopper.say("TrackOrderIntent", number="1004")
        assert speech(waiting) == f"{words.STILL_LOOKING} {words.LOOK_AGAIN}"
        assert waiting["shouldEndSession"] is False
        app.bot.gate.set()
    async with speaking(skill_app(app), attributes=shopper.attributes, spoken=1) as patient:
        assert speech(await patient.say("AMAZON.YesIntent")).startswith("You said: where is my order")
    assert heard(app) == ["where is my order 1004"]


async def test_the_shopper_is_told_when_it_takes_a_while(app: World) -> None:
    app.bot.gate.clear()
    told: list[tuple[str | None, Any]] = []
    stand_in = FastAPI()

    @stand_in.post("/v1/directives", status_code=204)
    async def directives(request: Request) -> None:
        told.append((request.headers.get("authorization"), await request.json()))
        app.bot.gate.set()

    async with (
        served(stand_in) as address,
        speaking(skill_app(app, patience=0, api_url=f"http://{address}")) as shopper,
    ):
        answered = await shopper.say("WhereIsMyOrderIntent")
    assert speech(answered).startswith("You said: where is my order")
    directive = {"type": "VoicePlayer.Speak", "speech": f"<speak>{words.ONE_MOMENT}</speak>"}
    assert told == [("Bearer test-token", {"header": {"requestId": f"{shopper.user}-1"}, "directive": directive})]


async def test_fifty_shoppers_are_answered_side_by_side(app: World) -> None:
    app.bot.gate.clear()
    async with speaking(skill_app(app)) as one:
        shoppers = [Shopper(one.client, f"amzn1.ask.account.{i}") for i in range(50)]
        asking = [
            asyncio.create_task(each.say("TrackOrderIntent", number=str(1000 + i))) for i, each in enumerate(shoppers)
        ]
        while len(app.bot.heard) < 50:  # noqa: ASYNC110 - the bot's hearing is not an event
            await asyncio.sleep(0.01)
        app.bot.gate.set()
        answers = await asyncio.gather(*asking)
    assert all(f">{1000 + i}<" in speech(answer) for i, answer in enumerate(answers))


async def test_the_database_being_away_is_said(app: World, shopper: Shopper) -> None:
    app.conversations.up = False
    answered = await shopper.say("WhereIsMyOrderIntent")
    assert (speech(answered), answered["shouldEndSession"]) == (TROUBLE, True)


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
