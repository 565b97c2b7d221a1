"""The `doorstep` command: reads arguments, calls one function, prints the result; errors end with one clear line."""

import sys

import typer

from doorstep.commands import chat, running, tracking, training
from tracking.errors import DoorstepError

app = typer.Typer(
    help="Doorstep answers “where is my order?” in web chat, by text message and by voice.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
importing = typer.Typer(help="Bring in data from files.", no_args_is_help=True)
app.add_typer(importing, name="import")

app.command()(running.serve)
app.command()(running.demo)
app.command()(chat.chat)
app.command()(training.train)
app.command()(training.evaluate)
app.command()(tracking.detect)
app.command()(tracking.track)
importing.command("orders")(tracking.import_orders)


def main() -> None:
    """Run the command line; exit code 1 with one line on standard error for every DoorstepError."""
    try:
        app()
    except DoorstepError as error:
        sys.exit(f"doorstep: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
