"""The committed Dialogflow CX agent: it is what the builder makes, and it hangs together."""

import json
from pathlib import Path
from typing import Any

import pytest

from skills.dialogflow.build import ADDRESS, MOST_PHRASES, NOT_RECOGNISED, PACKAGE, intents, main
from skills.dialogflow.words import WELCOME, plain_words

LARGEST = 256 * 1024
FLOW = "flows/Default Start Flow/Default Start Flow.json"


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.json"))}


@pytest.fixture(scope="module")
def agent() -> dict[str, Any]:
    return {path: json.loads(text) for path, text in files(PACKAGE).items()}


def test_the_committed_agent_is_up_to_date(tmp_path: Path) -> None:
    main(tmp_path / "package")
    assert files(PACKAGE) == files(tmp_path / "package"), "run `python -m skills.dialogflow.build`"


def test_it_stays_small() -> None:
    assert sum(len(text) for text in files(PACKAGE).values()) < LARGEST


def test_the_agent_names_its_language_and_its_start(agent: dict[str, Any]) -> None:
    assert {"defaultLanguageCode", "timeZone", "startFlow"} <= set(agent["agent.json"])
    assert agent["agent.json"]["startFlow"] == agent[FLOW]["displayName"]


def test_the_webhook_has_a_placeholder_and_no_secret(agent: dict[str, Any]) -> None:
    webhook = agent["webhooks/Doorstep.json"]
    assert webhook["genericWebService"] == {"uri": ADDRESS}
    assert ADDRESS == "https://your-address/webhooks/dialogflow"
    assert webhook["timeout"] == {"seconds": 5}


def test_every_intent_has_phrases_of_its_own(agent: dict[str, Any]) -> None:
    for name in [WELCOME if name == "greet" else name for name in intents()]:
        described = agent[f"intents/{name}/{name}.json"]
        phrases = agent[f"intents/{name}/trainingPhrases/en.json"]["trainingPhrases"]
        assert described["displayName"] == name
        assert 20 <= len(phrases) == described["numTrainingPhrases"] <= MOST_PHRASES
        for phrase in phrases:
            assert set(phrase) == {"parts", "repeatCount", "languageCode"}
            assert "".join(part["text"] for part in phrase["parts"]).strip()


def test_every_intent_leads_to_the_webhook_under_its_tag(agent: dict[str, Any]) -> None:
    routes = {route["intent"]: route["triggerFulfillment"] for route in agent[FLOW]["transitionRoutes"]}
    assert routes == {WELCOME if name == "greet" else name: {"webhook": "Doorstep", "tag": name} for name in intents()}
    assert {f"intents/{name}/{name}.json" for name in routes} <= set(agent)


def test_unrecognised_words_reach_the_webhook_too_and_its_failure_is_said(agent: dict[str, Any]) -> None:
    handlers = {handler["event"]: handler["triggerFulfillment"] for handler in agent[FLOW]["eventHandlers"]}
    assert handlers["sys.no-match-default"] == {"webhook": "Doorstep", "tag": NOT_RECOGNISED}
    assert plain_words(NOT_RECOGNISED, "1004") is None
    for event in ("sys.no-input-default", "webhook.error"):
        assert "webhook" not in handlers[event]
        assert handlers[event]["messages"][0]["text"]["text"][0]


def test_no_two_things_share_an_id(agent: dict[str, Any]) -> None:
    named = [agent[path]["name"] for path in agent if path.startswith("intents/") and "trainingPhrases" not in path]
    named += [one["name"] for one in agent[FLOW]["transitionRoutes"] + agent[FLOW]["eventHandlers"]]
    named.append(agent["webhooks/Doorstep.json"]["name"])
    assert len(set(named)) == len(named)


def test_phrases_are_chosen_evenly(tmp_path: Path) -> None:
    lines = "\n".join(f"      - phrase {place}" for place in range(120))
    (tmp_path / "one.yml").write_text(f'version: "3.1"\nnlu:\n  - intent: many\n    examples: |\n{lines}\n')
    chosen = intents(tmp_path)["many"]
    assert chosen == [f"phrase {place}" for place in range(0, 120, 2)]
