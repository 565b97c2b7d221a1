"""On which media an occasion is told, given where somebody can be reached."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.choosing import instead, targets
from alerts.media import media
from alerts.media.alexa import KNOWS, STATES
from alerts.wording import _EVENTS
from doorstep.alert_rules import load_alert_rules
from doorstep.settings import ROOT
from tracking.errors import InvalidInput
from tracking.facts import Occasion

RULES = load_alert_rules(ROOT / "alerts" / "alerts.yml")
ALL = {medium: (f"{medium}-1",) for medium in RULES.media}
OUT = Occasion.OUT_FOR_DELIVERY


def told(*known: str, occasion: Occasion = OUT) -> list[str]:
    """The media that tell it to somebody who can be reached on these."""
    return [medium for medium, _ in targets(RULES, occasion, {medium: ALL[medium] for medium in known})]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (["sms", "email"], ["sms"]),
        (["web_push", "sms", "email"], ["web_push"]),
        (["fcm", "apns", "web_push", "sms", "email"], ["fcm"]),
        (["apns", "sms"], ["apns"]),
        (["web_push", "email"], ["web_push"]),
        (["email"], ["email"]),
        (["alexa", "sms"], ["alexa", "sms"]),
        (["alexa"], ["alexa"]),
        (["webhook", "web_push", "sms"], ["web_push", "webhook"]),
        (["webhook"], ["webhook"]),
        ([], []),
    ],
)
def test_one_medium_tells_a_shopper(known: list[str], expected: list[str]) -> None:
    assert told(*known) == expected


def test_nobody_hears_the_same_twice_by_text_and_notification() -> None:
    phones = ("fcm", "apns", "web_push", "sms")
    for size in range(len(phones) + 1):
        for known in itertools.combinations(phones, size):
            for occasion in Occasion:
                assert len(set(told(*known, occasion=occasion)) & set(phones)) <= 1


def test_all_addresses_of_a_medium_are_told() -> None:
    known = {"web_push": ("laptop", "phone"), "sms": ("+1",)}
    assert targets(RULES, OUT, known) == [("web_push", "laptop"), ("web_push", "phone")]


def test_who_did_not_ask_for_notifications_is_not_told_instead() -> None:
    rules = replace(RULES, media={"web_push": frozenset({Occasion.SHIPPED})})
    assert targets(rules, Occasion.SHIPPED, {"sms": ("+1",), "email": ("a",)}) == []


def test_without_a_list_both_tell() -> None:
    known = {"web_push": ("laptop",), "sms": ("+1",)}
    assert len(targets(replace(RULES, one_of=()), OUT, known)) == 2


@pytest.mark.parametrize(
    ("medium", "known", "other", "facts"),
    [
        ("web_push", ["sms", "email"], "sms", [OUT]),
        ("web_push", ["email"], "email", [OUT]),
        ("fcm", ["web_push", "sms"], "web_push", [OUT]),
        ("sms", ["email"], "email", [OUT]),
        ("alexa", ["sms", "email"], "", [OUT]),
        ("webhook", ["sms", "email", "apprise"], "", [OUT]),
        ("web_push", [], "", [OUT]),
    ],
)
def test_what_fails_is_told_on_the_next_that_reaches(
    medium: str, known: list[str], other: str, facts: list[Occasion]
) -> None:
    found = instead(RULES, medium, [OUT], {medium: ALL[medium], **{one: ALL[one] for one in known}})
    assert found == (other, facts)


def test_what_is_told_there_anyhow_is_not_told_again() -> None:
    rules = replace(RULES, one_of=())
    assert instead(rules, "web_push", [OUT], {"sms": ("+1",)}) == ("sms", [])


def test_a_circle_of_fallbacks_ends() -> None:
    rules = replace(RULES, fallback={"sms": "email", "email": "web_push", "web_push": "sms"})
    assert rules.stand_ins("sms") == ["email", "web_push"]
    assert rules.stand_ins("alexa") == []


def changed(folder: Path, old: str, new: str) -> Path:
    text = (ROOT / "alerts" / "alerts.yml").read_text("utf-8")
    assert old in text
    path = folder / "alerts.yml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_all_is_every_occasion_that_a_medium_has_words_for(tmp_path: Path) -> None:
    rules = load_alert_rules(changed(tmp_path, "alexa: [out_for_delivery, delivered]", "alexa: all"))
    assert rules.media["webhook"] == frozenset(Occasion)
    assert rules.media["alexa"] == KNOWS


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("alexa: [out_for_delivery,", "alexa: [delayed,", "no words for delayed"),
        ("[fcm, apns, web_push, sms]", "[fcm, pigeon]", "no medium 'pigeon'"),
        ("webhook: all", "webhook: some", "media.webhook"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        load_alert_rules(changed(tmp_path, old, new))


def test_what_alexa_knows_has_a_state_of_hers() -> None:
    assert {_EVENTS.get(occasion, occasion.value) for occasion in KNOWS} <= set(STATES)


def test_every_medium_has_its_readers_in_the_rules() -> None:
    assert RULES.merchant == {"apprise", "webhook"}
    assert RULES.subscribed == {"alexa", "apns", "fcm", "web_push"}
    assert set(RULES.media) == set(media())
