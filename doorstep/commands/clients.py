"""`doorstep clients add|list|remove`: the speakers and assistants that shoppers may link their account to."""

import asyncio
import json
from typing import Annotated

import typer

from doorstep.bootstrap import tracking_room
from doorstep.settings import Settings
from store.clients import ClientTable
from support.clients import Client, Clients
from tracking.errors import InvalidInput

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
app = typer.Typer(help="Speakers and assistants that shoppers may link their account to.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The name that shoppers see, such as Alexa.")],
    redirect_uri: Annotated[list[str], typer.Option(help="Where it may be answered; once for each address.")],
    public: Annotated[bool, typer.Option("--public", help="It can't keep a secret: it gets none.")] = False,
    pkce_optional: Annotated[bool, typer.Option("--pkce-optional", help="It may come without PKCE.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a client known and print its id and secret. The secret is shown this once only."""
    client, secret = asyncio.run(_add(name, redirect_uri, public, not pkce_optional))
    if as_json:
        typer.echo(json.dumps({**_view(client), "client_secret": secret or None}))
        return
    typer.echo(f"client id:     {client.id}")
    if secret:
        typer.echo(f"client secret: {secret}")
        typer.echo("Keep the secret now: only a hash of it is stored.", err=True)


@app.command("list")
def show(as_json: AsJson = False) -> None:
    """List the clients, oldest first."""
    clients = asyncio.run(_all())
    if as_json:
        typer.echo(json.dumps([_view(client) for client in clients]))
        return
    for client in clients:
        kind = "public" if client.public else "confidential"
        own = ", registered itself" if client.registered else ""
        pkce = "" if client.pkce_required else ", PKCE optional"
        typer.echo(f"{client.id}  {client.name} ({kind}{pkce}{own})  {' '.join(client.redirect_uris)}")


@app.command()
def remove(client_id: Annotated[str, typer.Argument(metavar="ID", help="The client's id.")]) -> None:
    """Forget a client and end all its links at once."""
    if not asyncio.run(_remove(client_id)):
        raise InvalidInput(f"There is no client {client_id!r}; `doorstep clients list` names them.")
    typer.echo(f"{client_id} is gone, and all its links with it.")


async def _add(name: str, redirect_uris: list[str], public: bool, pkce_required: bool) -> tuple[Client, str]:
    async with tracking_room(Settings()) as room:
        return await Clients(ClientTable(room.database), room.clock).add(name, redirect_uris, public, pkce_required)


async def _all() -> tuple[Client, ...]:
    async with tracking_room(Settings()) as room:
        return await Clients(ClientTable(room.database), room.clock).all()


async def _remove(client_id: str) -> bool:
    async with tracking_room(Settings()) as room:
        return await Clients(ClientTable(room.database), room.clock).remove(client_id)


def _view(client: Client) -> dict[str, object]:
    return {
        "client_id": client.id,
        "name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "public": client.public,
        "pkce_required": client.pkce_required,
        "registered": client.registered,
    }
