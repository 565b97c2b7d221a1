"""The training utterances: every intent has enough of them and none contradict."""

from collections import Counter
from pathlib import Path

import yaml

DATA = Path(__file__).resolve().parents[2] / "data" / "nlu"
DOMAIN = Path(__file__).resolve().parents[2] / "bot" / "domain"


def intents() -> set[str]:
    listed = [yaml.safe_load(path.read_text()).get("intents") or [] for path in DOMAIN.glob("*.yml")]
    return {name for names in listed for intent in names for name in ([intent] if isinstance(intent, str) else intent)}


def examples() -> list[tuple[str, str]]:
    return [
        (block["intent"], line.removeprefix("- ").strip())
        for path in sorted(DATA.glob("*.yml"))
        for block in yaml.safe_load(path.read_text())["nlu"]
        for line in block["examples"].splitlines()
    ]


def test_every_intent_has_enough() -> None:
    counts = Counter(intent for intent, _ in examples())
    assert set(counts) == intents()
    assert min(counts.values()) >= 40
    assert counts["out_of_scope"] >= 350


def test_no_text_stands_twice() -> None:
    counts = Counter(text.lower() for _, text in examples())
    assert [text for text, count in counts.items() if count > 1] == []


def test_every_line_is_a_text() -> None:
    assert [text for _, text in examples() if not text or text.startswith("- ")] == []
