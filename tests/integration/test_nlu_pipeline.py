"""The trained pipeline as the bot box serves it: understands texts that it never saw, and survives any."""

import json
import subprocess
from pathlib import Path

import pytest

from bot.training import MODEL, up_to_date

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
PROBE = ROOT / "tests" / "data" / "nlu_probe.jsonl"
HOSTILE = [
    "",
    " ",
    "\x00",
    "\u202e\u202d",
    "🙂" * 900,
    "a" * 2000,
    "1" * 2000,
    "/track_order",
    "'; --",
    "<b>",
    "\ud7ff",
    "ﷺ",
    "Z͑ͫ̓ͪ̂ͫ",
]


def evaluate(file: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [str(PYTHON), "-W", "ignore", "-m", "bot.evaluate", str(file), *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=200)


def test_the_model_is_the_one_of_these_sources() -> None:
    assert up_to_date(), f"{MODEL} is missing or old: run `make train`"


def test_unseen_texts_are_understood(tmp_path: Path) -> None:
    done = evaluate(PROBE, "--predictions", str(tmp_path / "out.jsonl"))
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    lines = PROBE.read_text().splitlines()
    assert figures["lines"] == len(lines)
    assert figures["accuracy"] >= 0.9, figures["confusions"]
    assert figures["out_of_scope_recall"] >= 0.85, figures["confusions"]
    assert 0 < figures["parse_ms_p50"] <= figures["parse_ms_p95"]
    said = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["text"] for row in said] == [json.loads(line)["text"] for line in lines]
    assert all(0 < row["confidence"] <= 1 for row in said)


def test_hostile_texts_are_answered(tmp_path: Path) -> None:
    file = tmp_path / "hostile.jsonl"
    file.write_text("".join(json.dumps({"text": text, "intent": "out_of_scope"}) + "\n" for text in HOSTILE))
    done = evaluate(file)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["lines"] == len(HOSTILE)


@pytest.mark.parametrize("line", ["nonsense", '{"text":"hi"}'])
def test_a_bad_file_is_refused_with_the_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"text":"hi","intent":"greet"}\n' + line + "\n")
    done = evaluate(file)
    assert done.returncode == 2
    assert "line 2" in done.stderr
    assert done.stdout == ""


def test_a_missing_encoder_names_the_command(tmp_path: Path) -> None:
    code = f"from pathlib import Path; from bot.nlu.sentences import *; load_encoder(Path({str(tmp_path)!r}))"
    done = subprocess.run([str(PYTHON), "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode
    assert "-m bot.encoder" in done.stderr


def test_a_saved_classifier_answers_as_before(tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from bot.nlu import saving
from bot.nlu.fused import Fused, Tuning
from bot.nlu.sentences import load_encoder
texts = ["where is it", "track my parcel", "my order please", "hello", "good day", "hi there", "the weather"] * 3
intents = (["track_order"] * 3 + ["greet"] * 3 + ["out_of_scope"]) * 3
folder = Path({str(tmp_path)!r})
model = Fused.train(texts, intents, load_encoder(), Tuning())
saving.save(model, folder)
again = saving.load(folder, load_encoder())
for text in [*texts, "wher is my parcl", "", "x"]:
    assert abs(model.probabilities(text) - again.probabilities(text)).max() < 1e-3, text
    assert abs(again.probabilities(text).sum() - 1) < 1e-4
assert again.labels[again.probabilities("track my order").argmax()] == "track_order"
"""
    done = subprocess.run([str(PYTHON), "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_an_altered_weights_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"not the weights")
    code = f"from pathlib import Path; from bot.encoder import *; check_hash(Path({str(file)!r}), WEIGHTS_SHA256)"
    done = subprocess.run([str(PYTHON), "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode
    assert "refusing" in done.stderr
