"""Fixtures of the bot box's tests: one process of it and one set of actions for all of them."""

import uuid
from collections.abc import Iterator

import pytest

from tests.integration.bot_box import Actions, BotBox


@pytest.fixture(scope="session")
def actions() -> Iterator[Actions]:
    running = Actions()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def box(actions: Actions, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotBox]:
    running = BotBox(tmp_path_factory.mktemp("bot"), actions)
    yield running
    running.kill()


@pytest.fixture
def sender() -> str:
    """A conversation that nobody used yet."""
    return uuid.uuid4().hex
