"""The Alexa skill as Alexa meets it: signed requests over HTTP to the app, on a real database with a stand-in bot."""

import asyncio
import json
import re
from typing import Any

import pytest
from fastapi import FastAPI, Request

from skills.alexa import words
from skills.alexa.hearing import conversation_of
from store.database import Database
from support.model import Reply
from support.wording import TROUBLE
from tests.alexa_requests import Shopper, speech
from tests.fakes import World
from tests.integration.alexa_fixtures import CARD, LONG, heard, hearing, skill_app, speaking
from tests.served import served

pytest_plugins = ["tests.integration.alexa_fixtures"]


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
        assert speech(second).endswith("Shall I tell you when it's out for delivery?")
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
