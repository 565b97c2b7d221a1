"""`doorstep agents`: who may enter the agents' console."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from doorstep.bootstrap import tracking_room
from doorstep.console import agents_on
from doorstep.passwords import new_totp
from doorstep.settings import Settings
from support.agents import Account, Agents
from tracking.errors import InvalidInput

T = TypeVar("T")
app = typer.Typer(help="Accounts of the agents' console.", no_args_is_help=True)
console = Console()
Email = Annotated[str, typer.Argument(help="E-mail address of the account.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@app.command("add")
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="The name that shoppers see.")],
    role: Annotated[Literal["agent", "admin"], typer.Option(help="Admins also see who looked at what.")] = "agent",
    password_stdin: FromStdin = False,
) -> None:
    """Make an account."""
    password = _password(password_stdin)
    made = _run(lambda agents: agents.add(email, name, role, password))
    console.print(f"{made.email} may sign in at /console as {made.name} ({made.role}).", highlight=False)


@app.command("list")
def list_() -> None:
    """List the accounts."""
    table = Table("e-mail", "name", "role", "code", "state")
    for account in _run(lambda agents: agents.accounts()):
        state = "active" if account.active else "disabled"
        table.add_row(account.email, account.name, account.role, "yes" if account.totp else "no", state)
    console.print(table)


@app.command("disable")
def disable(email: Email, undo: Annotated[bool, typer.Option("--undo", help="Let in again.")] = False) -> None:
    """Shut an account out; its sessions end at once."""

    async def work(agents: Agents) -> Account:
        account = await agents.find(email)
        await agents.set_active(account.id, undo)
        return account

    console.print(f"{_run(work).email} {'may sign in again' if undo else 'is shut out'}.", highlight=False)


@app.command("password")
def password(email: Email, password_stdin: FromStdin = False) -> None:
    """Set a new password; the account's sessions end at once."""

    async def work(agents: Agents) -> Account:
        account = await agents.find(email)
        await agents.set_password(account.id, new)
        return account

    new = _password(password_stdin)
    console.print(f"{_run(work).email} has a new password.", highlight=False)


@app.command("totp")
def totp(email: Email, off: Annotated[bool, typer.Option("--off", help="Ask for no code any more.")] = False) -> None:
    """Ask for an authenticator app's code at sign-in."""

    async def work(agents: Agents) -> Account:
        account = await agents.find(email)
        await agents.set_totp(account.id, "" if off else secret, code)
        return account

    secret, address = new_totp(email, Settings().shop_name)
    code = ""
    if not off:
        _run(lambda agents: agents.find(email))
        typer.echo(f"Add this to the authenticator app:\n  {address}\nor type the secret {secret}")
        code = typer.prompt("The code that it shows now")
    console.print(f"{_run(work).email} signs in {'without' if off else 'with'} a code.", highlight=False)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InvalidInput("password: there is no terminal to ask at; use --password-stdin.")
    given: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return given


def _run(work: Callable[[Agents], Awaitable[T]]) -> T:
    async def on_database() -> T:
        settings = Settings()
        async with tracking_room(settings) as tracking:
            return await work(agents_on(settings, tracking.database, tracking.clock))

    return asyncio.run(on_database())
