"""Talks every dialogue on each of its channels, through the real wire formats, the real Rasa and the real store."""

from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from tests.dialogues.runner import FOLDERS, HERE, WIRES, Dialogue, Talk, collect

DIALOGUES = collect()
TALKS = [(dialogue, channel) for dialogue in DIALOGUES for channel in dialogue.test.get("channels", ())]
AT_LEAST = {"web": 110, "sms": 110, "alexa": 85, "dialogflow": 100}


@pytest.fixture(scope="session")
def api(doorstep_server) -> Iterator[httpx.Client]:  # type: ignore[no-untyped-def]
    """A client of the running server."""
    headers = {"Authorization": f"Bearer {doorstep_server.api_key}"}
    with httpx.Client(base_url=doorstep_server.base_url, headers=headers, timeout=20) as client:
        yield client


@pytest.mark.parametrize(
    ("dialogue", "channel"), TALKS, ids=[f"{channel}: {dialogue.id}" for dialogue, channel in TALKS]
)
def test_dialogue(dialogue: Dialogue, channel: str, api: httpx.Client) -> None:
    Talk(api, dialogue, channel).run()


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.id)
def test_every_dialogue_says_where_it_holds(dialogue: Dialogue) -> None:
    assert dialogue.faults() == []


def test_there_are_dialogues_of_every_kind() -> None:
    kinds = {dialogue.file.parent.name for dialogue in DIALOGUES}
    assert kinds == set(FOLDERS)
    assert not [file for file in HERE.rglob("*.yml") if file.parent.name not in FOLDERS]


def test_every_channel_is_talked_on() -> None:
    talks = Counter(channel for _, channel in TALKS)
    assert set(AT_LEAST) == set(WIRES)
    assert {channel: talks[channel] for channel in WIRES if talks[channel] < AT_LEAST[channel]} == {}
