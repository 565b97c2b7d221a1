"""The bot's wording: every response that actions utter exists, fits its channel, and no response is left unused."""

import re
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml

from actions.cases import CASES, Stage
from actions.parcels import _TROUBLE
from tracking.model import Status

ROOT = Path(__file__).parents[2]
DOMAIN = [yaml.safe_load(path.read_text()) for path in sorted((ROOT / "bot/domain").glob("*.yml"))]
RESPONSES: dict[str, list[dict[str, Any]]] = {k: v for part in DOMAIN for k, v in part.get("responses", {}).items()}
SOURCE = "\n".join(path.read_text() for path in sorted((ROOT / "actions").glob("*.py")))
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)


def _made_names() -> set[str]:
    """Names that actions put together from a state, a wish or a slot."""
    names = {f"utter_{kind}_{status.value}" for kind in ("state", "next") for status in Status}
    names |= {f"utter_trouble_{kind}" for kind in [*_TROUBLE, "other"]}
    names |= {f"utter_arrival_{whose}{end}" for whose in ("estimate", "promised") for end in ("", "_passed")}
    names |= {f"utter_{kind}_{whose}" for kind in ("late", "not_late") for whose in ("estimate", "promised")}
    names |= {f"utter_{case.wish}_{stage.value}" for case in CASES for stage in case.impossible | case.cautions}
    names |= {f"utter_in_time_{chance}" for chance in ("yes", "maybe", "no")}
    names |= {f"utter_options_{stage.value}" for stage in Stage}
    names |= {f"utter_{kind}_{asked}" for kind in ("unclear", "where_to_find") for asked in ("order_number", "proof")}
    names |= {f"utter_ticket_{state}" for state in ("waiting", "taken", "solved")}
    talk = ("greet", "greet_brief", "goodbye", "thank_you", "bot_challenge", "help", "help_brief", "rate")
    return names | {f"utter_{intent}" for intent in talk}


# An exception has its own words by what the carrier said; a state of it would say less.
MADE = _made_names() - {"utter_state_exception"}
WRITTEN = set(re.findall(r'"(utter_[a-z_]+)"', SOURCE))


def test_every_response_that_actions_utter_exists() -> None:
    assert sorted((WRITTEN | MADE) - set(RESPONSES)) == []


def test_no_response_is_left_unused() -> None:
    asked = {name for name in RESPONSES if name.startswith("utter_ask_")}
    assert sorted(set(RESPONSES) - WRITTEN - MADE - asked) == []


def _variations(channel: str) -> list[tuple[str, str]]:
    return [(name, v["text"]) for name, many in RESPONSES.items() for v in many if _heard_on(v, many, channel)]


def _heard_on(variation: dict[str, Any], many: list[dict[str, Any]], channel: str) -> bool:
    own = any(v.get("channel") == channel and v.get("condition") == variation.get("condition") for v in many)
    return variation.get("channel") == (channel if own else None)


@pytest.mark.parametrize(("name", "text"), _variations("sms"))
def test_sms_is_gsm_7_and_short(name: str, text: str) -> None:
    assert set(text) <= GSM
    bare = re.sub(r"\{.*?\}", "", text)
    assert len(bare) <= 160, f"{name} takes {len(bare)} characters before anything is filled in"


@pytest.mark.parametrize(("name", "text"), _variations("voice"))
def test_voice_is_speakable(name: str, text: str) -> None:
    fields = {field for _, field, _, _ in Formatter().parse(text) if field}
    assert "link" not in fields, f"{name} would read an address aloud"
    assert "ticket" not in fields, f"{name} would read a ticket number aloud"
    assert "http" not in text
    assert "\n" not in text
