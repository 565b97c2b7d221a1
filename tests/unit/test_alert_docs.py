"""docs/alerts.md names every occasion and where it is told by default, as the rules do."""

import re
from dataclasses import fields

from typer.testing import CliRunner

from alerts.texts import Part
from doorstep.cli import app
from doorstep.settings import ROOT
from tests.alerted import RULES
from tracking.facts import Occasion

PAGE = (ROOT / "docs" / "alerts.md").read_text("utf-8")
MEDIA = {"text": "sms", "mail": "email"}


def rows() -> dict[str, str]:
    """Occasion and medium of each row of the table."""
    table = PAGE.split("<!-- occasions -->")[1].split("<!-- /occasions -->")[0]
    return dict(re.findall(r"^\| `(\w+)` \|.*\| (\w+) \|$", table, re.MULTILINE))


def test_every_occasion_is_in_the_table_with_its_medium() -> None:
    assert list(rows()) == [occasion.value for occasion in Occasion]
    for occasion, medium in rows().items():
        told = [one for one in MEDIA.values() if Occasion(occasion) in RULES.media[one]]
        assert told == [MEDIA[medium]], occasion


def test_every_occasion_is_named_in_the_rules_file() -> None:
    text = (ROOT / "alerts" / "alerts.yml").read_text("utf-8").split("\n\n")[0].replace("\n# ", " ")
    assert re.findall(r"\w+", text.partition("The occasions:")[2]) == [occasion.value for occasion in Occasion]


def test_the_preview_shows_every_occasion_with_all_it_may_say() -> None:
    shown = CliRunner().invoke(app, ["alerts", "preview"])
    assert shown.exit_code == 0, shown.output
    for occasion in Occasion:
        assert f"\n{occasion}: " in f"\n{shown.output}"
    for words in ("front door", "R. Doe", "12.50 USD", "since Monday", "today between 2:00 pm"):
        assert words in shown.output
    assert {field.name for field in fields(Part)} >= {"left", "signed_by", "amount", "waiting", "when"}
