"""`doorstep train` and `doorstep evaluate`: both run in the bot box's environment."""

from pathlib import Path
from typing import Annotated

import typer

from doorstep.processes import run_in_bot


def train(force: Annotated[bool, typer.Option(help="Train even when nothing changed.")] = False) -> None:
    """Train the bot; skipped when neither data nor configuration changed."""
    raise typer.Exit(run_in_bot("bot.encoder") or run_in_bot("bot.training", *(["--force"] if force else [])))


def evaluate(
    file: Annotated[Path, typer.Argument(help='Lines of {"text", "intent"} as JSON.', exists=True, dir_okay=False)],
    predictions: Annotated[Path | None, typer.Option(help="Write every line's label and confidence here.")] = None,
) -> None:
    """Measure the trained classifier on labelled lines; prints one JSON object."""
    more = ["--predictions", str(predictions.resolve())] if predictions else []
    raise typer.Exit(run_in_bot("bot.evaluate", str(file.resolve()), *more))
