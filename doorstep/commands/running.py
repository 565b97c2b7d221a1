"""`doorstep serve` and `doorstep demo`: run the app, the bot box, or both."""

import asyncio
import secrets
from typing import Annotated, Literal

import typer
import uvloop
from pydantic import SecretStr

from demo.catalogue import SHOP
from demo.phone import SHOP_NUMBER, TWILIO
from doorstep import logs
from doorstep.processes import run_bot_only
from doorstep.serving import run_demo, run_web, run_worker
from doorstep.settings import ROOT, Settings
from tracking.errors import NotConfigured


def serve(
    only: Annotated[Literal["web", "worker", "bot"] | None, typer.Option(help="Run just this part.")] = None,
) -> None:
    """Run Doorstep: the app and, beside it, the bot box."""
    settings = Settings()
    logs.configure(settings.log_level)
    if only in {"web", "bot"} and not settings.secret("bot_secret"):
        raise NotConfigured("DOORSTEP_BOT_SECRET must be set to the same value for both parts when they run apart.")
    if only == "bot":
        raise typer.Exit(asyncio.run(run_bot_only(settings)))
    if only == "worker":
        return uvloop.run(run_worker(settings))
    own = settings if only else _with_own_bot(settings)
    return uvloop.run(run_web(own, with_bot=only is None, with_worker=only is None))


def demo(
    port: Annotated[int | None, typer.Option(help="Port of the demo shop.")] = None,
    colleague: Annotated[bool, typer.Option(help="Let a simulated agent answer those who wait for a person.")] = False,
) -> None:
    """Run everything with a fictional shop, on an SQLite file of its own that is made anew each time."""
    settings = Settings()
    logs.configure("warning")
    url = f"http://127.0.0.1:{port or settings.port}"
    made_up = {
        "port": port or settings.port,
        "public_url": url,
        "shop_name": SHOP,
        "database_url": f"sqlite:///{ROOT / 'var' / 'demo.db'}",
        "bot_database_url": f"sqlite:///{ROOT / 'var' / 'demo-bot.db'}",
        "api_key": SecretStr(settings.secret("api_key") or secrets.token_urlsafe(16)),
        "easypost_secret": SecretStr(secrets.token_urlsafe(16)),
        "twilio_account_sid": f"AC{secrets.token_hex(16)}",
        "twilio_auth_token": SecretStr(secrets.token_urlsafe(16)),
        "twilio_from": SHOP_NUMBER,
        "twilio_api_url": f"{url}{TWILIO}",
        "mail_from": f"{SHOP} <orders@example.com>",
        "alerts": True,
        "alerts_rules": "demo/alerts.yml",
        "alexa_skill_id": "amzn1.ask.skill.doorstep-demo",
        "alexa_linking": True,
        "alexa_certificates_url": f"{url}/speaker",
        "alexa_roots": str(ROOT / "var" / "demo-alexa-roots.pem"),
    }
    uvloop.run(run_demo(_with_own_bot(settings.model_copy(update=made_up)), colleague))


def _with_own_bot(settings: Settings) -> Settings:
    """The bot box that we start ourselves is asked where it listens, with a secret that both know."""
    secret = SecretStr(settings.secret("bot_secret") or secrets.token_urlsafe(32))
    return settings.model_copy(update={"bot_secret": secret, "bot_url": f"http://127.0.0.1:{settings.bot_port}"})
