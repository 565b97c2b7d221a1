"""`doorstep chat`: talk to a running Doorstep in the terminal, over its public API."""

import re
import uuid
from typing import Annotated, Any, Literal

import httpx
import typer
from rich.console import Console
from rich.markup import escape

from channels._sms_text import texts
from doorstep.settings import Settings
from support.gsm import segments
from support.model import Reply
from tracking.errors import InvalidInput, NotConfigured, Unavailable

Channel = Literal["web", "sms", "voice"]
console = Console()


def chat(
    channel: Annotated[Channel, typer.Option(help="Speak as on this channel.")] = "web",
    phone: Annotated[str | None, typer.Option(help="Be the verified sender of this number (E.164).")] = None,
    url: Annotated[str | None, typer.Option(help="Address of the running Doorstep.")] = None,
) -> None:
    """Talk to Doorstep; an empty line or Ctrl-D ends it. As texts, answers are shown as they would be sent."""
    settings = Settings()
    key = settings.secret("api_key")
    if not key:
        raise NotConfigured("Set DOORSTEP_API_KEY to the key of the running Doorstep.")
    if phone and not re.fullmatch(r"\+[1-9][0-9]{6,14}", phone):
        raise InvalidInput("--phone: write the number with its country code, such as +12025550142.")
    base = url or f"http://127.0.0.1:{settings.port}"
    conversation = f"terminal-{uuid.uuid4().hex[:12]}"
    identity = {"identity": {"phone": phone}} if phone else {}
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=30, trust_env=False) as client:
        while text := _ask():
            message = {"conversation": conversation, "message_id": uuid.uuid4().hex, "text": text, "channel": channel}
            _show(_send(client, {**message, **identity}), channel)


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


def _show(answer: dict[str, Any], channel: Channel) -> None:
    if channel == "sms":
        _show_texts(answer["replies"])
    else:
        for reply in answer["replies"]:
            _print(reply["text"])
            for button in reply["buttons"] if channel == "web" else ():
                console.print(f"     [dim]{escape('[' + button['title'] + ']')}[/dim]", highlight=False)
    if answer.get("ticket"):
        console.print(f"     [yellow]ticket {answer['ticket']}[/yellow]")


def _show_texts(replies: list[dict[str, Any]]) -> None:
    for text in texts(Reply(reply["text"]) for reply in replies):
        _print(text)
        count = segments(text)
        console.print(f"     [dim]{count} segment{'s' * (count > 1)}, {len(text)} characters[/dim]", highlight=False)


def _print(text: str) -> None:
    console.print(f"[bold cyan]bot[/bold cyan]  {escape(text)}".replace("\n", "\n     "), highlight=False)
