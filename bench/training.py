"""Trains both assistants: the stock one once for each version of its input, ours from nothing every time."""

import hashlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from bench.places import BOT_PYTHON, FOLDER, QUIET, ROOT

STOCK_CONFIG = ROOT / "bench" / "stock" / "config.yml"


def _timed(command: list[str], cache: Path, folder: Path) -> float:
    shutil.rmtree(cache, ignore_errors=True)
    env = os.environ | QUIET | {"RASA_CACHE_DIRECTORY": str(cache)}
    started = time.monotonic()
    with (folder / "training.log").open("ab") as log:
        subprocess.run(command, cwd=ROOT, env=env, stdout=log, stderr=log, check=True)
    return time.monotonic() - started


def _stock_training(model: Path) -> list[str]:
    command = [BOT_PYTHON, "-m", "rasa", "train", "--config", str(STOCK_CONFIG)]
    command += ["--domain", "bot/domain", "--data", "data"]
    return [*command, "--out", str(model.parent), "--fixed-model-name", model.name.removesuffix(".tar.gz")]


def train_stock(folder: Path = FOLDER) -> tuple[Path, float]:
    """Return the stock model and the seconds its training took, now or when its input was last seen."""
    sources = [STOCK_CONFIG, *sorted((ROOT / "bot" / "domain").rglob("*.yml")), *sorted((ROOT / "data").rglob("*.yml"))]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    model, notes = folder / f"stock-{digest}.tar.gz", folder / f"stock-{digest}.json"
    if not (model.exists() and notes.exists()):
        seconds = _timed(_stock_training(model), folder / "cache", folder)
        notes.write_text(json.dumps({"seconds": seconds}))
    return model, float(json.loads(notes.read_text())["seconds"])


def train_doorstep(folder: Path) -> tuple[Path, float]:
    """Train ours with an empty cache, as `make train` would if everything had changed; returns model and seconds."""
    seconds = _timed([BOT_PYTHON, "-m", "bot.training", "--force"], folder / "cache", folder)
    return ROOT / "models" / "doorstep.tar.gz", seconds
