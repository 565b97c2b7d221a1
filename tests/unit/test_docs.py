"""The README says what is true: settings, commands and make targets."""

import re

from doorstep.cli import app
from doorstep.settings import ROOT
from scripts.settings_table import with_table

README = (ROOT / "README.md").read_text()


def test_the_settings_table_is_the_settings() -> None:
    assert with_table(README) == README, "run `python -m scripts.settings_table`"


def test_every_command_is_named() -> None:
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    assert names
    assert [name for name in names if f"`{name}`" not in README and f"doorstep {name}" not in README] == []


def test_every_make_target_in_the_docs_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    pages = [README, (ROOT / "CONTRIBUTING.md").read_text(), *(p.read_text() for p in (ROOT / "docs").rglob("*.md"))]
    named = {name for page in pages for name in re.findall(r"`make ([a-z-]+)", page)}
    assert named
    assert named <= targets
