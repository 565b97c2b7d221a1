"""The skill package keeps Alexa's rules for manifests and interaction models, and is what the builder makes today."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from skills.alexa import build
from skills.alexa.hearing import Heard, words_for_desk
from skills.alexa.manifest import LOCALES, account_linking
from support.linking import SCOPES

PACKAGE = Path("skills/alexa/package")
FILES = {path.relative_to(PACKAGE).as_posix(): json.loads(path.read_text("utf-8")) for path in PACKAGE.rglob("*.json")}
MODEL = FILES["interactionModels/custom/en-US.json"]["interactionModel"]["languageModel"]
INTENTS: dict[str, dict[str, Any]] = {intent["name"]: intent for intent in MODEL["intents"]}
MANIFEST = FILES["skill.json"]["manifest"]
SAMPLE = re.compile(r"[A-Za-z'. ]*(\{[A-Za-z_]+\}[A-Za-z'. ]*)*")
NOT_IN_NAMES = (
    "alexa amazon echo computer skill app ask tell open launch start run load begin enable use talk play from by"
)
every_intent = pytest.mark.parametrize("intent", INTENTS.values(), ids=INTENTS.keys())


def slots_in(sample: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", sample)


def test_it_is_what_the_builder_makes() -> None:
    assert build.files(build.training_lines()) == FILES, "run `python -m skills.alexa.build`"


def test_every_locale_has_a_model_and_a_place_in_the_manifest() -> None:
    assert set(FILES) == {"skill.json", *(f"interactionModels/custom/{locale}.json" for locale in LOCALES)}
    assert set(LOCALES) == {"en-US", "en-GB", "en-CA", "en-AU", "en-IN"}
    assert set(MANIFEST["publishingInformation"]["locales"]) == set(LOCALES)
    assert set(MANIFEST["privacyAndCompliance"]["locales"]) == set(LOCALES)


def test_the_invocation_name() -> None:
    name = MODEL["invocationName"]
    assert re.fullmatch(r"[a-z'.]+( [a-z'.]+)+", name)
    assert 2 <= len(name) <= 50
    assert set(name.split()).isdisjoint(NOT_IN_NAMES.split())
    assert set(name.split()).isdisjoint({"the", "a", "an", "for", "to", "of"})


def test_the_built_in_intents() -> None:
    assert INTENTS.keys() >= {
        f"AMAZON.{name}Intent" for name in ("Help", "Stop", "Cancel", "Repeat", "Fallback", "Yes", "No", "NavigateHome")
    }
    assert INTENTS["AMAZON.FallbackIntent"]["samples"] == []


def test_names_of_intents_are_unique_and_plain() -> None:
    assert len(INTENTS) == len(MODEL["intents"])
    assert all(re.fullmatch(r"(AMAZON\.)?[A-Za-z_]+", name) for name in INTENTS)


@every_intent
def test_samples_keep_to_the_rules(intent: dict[str, Any]) -> None:
    assert intent["samples"] or intent["name"].startswith("AMAZON.")
    for sample in intent["samples"]:
        assert SAMPLE.fullmatch(sample), sample
        assert sample == " ".join(sample.split())
        assert len(sample) <= 200


def test_no_sample_belongs_to_two_intents() -> None:
    samples = [sample.lower() for intent in INTENTS.values() for sample in intent["samples"]]
    assert len(samples) == len(set(samples))


@every_intent
def test_slots_are_declared_once_and_used(intent: dict[str, Any]) -> None:
    declared = [slot["name"] for slot in intent.get("slots", [])]
    assert len(declared) == len(set(declared))
    assert {slot for sample in intent["samples"] for slot in slots_in(sample)} == set(declared)
    assert all(len(slots_in(sample)) == len(set(slots_in(sample))) for sample in intent["samples"])


@every_intent
def test_slot_types_exist(intent: dict[str, Any]) -> None:
    own = {type_["name"] for type_ in MODEL["types"]}
    for slot in intent.get("slots", []):
        assert slot["type"] in own | {"AMAZON.NUMBER", "AMAZON.FOUR_DIGIT_NUMBER", "AMAZON.SearchQuery"}


@every_intent
def test_free_phrases_have_a_carrier_and_stand_alone(intent: dict[str, Any]) -> None:
    free = [slot["name"] for slot in intent.get("slots", []) if slot["type"] == "AMAZON.SearchQuery"]
    if not free:
        return
    assert len(intent["slots"]) == len(free) == 1
    for sample in intent["samples"]:
        assert slots_in(sample) == free
        assert re.search("[a-z]", sample.replace(f"{{{free[0]}}}", ""))


def test_values_of_types_are_unique_and_short() -> None:
    for type_ in MODEL["types"]:
        values = [value["name"]["value"] for value in type_["values"]]
        assert values
        assert len(values) == len({value.lower() for value in values})
        assert all(0 < len(value) <= 140 and not re.search(r"\d|[{}]", value) for value in values)


@every_intent
def test_the_skill_understands_every_intent_of_ours(intent: dict[str, Any]) -> None:
    slots = {slot["name"]: "1004" for slot in intent.get("slots", [])}
    assert words_for_desk(Heard(intent["name"], "r-1", "alexa:1", slots)) or intent["name"].startswith("AMAZON.")


def test_the_manifest_has_what_alexa_requires() -> None:
    assert set(MANIFEST) == {
        *("manifestVersion", "apis", "publishingInformation", "privacyAndCompliance", "permissions", "events")
    }
    assert MANIFEST["manifestVersion"] == "1.0"
    endpoint = MANIFEST["apis"]["custom"]["endpoint"]
    assert endpoint == {"uri": "https://your-address/webhooks/alexa", "sslCertificateType": "Trusted"}
    publishing, privacy = MANIFEST["publishingInformation"], MANIFEST["privacyAndCompliance"]
    assert publishing["distributionCountries"] == ["US", "GB", "CA", "AU", "IN"]
    assert all(
        isinstance(privacy[name], bool)
        for name in ("allowsPurchases", "usesPersonalInfo", "isChildDirected", "isExportCompliant", "containsAds")
    )
    for policies in privacy["locales"].values():
        assert all(policies[name].startswith("https://your-address/") for name in ("privacyPolicyUrl", "termsOfUseUrl"))


def test_what_order_updates_need() -> None:
    assert MANIFEST["permissions"] == [{"name": "alexa::devices:all:notifications:write"}]
    assert MANIFEST["events"] == {
        "endpoint": MANIFEST["apis"]["custom"]["endpoint"],
        "publications": [{"eventName": "AMAZON.OrderStatus.Updated"}],
        "subscriptions": [
            {"eventName": "SKILL_PROACTIVE_SUBSCRIPTION_CHANGED"},
            {"eventName": "SKILL_ACCOUNT_LINKED"},
            {"eventName": "SKILL_DISABLED"},
        ],
    }


def test_account_linking_is_what_alexas_skill_management_takes() -> None:
    linking = json.loads(build.ACCOUNT_LINKING.read_text("utf-8"))
    assert linking == account_linking(), "run `python -m skills.alexa.build`"
    asked = linking["accountLinkingRequest"]
    assert set(linking) == {"accountLinkingRequest"}
    assert (asked["type"], asked["accessTokenScheme"], asked["skipOnEnablement"]) == ("AUTH_CODE", "HTTP_BASIC", True)
    assert asked["authorizationUrl"] == "https://your-address/oauth/authorize"
    assert asked["accessTokenUrl"] == "https://your-address/oauth/token"
    assert set(asked["scopes"]) == set(SCOPES)
    assert {"clientId", "domains"} <= set(asked)
    assert "clientSecret" not in asked


def test_example_phrases_are_ones_that_the_model_knows() -> None:
    samples = {sample for intent in INTENTS.values() for sample in intent["samples"]}
    for shown in MANIFEST["publishingInformation"]["locales"].values():
        assert len(shown["summary"]) <= 160
        first, *others = shown["examplePhrases"]
        assert first == f"Alexa, open {MODEL['invocationName']}"
        assert 1 <= len(others) <= 2
        for phrase in others:
            assert phrase.removeprefix(f"Alexa, ask {MODEL['invocationName']} ") in samples
