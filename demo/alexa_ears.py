"""Plays the part of Alexa that understands: words in, an intent of the skill's own model out; sends nothing."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

LAUNCH, FALLBACK = "LaunchRequest", "AMAZON.FallbackIntent"
_MODEL = Path(__file__).parents[1] / "skills" / "alexa" / "package" / "interactionModels" / "custom" / "en-US.json"
_BUILT_IN = {
    "AMAZON.YesIntent": "yes, yeah, yep, yes please, sure, ok, okay",
    "AMAZON.NoIntent": "no, nope, no thanks, no thank you",
    "AMAZON.HelpIntent": "help, help me, what can you do",
    "AMAZON.StopIntent": "stop, quit, exit, that's all",
    "AMAZON.CancelIntent": "cancel, never mind, forget it",
    "AMAZON.RepeatIntent": "repeat, repeat that, say that again, what did you say",
}
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGITS = {word: str(digit) for digit, word in enumerate(_WORDS)} | {"oh": "0"}
_ONE = rf"(?:\d+|{'|'.join(_DIGITS)})"
_NUMBER = re.compile(rf"\b{_ONE}(?: {_ONE})*\b")
_SHORTEST = 3
"""Fewer digits are no number that the skill asks for: "two boxes", "the second one"."""
_NEAR_ENOUGH = 80
"""Of 100. Alexa's own model is not told either that it only knows its samples."""


@dataclass(frozen=True, slots=True)
class MadeOut:
    """What was made out: an intent or a launch, with its slots."""

    name: str
    slots: Mapping[str, str] = field(default_factory=dict)


class Model:
    """An interaction model, ready to be asked."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        language = model["interactionModel"]["languageModel"]
        types = {kind["name"]: [value["name"]["value"] for value in kind["values"]] for kind in language["types"]}
        self._invocation = re.compile(
            rf"(?:alexa )?(?:open|start|launch|ask|tell) {language['invocationName']}(?: (?:for|about|to))?\b"
        )
        self._samples = {sample: intent["name"] for intent in language["intents"] for sample in intent["samples"]}
        self._samples |= {word: name for name, words in _BUILT_IN.items() for word in words.split(", ")}
        self._sentences = frozenset(types["Sentence"])
        self._samples |= dict.fromkeys(self._sentences, "ProblemIntent")
        self._items = re.compile(rf"\b(?:{'|'.join(types['Item'])})\b")
        self._carriers = [sample.partition("{")[0] for sample in self._samples if sample.endswith(" {phrase}")]

    def hear(self, said: str) -> MadeOut:
        """Return what it takes the words for."""
        words = " ".join(re.sub(r"[^a-z0-9' ]+", " ", said.lower().replace("’", "'")).split())
        words, invoked = self._without_invocation(words)
        if not words:
            return MadeOut(LAUNCH if invoked else FALLBACK)
        pattern, slots = self._with_slots(words)
        near = self._nearest(pattern)
        if near and near[1] == 100:
            return self._as(near[0], words, slots)
        phrase = self._after_carrier(words)
        if phrase:
            return MadeOut("CarrierPhraseIntent", {"phrase": phrase})
        return self._as(near[0], words, slots) if near else MadeOut(FALLBACK)

    def _without_invocation(self, words: str) -> tuple[str, bool]:
        invoked = self._invocation.match(words)
        rest = words[invoked.end() :].strip() if invoked else words.removeprefix("alexa").strip()
        return rest, bool(invoked) or words == "alexa"

    def _with_slots(self, words: str) -> tuple[str, dict[str, str]]:
        """Return the words with a slot in place of a number or a thing, and what fills it."""
        for found in _NUMBER.finditer(words):
            number = "".join(_DIGITS.get(word, word) for word in found.group().split())
            if len(number) >= _SHORTEST:
                return f"{words[: found.start()]}{{number}}{words[found.end() :]}", {"number": number}
        item = self._items.search(words)
        if item and words not in self._samples:
            return f"{words[: item.start()]}{{item}}{words[item.end() :]}", {"item": item.group()}
        return words, {}

    def _nearest(self, pattern: str) -> tuple[str, float] | None:
        """Return the sample nearest to the words, of those with the same slots, and how near it is."""
        wanted = _as_numbers(pattern)
        same = {sample: alike for sample in self._samples if _slots(alike := _as_numbers(sample)) == _slots(wanted)}
        found = process.extractOne(wanted, same, scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH)
        return (found[2], found[1]) if found else None

    def _as(self, sample: str, words: str, slots: dict[str, str]) -> MadeOut:
        if sample in self._sentences:
            return MadeOut(self._samples[sample], {"problem": words})
        # A number of any length loses its zeros in front, so that the last digits of a phone have a slot of their own.
        return MadeOut(self._samples[sample], dict(zip(_slots(sample), slots.values(), strict=True)))

    def _after_carrier(self, words: str) -> str:
        openings = sorted((opening for opening in self._carriers if words.startswith(opening)), key=len)
        return words.removeprefix(openings[-1]) if openings else ""


@cache
def our_model() -> Model:
    """The model in our skill's package."""
    return Model(json.loads(_MODEL.read_text("utf-8")))


def _slots(text: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", text)


def _as_numbers(sample: str) -> str:
    return sample.replace("{digits}", "{number}")
