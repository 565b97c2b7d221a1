"""Trains the bot (`python -m bot.training [--force]`) into models/doorstep.tar.gz, if anything changed."""

import argparse
import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "models"
MODEL = MODELS / "doorstep.tar.gz"
STAMP = MODELS / "doorstep.fingerprint"
CONFIG, DOMAIN, DATA = ROOT / "bot" / "config.yml", ROOT / "bot" / "domain", ROOT / "data"


def sources() -> Iterator[Path]:
    """Every file that a trained model depends on."""
    yield CONFIG
    yield ROOT / "bot" / "requirements.lock"
    yield ROOT / "bot" / "encoder.py"
    for folder, pattern in ((DOMAIN, "*.yml"), (DATA, "*.yml"), (ROOT / "bot" / "nlu", "*.py")):
        yield from sorted(folder.rglob(pattern))


def fingerprint() -> str:
    """A hash of all sources, by name and content."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def up_to_date() -> bool:
    """Whether the trained model is the one these sources give."""
    return MODEL.exists() and STAMP.exists() and STAMP.read_text() == fingerprint()


@contextmanager
def _said_at_exit(printed: StringIO) -> Iterator[None]:
    try:
        yield
    except SystemExit:
        print(printed.getvalue(), file=sys.stderr)
        raise


def train() -> None:
    """Train from nothing and keep the model under its one name; an unfinished model is never left there."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Rasa's progress bars would bury everything else in a log file; at this level it draws none.
    os.environ.setdefault("LOG_LEVEL", "INFO" if sys.stderr.isatty() else "WARNING")
    os.chdir(ROOT)
    from bot import logs

    logs.configure()
    from rasa.api import train as rasa_train

    print("train: learning from data/ …", flush=True)
    started, wanted = time.monotonic(), fingerprint()
    # What Rasa prints names a file that is about to be renamed; it is shown only where it ends the training.
    printed = StringIO()
    with redirect_stdout(printed), _said_at_exit(printed):
        result = rasa_train(
            str(DOMAIN),
            str(CONFIG),
            [str(DATA)],
            output=str(MODELS),
            fixed_model_name="unfinished",
            force_training=True,
        )
    if result.code or not result.model:
        sys.exit("train: Rasa could not train this; `make data` tells where the data contradicts itself.")
    STAMP.unlink(missing_ok=True)
    Path(result.model).replace(MODEL)
    STAMP.write_text(wanted)
    print(f"train: done in {time.monotonic() - started:.0f} s", flush=True)


def main() -> None:
    """Train if needed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--force", action="store_true", help="train even when nothing changed")
    if parser.parse_args().force or not up_to_date():
        train()
    else:
        print("train: nothing changed, the model is up to date")


if __name__ == "__main__":
    main()
