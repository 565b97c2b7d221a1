"""Makes package/ from our training data: `python -m skills.alexa.build`; a developer's tool, not used at run time."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from skills.alexa.manifest import INVOCATION, LOCALES, account_linking, manifest

ROOT = Path(__file__).parents[2]
PACKAGE = Path(__file__).parent / "package"
# Not in the package: an import of that knows no account linking.
ACCOUNT_LINKING = Path(__file__).parent / "accountLinking.json"
Lines = Mapping[str, list[str]]

_KNOWN_FROM_LINES = 4
_MOST_WORDS = 12
_MOST_SAMPLES = 80
# Ways of typing, names and curses, which are no way to teach somebody to listen.
_TYPED = frozenset(
    re.findall(
        r"\S+",
        "pls plz u ur r thx wanna gonna im ive its wheres whats whens hows dont doesnt isnt hasnt havent cant wont wtf"
        " yo rn omg dude alexa hi hey hello dear dhl ups zip sms btw asap thats theres lets didnt wasnt amazon recieved"
        " shit crap fuck bullshit damn idiot idiots stupid",
    )
)
_ORDER_NUMBER = re.compile(r"(?:#|\b[a-z]+-)?\b\d{3,}(?:-\d+)*\b", re.IGNORECASE)
_OTHER_NUMBER = re.compile(r"phone|zip|post|plz|code|tracking|mail|\bid\b|last", re.IGNORECASE)
_LAST_DIGITS = re.compile(r"\b(?:last (?:four|4)|ends in)\b", re.IGNORECASE)
_SAMPLE = re.compile(r"[a-z' ]*(?:\{[a-z]+\}[a-z' ]*)?")
_ITEMS = re.findall(
    r"\S+",
    "bike books boots charger coat curtains desk headphones jacket kettle lamp mirror mug phone plant rug shirt shoes"
    " sneakers sofa table toaster trainers tv vase watch",
)
_ITEM = re.compile(rf"\b(my|the|that|those|a) (?:{'|'.join(_ITEMS)})\b")
_ORDER = re.compile(r"\bmy (?:order|parcel|package)\b")
_CARRIERS = (
    *("i want to", "i need to", "i would like to", "i'd like to", "can you", "could you", "can i", "could i"),
    *("how do i", "how can i", "please", "help me", "i have", "i need", "don't", "do not", "it's", "it is"),
    *("my postcode is", "my zip code is", "the postal code is", "my email is"),
)
_FREE_FORM = (
    *("cancel_order", "change_address", "change_order", "reschedule_delivery", "return_refund", "refund_status"),
    *("delivery_options", "alerts_on", "alerts_off", "inform_identifier"),
)
# An intent without a slot reaches us as one fixed sentence. Lines that say more than it are left to ProblemIntent.
_STATE = re.compile(r"order|package|parcel|purchase|delivery|stuff|shipment|items")
_ARRIVAL = re.compile(r"when|how (?:long|soon|much longer)|\beta\b|arriv|expected|estimated|date")
_DAY = re.compile(
    r"day|tonight|tomorrow|week|noon|time (?:is|will|today)|slot|driver|does (?:it|delivery|shipping)|days"
)
_MORE = re.compile(r"sign|driver|leave|track(?:ing)|who|which|other|warehouse|post office|city|courier|processed")
_PERSON = re.compile(r"human|person|agent|someone|somebody|customer|support|manager")
_CONTACT = re.compile(r"ticket|number|phone|hours|when|which|get back|case|details|where|call|speak to on")
_LIST = re.compile(r"orders|purchases|history|deliveries|parcels|bought|buy")
_OTHER_LIST = re.compile(r"email|phone|another|different|which is|before|last three|older")
_BUILT_IN: dict[str, list[str]] = {
    "AMAZON.CancelIntent": [],
    "AMAZON.FallbackIntent": [],
    "AMAZON.HelpIntent": [],
    "AMAZON.NavigateHomeIntent": [],
    "AMAZON.NoIntent": [],
    "AMAZON.RepeatIntent": [],
    "AMAZON.StopIntent": ["goodbye", "bye", "bye bye"],
    "AMAZON.YesIntent": [],
}


def training_lines(folder: Path = ROOT / "data" / "nlu") -> dict[str, list[str]]:
    """Return the examples of every intent of our training data."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if "intent" in entry:
                lines = (line.removeprefix("- ") for line in entry["examples"].splitlines())
                found.setdefault(entry["intent"], []).extend(lines)
    return found


def files(lines: Lines) -> dict[str, Any]:
    """Return the package: what each file holds, by its path in it."""
    model = interaction_model(lines)
    return {"skill.json": manifest()} | {f"interactionModels/custom/{locale}.json": model for locale in LOCALES}


def interaction_model(lines: Lines) -> dict[str, Any]:
    """Return the interaction model; it is the same for every kind of English."""
    known = _known_words(lines)
    taken: set[str] = set()
    intents: list[dict[str, Any]] = [{"name": name, "samples": samples} for name, samples in _BUILT_IN.items()]
    for name, slots, samples in _intents(lines):
        chosen = _chosen(samples, known, taken)
        intent: dict[str, Any] = {"name": name, "samples": chosen}
        if slots:
            intent["slots"] = [{"name": slot, "type": type_} for slot, type_ in slots.items()]
        intents.append(intent)
    types = [_type("Item", _ITEMS), _type("Sentence", _sentences(lines, known, taken))]
    return {"interactionModel": {"languageModel": {"invocationName": INVOCATION, "intents": intents, "types": types}}}


def _intents(lines: Lines) -> Iterator[tuple[str, dict[str, str], Iterable[str]]]:
    """Give each intent with its slots and candidates for samples, the more specific ones first."""
    number = {"number": "AMAZON.NUMBER"}
    track, arrival = lines["track_order"], lines["delivery_eta"]
    yield "TrackOrderIntent", number, [*_numbered(track), *_number_after(_plain(track, _STATE, _MORE))]
    yield "GiveNumberIntent", number | {"digits": "AMAZON.FOUR_DIGIT_NUMBER"}, _given(lines["inform_identifier"])
    when = [*_numbered(arrival), *_with_items(arrival), *_plain(arrival, _ARRIVAL, _DAY)]
    yield "WhenArrivesIntent", {"item": "Item"} | number, when
    yield "WhereIsMyOrderIntent", {}, _plain(track, _STATE, _MORE)
    yield "ListOrdersIntent", {}, _plain(lines["list_orders"], _LIST, _OTHER_LIST)
    yield "TalkToPersonIntent", {}, _plain(lines["speak_to_human"], _PERSON, _CONTACT)
    yield (
        "ProblemIntent",
        {"problem": "Sentence"},
        ["{problem}", "i have a problem", "something is wrong with my order"],
    )
    yield "CarrierPhraseIntent", {"phrase": "AMAZON.SearchQuery"}, _carriers(lines)


def _plain(lines: Iterable[str], about: "re.Pattern[str]", more: "re.Pattern[str]") -> list[str]:
    """Return lines that are about one thing and say no more than that."""
    lowered = [line.lower() for line in lines]
    return [line for line in lowered if about.search(line) and not more.search(line) and not _ITEM.search(line)]


def _numbered(lines: Iterable[str]) -> list[str]:
    """Return lines that name one order by its number, with a slot for it."""
    return [slot for line in lines if (slot := _with_slot(line, "number")) and not _OTHER_NUMBER.search(line)]


def _number_after(lines: Iterable[str]) -> list[str]:
    """Return lines that end with the thing, with a slot for its number behind: so it is said, if seldom typed."""
    bare = (line.rstrip("?!. ") for line in lines)
    return [f"{line} {{number}}" for line in bare if line.endswith((" order", " parcel", " package"))]


def _with_slot(line: str, slot: str) -> str:
    replaced, count = _ORDER_NUMBER.subn(f" {{{slot}}} ", line)
    return replaced if count == 1 else ""


def _given(lines: Iterable[str]) -> list[str]:
    last = [slot for line in lines if _LAST_DIGITS.search(line) and (slot := _with_slot(line, "digits"))]
    return [*_numbered(lines), *last]


def _with_items(lines: Iterable[str]) -> list[str]:
    """Return lines about a thing, and lines about "my order" said of a thing, with a slot for it."""
    lowered = [line.lower() for line in lines]
    lowered = [line for line in lowered if not _DAY.search(line)]
    named = [_ITEM.sub(r"\1 {item}", line) for line in lowered if _ITEM.search(line)]
    return [*named, *(_ORDER.sub("my {item}", line) for line in lowered if len(_ORDER.findall(line)) == 1)]


def _carriers(lines: Lines) -> list[str]:
    """Return the openings that our examples of free wishes really have, each before a slot for the rest."""
    wishes = [line.lower() for intent in _FREE_FORM for line in lines[intent]]
    return [f"{opening} {{phrase}}" for opening in _CARRIERS if any(w.startswith(f"{opening} ") for w in wishes)]


def _sentences(lines: Lines, known: set[str], taken: set[str]) -> list[str]:
    """Return whole sentences that are passed on as they were said, because no intent could say them for the shopper."""
    intents = ("report_missing", "report_damaged", "order_delayed", "track_order", "delivery_eta")
    return [line for intent in intents for line in _chosen(lines[intent], known, taken)]


def _chosen(candidates: Iterable[str], known: set[str], taken: set[str]) -> list[str]:
    """Return the first candidates that are well spoken, rightly spelled and not taken, and take them."""
    chosen: list[str] = []
    for sample in map(_sample, candidates):
        words = re.findall(r"[a-z']+", re.sub(r"\{.*?\}", "", sample))
        alone = sample in {"{number}", "{problem}"}
        if not _SAMPLE.fullmatch(sample) or sample in taken or len(words) > _MOST_WORDS:
            continue
        if not alone and (len(sample.split()) < 2 or not words or not set(words) <= known):
            continue
        chosen.append(sample)
        taken.add(sample)
        if len(chosen) == _MOST_SAMPLES:
            break
    return chosen


def _sample(line: str) -> str:
    """Write a line as it would be spoken: no capitals, no punctuation."""
    return " ".join(re.sub(r"[?!.,:;]+(?=\s|$)", " ", line.lower()).split())


def _known_words(lines: Lines) -> set[str]:
    """Return the words that many examples use, and ours; the others may be typing errors, which nobody speaks."""
    ours = set(" ".join(_CARRIERS).split())
    counts = Counter(
        word for many in lines.values() for line in many for word in {*re.findall(r"[a-z']+", line.lower())}
    )
    return {word for word, count in counts.items() if count >= _KNOWN_FROM_LINES} - _TYPED | ours


def _type(name: str, values: Iterable[str]) -> dict[str, Any]:
    return {"name": name, "values": [{"name": {"value": value}} for value in values]}


def main() -> None:
    """Write the package, and beside it what Alexa takes on another way."""
    for path, content in files(training_lines()).items():
        _write(PACKAGE / path, content)
    _write(ACCOUNT_LINKING, account_linking())


def _write(target: Path, content: Any) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
