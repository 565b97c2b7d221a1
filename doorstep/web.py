"""Puts the web app together from all rooms; serves nothing itself."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import APIRouter, FastAPI

from actions.services import Services
from channels import channels
from channels.resume import resume_router
from channels.web_chat import chat_router
from demo.linked_account import LinkedAccount
from demo.phone import Carrier, phone_router
from demo.shop import router as demo_shop
from demo.speaker import Alexa, speaker_router
from demo.tracking import tracking_router
from doorstep.action_route import action_router
from doorstep.alerting import alerts_off
from doorstep.bootstrap import SupportRoom, TrackingRoom, support_room, tracking_room
from doorstep.channel_services import channel_services
from doorstep.console import console, queue_gauges
from doorstep.helpdesks import HelpdeskRoom, helpdesk_room
from doorstep.jobs import worker
from doorstep.linking import linking_router
from doorstep.pictures import visitor
from doorstep.secrets import kept_secret
from doorstep.settings import ROOT, Settings
from doorstep.tracking_page import track_links, track_page
from doorstep.worker import Worker
from skills import skills
from support.limits import RateLimit
from tracking.carriers.aggregators import aggregators
from tracking.errors import Unavailable
from tracking.shops import shops
from web import widget
from web.app import create_app
from web.files import Limits as FileLimits
from web.files import files_router
from web.metrics import observe_reading, observe_turn
from web.services import Limits, WebServices

_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Doorstep:
    """The running program: the app and the rooms behind it."""

    app: FastAPI
    tracking: TrackingRoom
    support: SupportRoom
    worker: Worker


@asynccontextmanager
async def doorstep_app(settings: Settings, demo: bool = False) -> AsyncIterator[Doorstep]:
    """Open the database and make the app; closes everything after the block."""
    async with (
        tracking_room(settings) as tracking,
        support_room(settings, tracking, observe_reading) as support,
        _helpdesks(settings, tracking, support) as helpdesks,
    ):
        services = _services(settings, tracking, support)
        made_up = await _demo_routers(settings, tracking, support, services.visitor_secret) if demo else []
        given = channel_services(settings, tracking, support, services.limits.conversation)
        routers = [
            action_router(
                _for_actions(settings, tracking, support, services.visitor_secret),
                settings.secret("bot_secret") or kept_secret_of("bot"),
            ),
            chat_router(
                services.desk,
                services.limits.conversation,
                services.limits.public,
                services.visitor_secret,
                services.allowed_origins,
                partial(observe_turn, "web"),
                support.handover.seen,
            ),
            files_router(
                support.pictures,
                visitor(services.visitor_secret),
                FileLimits(services.limits.conversation, services.limits.public),
            ),
            widget.router,
            helpdesks.router,
            linking_router(settings, tracking, support, services.visitor_secret),
            console(settings, tracking, support, services.visitor_secret),
            resume_router(services.visitor_secret, settings.shop_name),
            track_page(settings, tracking, support, services.limits.public, services.visitor_secret),
            alerts_off(settings, tracking, support, services.limits.public, services.visitor_secret),
            *(plugin.router(given) for plugin in {**channels(), **skills()}.values()),
            *made_up,
        ]
        work = worker(settings, tracking, support, given, helpdesks, services.visitor_secret)
        yield Doorstep(create_app(services, routers), tracking, support, work)


def _helpdesks(
    settings: Settings, tracking: TrackingRoom, support: SupportRoom
) -> AbstractAsyncContextManager[HelpdeskRoom]:
    handover, tickets, live = support.handover, support.tickets, support.desk.live
    return helpdesk_room(settings.value, tracking.database, handover, tickets, live, tracking.clock)


async def _demo_routers(
    settings: Settings, tracking: TrackingRoom, support: SupportRoom, secret: str
) -> list[APIRouter]:
    """The demo's pages, and the roots that the skill has to trust: they are made before it looks for them."""
    carrier = Carrier(settings.public_url, settings.secret("twilio_auth_token") or "")
    redirect_uri = f"{settings.public_url}/speaker/linked"
    client, client_secret = await support.clients.add("Alexa", [redirect_uri], pkce_required=False)
    account = LinkedAccount(settings.public_url, client.id, client_secret)
    alexa = Alexa(settings.public_url, settings.alexa_skill_id or "", account)
    alexa.write_roots(Path(settings.alexa_roots or ""))
    links = track_links(settings, tracking, secret)
    return [demo_shop, phone_router(carrier), speaker_router(alexa), tracking_router(tracking.orders, links)]


def kept_secret_of(name: str) -> str:
    """A secret of this installation, made on first use."""
    return kept_secret(ROOT / "var" / f"{name}.secret")


def _for_actions(settings: Settings, tracking: TrackingRoom, support: SupportRoom, secret: str) -> Services:
    return Services(
        tracking.orders,
        support.identity,
        support.tickets,
        support.handover,
        support.preferences,
        support.ratings,
        track_links(settings, tracking, secret),
        tracking.clock,
    )


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
        measure=queue_gauges(tracking),
        allowed_origins=frozenset(o.strip() for o in origins.split(",") if o.strip()) if origins else None,
    )


async def _database_works(tracking: TrackingRoom) -> bool:
    try:
        await tracking.orders.find("0")
    except Unavailable:
        return False
    return True
