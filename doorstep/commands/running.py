"""`doorstep serve` and `doorstep demo`: run the app, the bot box, or both."""

import asyncio
import secrets
from typing import Annotated, Literal

import typer
import uvloop
from pydantic import SecretStr

from doorstep import logs
from doorstep.processes import run_bot_only
from doorstep.serving import run_demo, run_web
from doorstep.settings import ROOT, Settings
from tracking.errors import NotConfigured


def serve(
    only: Annotated[Literal["web", "bot"] | None, typer.Option(help="Run just this part.")] = None,
) -> None:
    """Run Doorstep: the app and, beside it, the bot box."""
    settings = Settings()
    logs.configure(settings.log_level)
    if only and not settings.secret("bot_secret"):
        raise NotConfigured("DOORSTEP_BOT_SECRET must be set to the same value for both parts when they run apart.")
    if only == "bot":
        raise typer.Exit(asyncio.run(run_bot_only(settings)))
    uvloop.run(run_web(settings if only else _with_own_bot(settings), with_bot=only is None))


def demo(port: Annotated[int | None, typer.Option(help="Port of the demo shop.")] = None) -> None:
    """Run everything with a fictional shop, on an SQLite file of its own that is made anew each time."""
    settings = Settings()
    logs.configure("warning")
    made_up = {
        "port": port or settings.port,
        "public_url": f"http://127.0.0.1:{port or settings.port}",
        "database_url": f"sqlite:///{ROOT / 'var' / 'demo.db'}",
        "bot_database_url": f"sqlite:///{ROOT / 'var' / 'demo-bot.db'}",
        "api_key": SecretStr(settings.secret("api_key") or secrets.token_urlsafe(16)),
        "easypost_secret": SecretStr(secrets.token_urlsafe(16)),
        "twilio_auth_token": SecretStr(secrets.token_urlsafe(16)),
    }
    uvloop.run(run_demo(_with_own_bot(settings.model_copy(update=made_up))))


def _with_own_bot(settings: Settings) -> Settings:
    """The bot box that we start ourselves is asked where it listens, with a secret that both know."""
    secret = SecretStr(settings.secret("bot_secret") or secrets.token_urlsafe(32))
    return settings.model_copy(update={"bot_secret": secret, "bot_url": f"http://127.0.0.1:{settings.bot_port}"})
