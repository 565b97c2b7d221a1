"""What the runner lets pass and what it doesn't: how speech is heard, what Alexa makes of it, what is judged where."""

from pathlib import Path
from typing import Any

import pytest

from tests.dialogues.runner import Dialogue, judge
from tests.dialogues.wires import Answer, Sms, Web, Wire, spoken
from tests.dialogues.wires_alexa import Alexa, intent_of


def test_what_is_heard_has_its_pauses_and_whole_numbers() -> None:
    ssml = '<speak>Order <say-as interpret-as="digits">1004</say-as> left.<break time="400ms"/>Bye &amp; thanks</speak>'
    assert spoken(ssml) == "Order 1004 left.\nBye & thanks"


@pytest.mark.parametrize(
    "said", ["See https://example.com", "Write to a@example.com", "It is *late*", "Number 94110", "None", "{order}"]
)
def test_what_nobody_should_hear(said: str) -> None:
    with pytest.raises(AssertionError):
        spoken(f"<speak>{said}</speak>")


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("Yes", "AMAZON.YesIntent", {}),
        ("no!", "AMAZON.NoIntent", {}),
        ("CANCEL", "AMAZON.CancelIntent", {}),
        ("0123", "GiveNumberIntent", {"digits": "0123"}),
        ("nine four one one zero", "GiveNumberIntent", {"number": "nine four one one zero"}),
        ("#94110", "GiveNumberIntent", {"number": "94110"}),
        ("Where is my order?", "CarrierPhraseIntent", {"phrase": "where is my order"}),
    ],
)
def test_what_alexa_makes_of_it(text: str, intent: str, slots: dict[str, str]) -> None:
    assert intent_of(text) == (intent, slots)


def judged(channel: type[Wire], answer: Answer, **turn: Any) -> bool:
    """Whether a turn passes."""
    try:
        judge({"say": "hello", **turn}, channel, [answer])
    except AssertionError:
        return False
    return True


def test_what_names_channels_is_judged_there_only() -> None:
    expected = {"all": ["hi"], "text": ["1004"], "sms": ["short"], "voice": ["aloud"]}
    assert judged(Sms, Answer("hi 1004 short"), expect=expected)
    assert judged(Web, Answer("hi 1004"), expect=expected)
    assert judged(Alexa, Answer("hi aloud"), expect=expected)
    assert not judged(Sms, Answer("hi 1004"), expect=expected)
    assert not judged(Alexa, Answer("hi 1004 short"), expect=expected)
    assert not judged(Web, Answer("1004"), expect=expected)
    assert not judged(Web, Answer("hi"), never={"text": ["hi"]})
    assert judged(Alexa, Answer("hi"), never={"text": ["hi"]})


def test_what_a_channel_can_not_show_is_not_judged() -> None:
    assert judged(Sms, Answer("hi", ticket=True), buttons=["Yes"], card="delivered", ticket=True)
    assert not judged(Web, Answer("hi", buttons=("No",)), buttons=["Yes"])
    assert not judged(Web, Answer("hi", cards=("delayed",)), card="delivered")
    assert not judged(Alexa, Answer("hi", cards=(None,)), card="")
    assert judged(Alexa, Answer("hi", cards=(None,)), card="delivered")
    assert not judged(Sms, Answer("hi", ticket=False), ticket=True)


def test_silence_and_no_answer_are_told_apart() -> None:
    assert judged(Sms, Answer(""), silence=True)
    assert not judged(Sms, Answer("hi"), silence=True)
    assert not judged(Sms, Answer(""))


def test_a_dialogue_must_say_where_it_holds() -> None:
    def faults(**test: Any) -> list[str]:
        return Dialogue(Path("x.yml"), {"name": "x", "talk": [{"say": "hello"}], **test}).faults()

    assert faults(channels=["web"]) == []
    assert faults() == ["states no channels"]
    assert faults(channels=["fax"]) == ["'fax' is no channel"]
    assert faults(channels=["web"], sender="x") == ["'sender' means nothing"]
    assert faults(channels=["web"], talk=[{"say": "hello", "expects": ["hi"]}]) == ["'expects' means nothing in a turn"]
    assert faults(channels=["web"], talk=[{"say": "hi", "expect": {"fax": ["hi"]}}]) == ["'fax' names no channels"]
