"""Writes docs/nlu.md (`python -m bot.report`): how well our own examples are told apart when they were not learned.

With `--beside FILE.jsonl` it also trains Rasa's default pipeline (bench/stock) on the same examples and measures both
on that file's labelled lines; the stock model is the one of `make bench`, trained once for each version of its input.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.training import train_stock
from bot.measures import confusions, report, scores
from bot.nlu.extraction import extract, is_only_identifier
from bot.nlu.fused import Fused, Tuning
from bot.nlu.identifiers import DEFAULT_ORDER_PATTERNS, OrderNumbers
from bot.nlu.sentences import load_encoder

ROOT = Path(__file__).resolve().parent.parent
OUT, DATA = ROOT / "docs" / "nlu.md", ROOT / "data" / "nlu"
FOLDS, SEED = 5, 11
LETTERS = "abcdefghijklmnopqrstuvwxyz"
LONG_WORD, SLIP_SHARE = 5, 0.5
FIGURES = {
    "accuracy": "accuracy, in scope",
    "family_accuracy": "the same, three status intents as one",
    "overall_accuracy": "accuracy, all lines",
    "macro_f1": "macro F1",
    "out_of_scope_recall": "out of scope recognised",
    "in_scope_false_rejects": "in scope, wrongly rejected",
}

INTRODUCTION = """# Understanding shoppers

<!-- Written by `bot/.venv/bin/python -m bot.report`; change that file, not this one. -->

`bot/config.yml` names two steps, both in `bot/nlu/`:

- **ShapeExtractor** reads order and tracking numbers, e-mail addresses, postcodes, phone numbers, bare and spoken
  numbers, dates (with spaCy where a day seems meant), positions in a list and words for things. The shop's order
  numbers are regular expressions in `bot/config.yml`; `DOORSTEP_ORDER_NUMBER_PATTERNS` (expressions parted by
  spaces) replaces them. Tracking numbers come from the couriers' formats in `tracking/carriers`.
- **FusedClassifier** cleans the text, masks identifiers, cuts courtesy around a wish, repairs single slips of
  spelling, then adds up three opinions: a regression on words and letter groups, one on the sentence's vector, and the
  nearest examples. A text that nothing of ours comes near is `out_of_scope`. A text that is only an identifier is
  `inform_identifier` without guessing.

The sentence encoder (MiniLM, int8) is built once by `bot/.venv/bin/python -m bot.encoder`; nothing is downloaded at
run time. Examples are in `data/nlu/`, one file a skill. `doorstep evaluate FILE.jsonl` measures the trained model on
labelled lines.
"""


@dataclass
class Answers:
    """True and given labels, of the examples as they stand and with slips of spelling."""

    true: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    said_misspelt: list[str] = field(default_factory=list)


def read_examples() -> list[tuple[str, str]]:
    """Return each training text and its intent."""
    from rasa.shared.utils.io import read_yaml_file

    return [
        (line.removeprefix("- ").strip(), block["intent"])
        for path in sorted(DATA.glob("*.yml"))
        for block in read_yaml_file(path)["nlu"]
        for line in block["examples"].splitlines()
    ]


def misspell(text: str, chance: np.random.Generator) -> str:
    """Put one slip into half of the long words: a letter dropped, added, changed or swapped with the next."""
    return " ".join(_slip(word, chance) for word in text.split())


def _slip(word: str, chance: np.random.Generator) -> str:
    if len(word) < LONG_WORD or not word.isalpha() or chance.random() > SLIP_SHARE:
        return word
    i, letter = int(chance.integers(1, len(word) - 1)), LETTERS[chance.integers(26)]
    front, here, rest = word[:i], word[i], word[i + 1 :]
    slips = (front + rest, front + letter + here + rest, front + letter + rest, front + rest[:1] + here + rest[1:])
    return slips[chance.integers(4)]


def cross_validate(examples: Sequence[tuple[str, str]]) -> Answers:
    """Let each fifth of the examples be judged by a classifier that learned the rest."""
    chance = np.random.default_rng(SEED)
    answers = Answers()
    for held in np.array_split(chance.permutation(len(examples)), FOLDS):
        out = set(held.tolist())
        learned = [example for i, example in enumerate(examples) if i not in out]
        model = Fused.train([t for t, _ in learned], [i for _, i in learned], load_encoder(), Tuning())
        for text, intent in (examples[i] for i in held):
            answers.true.append(intent)
            answers.said.append(classify(model, text))
            answers.said_misspelt.append(classify(model, misspell(text, chance)))
    return answers


def classify(model: Fused, text: str) -> str:
    """Return the intent as the pipeline would, extraction included."""
    if is_only_identifier(text, extract(text, OrderNumbers(DEFAULT_ORDER_PATTERNS))):
        return "inform_identifier"
    return model.labels[int(model.probabilities(text).argmax())]


def measure(file: Path, model: Path) -> dict[str, Any]:
    """Return what `doorstep evaluate` says of a model, in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "bot.evaluate", str(file), "--model", str(model)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def train_ours(folder: Path) -> Path:
    """Return our own pipeline trained on the same examples alone, without dialogue."""
    command = [sys.executable, "-W", "ignore", "-m", "rasa", "train", "nlu", "--config", "bot/config.yml"]
    command += ["--nlu", str(DATA), "--out", str(folder), "--fixed-model-name", "ours"]
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "RASA_CACHE_DIRECTORY": str(folder / "cache")}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return folder / "ours.tar.gz"


def compare(file: Path) -> str:
    """Return a section that sets both pipelines side by side on a file's lines."""
    stock = measure(file, train_stock()[0])
    with tempfile.TemporaryDirectory() as folder:
        ours = measure(file, train_ours(Path(folder)))
    rows = [f"| {name} | {_percent(ours[key])} | {_percent(stock[key])} |" for key, name in FIGURES.items()]
    rows += [f"| parse, {p} | {ours[f'parse_ms_{p}']} ms | {stock[f'parse_ms_{p}']} ms |" for p in ("p50", "p95")]
    head = f"\n## Beside Rasa's default pipeline\n\n`{file.name}`: {ours['lines']} labelled lines that are not in this "
    head += (
        "project and that nobody trained on.\nBoth pipelines learned `data/nlu/` and ran in turn on one machine.\n\n"
    )
    return head + "| | Doorstep | stock |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def describe(answers: Answers, lines: int, seconds: float) -> str:
    """Return the sections about our own examples."""
    plain, slips = report(answers.true, answers.said), report(answers.true, answers.said_misspelt)
    text = f"""
## Cross-validation

Our {lines} examples in {FOLDS} parts, each judged by a classifier that learned the others ({seconds:.0f} s in all);
`misspelt` has a slip in half of the words of {LONG_WORD} letters and more. The examples were written to differ, so
these figures are lower than those for shoppers' texts.

"""
    text += "| | as written | misspelt |\n|---|---|---|\n"
    text += "".join(f"| {name} | {_percent(plain[key])} | {_percent(slips[key])} |\n" for key, name in FIGURES.items())
    text += "\n## Each intent\n\n| intent | examples | precision | recall | F1 |\n|---|---|---|---|---|\n"
    for label, score in scores(answers.true, answers.said).items():
        text += f"| {label} | {score['support']} | " + " | ".join(
            f"{score[k]:.2f}" for k in ("precision", "recall", "f1")
        )
        text += " |\n"
    text += "\n## Commonest confusions\n\n| meant | taken for | times |\n|---|---|---|\n"
    rows = confusions(answers.true, answers.said)
    return text + "".join(f"| {row['intent']} | {row['predicted']} | {row['count']} |\n" for row in rows)


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="Write docs/nlu.md.")
    parser.add_argument("--beside", type=Path, metavar="FILE", help="measure both pipelines on these lines")
    options = parser.parse_args()
    started, examples = time.monotonic(), read_examples()
    answers = cross_validate(examples)
    text = INTRODUCTION + describe(answers, len(examples), time.monotonic() - started)
    OUT.write_text(text)
    if options.beside:
        OUT.write_text(text + compare(options.beside.resolve()))
    print(f"report: wrote {OUT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
