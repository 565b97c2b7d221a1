"""Puts the web app together from all rooms; serves nothing itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter, FastAPI

from actions.services import Services
from channels import channels
from channels.base import Answering, ChannelServices
from channels.web_chat import chat_router
from demo.phone import Carrier, phone_router
from demo.shop import router as demo_shop
from doorstep.action_route import action_router
from doorstep.bootstrap import SupportRoom, TrackingRoom, support_room, tracking_room
from doorstep.secrets import kept_secret
from doorstep.settings import ROOT, Settings
from skills import skills
from support.limits import RateLimit
from tracking.carriers.aggregators import aggregators
from tracking.errors import Unavailable
from tracking.shops import shops
from web import widget
from web.app import create_app
from web.metrics import observe_reading, observe_turn
from web.services import Limits, WebServices

_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Doorstep:
    """The running program: the app and the rooms behind it."""

    app: FastAPI
    tracking: TrackingRoom
    support: SupportRoom


@asynccontextmanager
async def doorstep_app(settings: Settings, demo: bool = False) -> AsyncIterator[Doorstep]:
    """Open the database and make the app; closes everything after the block."""
    async with tracking_room(settings) as tracking, support_room(settings, tracking, observe_reading) as support:
        services = _services(settings, tracking, support)
        routers = [
            action_router(_for_actions(tracking, support), settings.secret("bot_secret") or kept_secret_of("bot")),
            chat_router(
                services.desk,
                services.limits.conversation,
                services.limits.public,
                services.visitor_secret,
                services.allowed_origins,
                partial(observe_turn, "web"),
            ),
            widget.router,
            *_platform_routers(settings, services, support),
            *(_demo_routers(settings) if demo else []),
        ]
        yield Doorstep(create_app(services, routers), tracking, support)


def _platform_routers(settings: Settings, services: WebServices, support: SupportRoom) -> list[APIRouter]:
    given = ChannelServices(
        desk=services.desk,
        answering=Answering(services.desk, services.limits.conversation, observe_turn),
        consent=support.consent,
        texts=support.texts,
        clock=services.clock,
        secrets=settings.value,
        public_url=settings.public_url,
    )
    return [plugin.router(given) for plugin in {**channels(), **skills()}.values()]


def _demo_routers(settings: Settings) -> list[APIRouter]:
    carrier = Carrier(settings.public_url, settings.secret("twilio_auth_token") or "")
    return [demo_shop, phone_router(carrier)]


def kept_secret_of(name: str) -> str:
    """A secret of this installation, made on first use."""
    return kept_secret(ROOT / "var" / f"{name}.secret")


def _for_actions(tracking: TrackingRoom, support: SupportRoom) -> Services:
    return Services(tracking.orders, support.identity, support.tickets, support.preferences, tracking.clock)


def _services(settings: Settings, tracking: TrackingRoom, support: SupportRoom) -> WebServices:
    origins = settings.allowed_origins
    return WebServices(
        desk=support.desk,
        orders=tracking.orders,
        ingest=tracking.ingest,
        tickets=support.tickets,
        clock=tracking.clock,
        limits=Limits(
            RateLimit(settings.messages_per_minute, _MINUTE),
            RateLimit(settings.api_per_minute, _MINUTE),
            RateLimit(settings.public_per_minute, _MINUTE),
        ),
        api_key=settings.secret("api_key"),
        secrets=settings.secret,
        webhooks={**shops(), **aggregators()},
        checks={"database": partial(_database_works, tracking), "bot": support.bot.ready},
        visitor_secret=settings.secret("secret_key") or kept_secret_of("visitors"),
        allowed_origins=frozenset(o.strip() for o in origins.split(",") if o.strip()) if origins else None,
    )


async def _database_works(tracking: TrackingRoom) -> bool:
    try:
        await tracking.orders.find("0")
    except Unavailable:
        return False
    return True
