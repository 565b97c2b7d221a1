"""How an answer is drawn for CX and ES, and how it is made speakable."""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.dialogflow.answers import HOLDING, NOTHING, WITH_PERSON, cx_answer, es_answer
from skills.dialogflow.speech import ssml
from skills.dialogflow.wire import Asked
from support.model import Reply, Turn

ASKED = Asked("es", "projects/example-shop/agent/sessions/caller-1", "r-1", "where is my order")
ARRIVAL = {"earliest": "2026-11-24T14:00:00+00:00", "latest": "2026-11-24T18:00:00+00:00"}
CARD = {"type": "order", "number": "1004", "status": "in_transit", "arrival": ARRIVAL, "parcels": []}


def said(*texts: str, card: Mapping[str, Any] | None = None, **rest: Any) -> Turn:
    return Turn("dialogflow:c-1", rest.pop("owner", "bot"), tuple(Reply(text, card=card) for text in texts), **rest)


def messages(turn: Turn | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cx_answer(turn)["fulfillmentResponse"]["messages"]
    return found


def spelled(text: str) -> str:
    return f'<say-as interpret-as="characters">{text}</say-as>'


def test_a_cx_answer_is_shown_and_spoken() -> None:
    assert cx_answer(said("Order 1004 is on its way.", "Anything else?")) == {
        "fulfillmentResponse": {
            "messages": [
                {"text": {"text": ["Order 1004 is on its way."]}},
                {"text": {"text": ["Anything else?"]}},
                {
                    "outputAudioText": {
                        "ssml": f"<speak>Order {spelled('1004')} is on its way."
                        '<break time="400ms"/>Anything else?</speak>'
                    }
                },
            ],
            "mergeBehavior": "REPLACE",
        }
    }


def test_the_order_of_the_card_becomes_parameters() -> None:
    assert cx_answer(said("On its way.", card=CARD))["sessionInfo"] == {
        "parameters": {"order_number": "1004", "status": "in_transit", "arrival": ARRIVAL}
    }


def test_an_arrival_that_is_no_longer_known_is_taken_away() -> None:
    parameters = cx_answer(said("Delivered.", card={**CARD, "arrival": None}))["sessionInfo"]["parameters"]
    assert parameters["arrival"] is None


def test_a_ticket_hands_over_to_a_live_agent() -> None:
    turn = said("A person will call you.", ticket="T-1001")
    assert messages(turn)[-1] == {
        "liveAgentHandoff": {"metadata": {"ticket": "T-1001", "conversation": "dialogflow:c-1"}}
    }
    assert cx_answer(turn)["sessionInfo"] == {"parameters": {"ticket": "T-1001"}}


def test_a_conversation_that_a_person_has_is_never_silent() -> None:
    shown, _, handoff = messages(said(owner="human"))
    assert shown == {"text": {"text": [WITH_PERSON]}}
    assert handoff["liveAgentHandoff"]["metadata"] == {"ticket": None, "conversation": "dialogflow:c-1"}


@pytest.mark.parametrize(("turn", "text"), [(None, HOLDING), (said(), NOTHING), (said("  "), NOTHING)])
def test_without_an_answer_it_says_so_and_promises_nobody(turn: Turn | None, text: str) -> None:
    assert [list(message) for message in messages(turn)] == [["text"], ["outputAudioText"]]
    assert messages(turn)[0] == {"text": {"text": [text]}}


def test_an_es_answer() -> None:
    assert es_answer(said("On its way.", "Anything else?", card=CARD, ticket="T-1001"), ASKED) == {
        "fulfillmentText": "On its way. Anything else?",
        "fulfillmentMessages": [{"text": {"text": ["On its way."]}}, {"text": {"text": ["Anything else?"]}}],
        "outputContexts": [
            {
                "name": f"{ASKED.session}/contexts/doorstep",
                "lifespanCount": 5,
                "parameters": {
                    "order_number": "1004",
                    "status": "in_transit",
                    "arrival": ARRIVAL,
                    "ticket": "T-1001",
                },
            }
        ],
    }


def test_an_es_answer_about_no_order_has_no_context() -> None:
    assert set(es_answer(None, ASKED)) == {"fulfillmentText", "fulfillmentMessages"}


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Order #1004.", f"Order number {spelled('1004')}."),
        ("Order ORD-2026-00042", f"Order {spelled('ORD')} {spelled('2026')} {spelled('00042')}"),
        ("Your ticket is T-7.", f"Your ticket is {spelled('T')} {spelled('7')}."),
        ("It's 1Z999AA10123456784", f"It's {spelled('1Z999AA10123456784')}"),
        ("on Tuesday 3 March 2026, 14:00 to 18:00", "on Tuesday 3 March 2026, 14:00 to 18:00"),
        ("2 of 12 parcels in 10-12 days, 3rd try", "2 of 12 parcels in 10-12 days, 3rd try"),
        ("Tom & Jerry <3", "Tom &amp; Jerry &lt;3"),
        ("See https://shop.example.com/t/1004?a=b.", "See the website."),
        ("See shop.example.com/t/1004, please", "See the website, please"),
        ("We wrote to jo***@example.com!", "We wrote to the e-mail address!"),
        ("Hooray \N{PARTY POPPER}\x07", "Hooray "),
        ("One.\n\nTwo.", 'One.<break time="400ms"/>Two.'),
    ],
)
def test_what_is_spoken(text: str, spoken: str) -> None:
    assert ssml([text]) == f"<speak>{spoken}</speak>"


@given(st.lists(st.text(max_size=60) | st.sampled_from(["www.example.com", "a@b.example", "https://", "</speak>"])))
@settings(max_examples=300, deadline=None)
def test_anything_said_is_well_formed_and_has_no_addresses(texts: list[str]) -> None:
    spoken = ssml(texts)
    assert ElementTree.fromstring(spoken).tag == "speak"
    assert "example" not in spoken
