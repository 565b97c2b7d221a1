"""The demo's ears: what they take words for, by the samples of our own model."""

import json
import re
from pathlib import Path

import pytest

from demo.alexa_ears import FALLBACK, LAUNCH, MadeOut, our_model
from skills.alexa.hearing import Heard, words_for_desk

MODEL = json.loads(Path("skills/alexa/package/interactionModels/custom/en-US.json").read_text("utf-8"))
INTENTS = MODEL["interactionModel"]["languageModel"]["intents"]
FILLED = {"number": "1004", "digits": "0117", "item": "kettle", "phrase": "know if it comes today"}


def hear(said: str) -> MadeOut:
    return our_model().hear(said)


@pytest.mark.parametrize(
    ("said", "name", "slots"),
    [
        ("Alexa, open doorstep orders", LAUNCH, {}),
        ("alexa", LAUNCH, {}),
        ("Alexa, ask Doorstep Orders where is my order?", "WhereIsMyOrderIntent", {}),
        ("where is my order one zero zero four", "TrackOrderIntent", {"number": "1004"}),
        ("Where's my order 1004?", "TrackOrderIntent", {"number": "1004"}),
        ("zero one one seven", "GiveNumberIntent", {"number": "0117"}),
        ("the last four are oh one one seven", "GiveNumberIntent", {"digits": "0117"}),
        ("when will my kettle arrive", "WhenArrivesIntent", {"item": "kettle"}),
        ("my postcode is 97205", "CarrierPhraseIntent", {"phrase": "97205"}),
        ("I want to cancel order 1034", "CarrierPhraseIntent", {"phrase": "cancel order 1034"}),
        ("it arrived broken", "ProblemIntent", {"problem": "it arrived broken"}),
        ("I have a problem", "ProblemIntent", {}),
        ("yes", "AMAZON.YesIntent", {}),
        ("No, thanks!", "AMAZON.NoIntent", {}),
        ("stop", "AMAZON.StopIntent", {}),
        ("goodbye", "AMAZON.StopIntent", {}),
        ("never mind", "AMAZON.CancelIntent", {}),
        ("say that again", "AMAZON.RepeatIntent", {}),
        ("help", "AMAZON.HelpIntent", {}),
        ("two boxes", FALLBACK, {}),
        ("purple monkey dishwasher", FALLBACK, {}),
        ("{number}", FALLBACK, {}),
        ("", FALLBACK, {}),
        ("?!", FALLBACK, {}),
        ("🦆" * 300, FALLBACK, {}),
    ],
)
def test_what_words_are_taken_for(said: str, name: str, slots: dict[str, str]) -> None:
    assert hear(said) == MadeOut(name, slots)


@pytest.mark.parametrize("intent", INTENTS, ids=[intent["name"] for intent in INTENTS])
def test_every_sample_is_taken_for_its_intent(intent: dict[str, list[str]]) -> None:
    for sample in intent["samples"]:
        said = re.sub(r"\{(\w+)\}", lambda slot: FILLED.get(slot[1], "it arrived broken"), sample)
        made_out = hear(said)
        assert made_out.name == intent["name"], said
        slots = re.findall(r"\{(\w+)\}", sample)
        assert set(made_out.slots) == set(slots), said


@pytest.mark.parametrize("said", ["where is my order 1004", "0117", "my postcode is 97205", "list my orders"])
def test_the_skill_understands_what_was_made_out(said: str) -> None:
    made_out = hear(said)
    assert words_for_desk(Heard(made_out.name, "r-1", "alexa:1", made_out.slots))
