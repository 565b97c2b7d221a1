"""The `doorstep` command: reads arguments, calls one function, prints the result; errors end with one clear line."""

import sys

import typer

from doorstep import logs
from doorstep.commands import agents, alerts, carriers, chat, clients, privacy, running, tracking, training
from tracking.errors import DoorstepError

app = typer.Typer(
    help="Doorstep answers “where is my order?” in web chat, by text message and by voice.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
importing = typer.Typer(help="Bring in data from files.", no_args_is_help=True)
app.add_typer(importing, name="import")
app.add_typer(clients.app, name="clients")
app.add_typer(agents.app, name="agents")
app.add_typer(privacy.app, name="privacy")
app.add_typer(alerts.app, name="alerts")

app.command()(running.serve)
app.command()(running.demo)
app.command()(chat.chat)
app.command()(training.train)
app.command()(training.evaluate)
app.command()(tracking.detect)
app.command()(tracking.track)
app.command()(carriers.carriers)
importing.command("orders")(tracking.import_orders)


def main() -> None:
    """Run the command line; exit code 1 with one line on standard error for every DoorstepError."""
    # What a command prints may be read by a machine; logs go elsewhere.
    logs.configure("warning")
    try:
        app()
    except DoorstepError as error:
        sys.exit(f"doorstep: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
