"""Writes a Dialogflow CX agent from our training data (`python -m skills.dialogflow.build`); uploads nothing."""

import json
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import yaml

from skills.dialogflow.words import WELCOME

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(__file__).resolve().parent / "package"
ADDRESS = "https://your-address/webhooks/dialogflow"
LANGUAGE = "en"
MOST_PHRASES = 60
WEBHOOK = "Doorstep"
START_FLOW = "Default Start Flow"
NOT_RECOGNISED = "not_recognised"
"""The tag of a turn that fits none of the agent's intents; Doorstep then reads the words itself."""

_FIRST_ID = "00000000-0000-0000-0000-000000000000"
_OURS = UUID("9b1f64a2-5f0e-4b7c-8a57-3c1d6f2e0d11")
_SILENCE = "Are you still there? You can ask me where your order is."
_TROUBLE = "Sorry, I can't look that up this second. Please ask me again in a moment."

Json = dict[str, Any]


def intents(folder: Path = ROOT / "data" / "nlu", most: int = MOST_PHRASES) -> dict[str, list[str]]:
    """Return the training phrases of each intent in the order of the data, `most` of them, evenly chosen."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = [line.removeprefix("- ").strip() for line in block["examples"].splitlines()]
            found[block["intent"]] = _evenly(list(dict.fromkeys(line for line in lines if line)), most)
    return found


def _evenly(phrases: list[str], most: int) -> list[str]:
    if len(phrases) <= most:
        return phrases
    return [phrases[place * len(phrases) // most] for place in range(most)]


def package(phrases: dict[str, list[str]]) -> dict[str, Json]:
    """Return the files of the agent by their path in the package, as the JSON package format lays them out."""
    files: dict[str, Json] = {
        "agent.json": _agent(),
        f"flows/{START_FLOW}/{START_FLOW}.json": _flow(list(phrases)),
        f"webhooks/{WEBHOOK}.json": _webhook(),
    }
    for intent, said in phrases.items():
        name = _shown(intent)
        files[f"intents/{name}/{name}.json"] = _intent(intent, len(said))
        files[f"intents/{name}/trainingPhrases/{LANGUAGE}.json"] = {"trainingPhrases": [_phrase(text) for text in said]}
    return files


def _agent() -> Json:
    return {
        "defaultLanguageCode": LANGUAGE,
        "timeZone": "Etc/UTC",
        "speechToTextSettings": {"enableSpeechAdaptation": True},
        "startFlow": START_FLOW,
    }


def _webhook() -> Json:
    """No credentials: a package is no place for them, and Google no longer takes them from one."""
    return {
        "name": _id("webhook"),
        "displayName": WEBHOOK,
        "genericWebService": {"uri": ADDRESS},
        "timeout": {"seconds": 5},
    }


def _flow(names: list[str]) -> Json:
    return {
        "name": _FIRST_ID,
        "displayName": START_FLOW,
        "description": "Hands every turn to Doorstep.",
        "transitionRoutes": [
            {"intent": _shown(intent), "triggerFulfillment": _call(intent), "name": _id(f"route {intent}")}
            for intent in names
        ],
        "eventHandlers": [
            _handler("sys.no-match-default", _call(NOT_RECOGNISED)),
            _handler("sys.no-input-default", _say(_SILENCE)),
            _handler("webhook.error", _say(_TROUBLE)),
        ],
        "nluSettings": {"modelType": "MODEL_TYPE_STANDARD", "classificationThreshold": 0.3},
    }


def _call(tag: str) -> Json:
    return {"webhook": WEBHOOK, "tag": tag}


def _say(text: str) -> Json:
    return {"messages": [{"text": {"text": [text]}, "languageCode": LANGUAGE}]}


def _handler(event: str, fulfillment: Json) -> Json:
    return {"event": event, "triggerFulfillment": fulfillment, "name": _id(f"event {event}")}


def _intent(intent: str, phrases: int) -> Json:
    name = _FIRST_ID if intent == "greet" else _id(f"intent {intent}")
    return {"name": name, "displayName": _shown(intent), "priority": 500000, "numTrainingPhrases": phrases}


def _phrase(text: str) -> Json:
    return {"parts": [{"text": text}], "repeatCount": 1, "languageCode": LANGUAGE}


def _shown(intent: str) -> str:
    """Our greeting begins the conversation, which Dialogflow does by an intent of its own name."""
    return WELCOME if intent == "greet" else intent


def _id(thing: str) -> str:
    """The same id in every build, so that a new build shows only what really changed."""
    return str(uuid5(_OURS, thing))


def text_of(content: Json) -> str:
    """Return a file's text: indented, but with one short line per training phrase."""
    if "trainingPhrases" not in content:
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    lines = ",\n".join(json.dumps(phrase, ensure_ascii=False) for phrase in content["trainingPhrases"])
    return f'{{"trainingPhrases": [\n{lines}\n]}}\n'


def main(folder: Path = PACKAGE) -> None:
    """Write the package anew into `folder`; what was there before is removed."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in package(intents()).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text_of(content), encoding="utf-8")


if __name__ == "__main__":
    main()
