"""`doorstep chat`: talk to a running Doorstep in the terminal, over its public API."""

import uuid
from typing import Annotated, Any, Literal

import httpx
import typer
from rich.console import Console

from doorstep.settings import Settings
from tracking.errors import NotConfigured, Unavailable

console = Console()


def chat(
    channel: Annotated[Literal["web", "sms", "voice"], typer.Option(help="Speak as on this channel.")] = "web",
    phone: Annotated[str | None, typer.Option(help="Be the verified sender of this number (E.164).")] = None,
    url: Annotated[str | None, typer.Option(help="Address of the running Doorstep.")] = None,
) -> None:
    """Talk to Doorstep; an empty line or Ctrl-D ends it."""
    settings = Settings()
    key = settings.secret("api_key")
    if not key:
        raise NotConfigured("Set DOORSTEP_API_KEY to the key of the running Doorstep.")
    base = url or f"http://127.0.0.1:{settings.port}"
    conversation = f"terminal-{uuid.uuid4().hex[:12]}"
    identity = {"identity": {"phone": phone}} if phone else {}
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=30, trust_env=False) as client:
        while text := _ask():
            message = {"conversation": conversation, "message_id": uuid.uuid4().hex, "text": text, "channel": channel}
            _show(_send(client, {**message, **identity}))


def _ask() -> str:
    try:
        return console.input("[bold]you[/bold]  ").strip()
    except EOFError:
        return ""


def _send(client: httpx.Client, message: dict[str, Any]) -> dict[str, Any]:
    try:
        response = client.post("/api/v1/messages", json=message)
    except httpx.TransportError as error:
        raise Unavailable(f"Nothing answers at {client.base_url}; start it with `doorstep serve`.") from error
    if response.is_error:
        raise Unavailable(f"Doorstep answered {response.status_code}: {response.text[:300]}")
    answer: dict[str, Any] = response.json()
    return answer


def _show(answer: dict[str, Any]) -> None:
    for reply in answer["replies"]:
        console.print(f"[bold cyan]bot[/bold cyan]  {reply['text']}".replace("\n", "\n     "), highlight=False)
        for button in reply.get("buttons", []):
            console.print(f"     [dim]\\[{button['title']}][/dim]", highlight=False)
    if answer.get("ticket"):
        console.print(f"     [yellow]ticket {answer['ticket']}[/yellow]")
