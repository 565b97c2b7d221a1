"""Talks every dialogue through the real HTTP API, the real Rasa and the real store."""

from collections.abc import Iterator

import httpx
import pytest
from runner import FOLDERS, HERE, Dialogue, Talk, collect

DIALOGUES = collect()


@pytest.fixture(scope="session")
def api(doorstep_server) -> Iterator[httpx.Client]:  # type: ignore[no-untyped-def]
    """A client of the running server."""
    headers = {"Authorization": f"Bearer {doorstep_server.api_key}"}
    with httpx.Client(base_url=doorstep_server.base_url, headers=headers, timeout=20) as client:
        yield client


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.id)
def test_dialogue(dialogue: Dialogue, api: httpx.Client) -> None:
    Talk(api, dialogue.test).run()


def test_there_are_dialogues_of_every_kind() -> None:
    kinds = {dialogue.file.parent.name for dialogue in DIALOGUES}
    assert kinds == set(FOLDERS)
    assert len(DIALOGUES) >= 60
    assert not [file for file in HERE.rglob("*.yml") if file.parent.name not in FOLDERS]
