"""Puts the web app together from all rooms; serves nothing itself."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import APIRouter, FastAPI

from actions.services import Services
from channels import channels
from channels._frames import Visitors
from channels.notify import notify_router
from channels.resume import resume_router
from channels.web_chat import chat_router
from demo.linked_account import LinkedAccount
from demo.mail_page import mail_router
from demo.mailbox import Mailbox
from demo.phone import Carrier, phone_router
from demo.shop import router as demo_shop
from demo.speaker import Alexa, speaker_router
from demo.story import Storyteller
from demo.story_page import story_router
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
from doorstep.polling import poll_gauges
from doorstep.push import browsers, page_of, push_addresses
from doorstep.secrets import kept_secret
from doorstep.settings import ROOT, Settings
from doorstep.tracking_page import track_links, track_page
from doorstep.worker import Worker
from skills import skills
from store.told import ToldTable
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
async def doorstep_app(settings: Settings, demo: Mailbox | None = None) -> AsyncIterator[Doorstep]:
    """Open the database and make the app; closes everything after the block. `demo` is where a demo's mails lie."""
    async with (
        tracking_room(settings) as tracking,
        support_room(settings, tracking, observe_reading) as support,
        _helpdesks(settings, tracking, support) as helpdesks,
    ):
        services = _services(settings, tracking, support)
        push = browsers(settings, services.addresses)
        made_up = await _demo_routers(settings, tracking, support, services.visitor_secret, demo) if demo else []
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
                push.key if push else "",
            ),
            notify_router(
                Visitors(services.visitor_secret),
                page_of(tracking, support.identity, track_links(settings, tracking, services.visitor_secret)),
                services.limits.public,
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
            track_page(settings, tracking, support, services.limits.public, services.visitor_secret, push),
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
    settings: Settings, tracking: TrackingRoom, support: SupportRoom, secret: str, mailbox: Mailbox
) -> list[APIRouter]:
    """The demo's pages, and the roots that the skill has to trust: they are made before it looks for them."""
    carrier = Carrier(settings.public_url, settings.secret("twilio_auth_token") or "")
    redirect_uri = f"{settings.public_url}/speaker/linked"
    client, client_secret = await support.clients.add("Alexa", [redirect_uri], pkce_required=False)
    account = LinkedAccount(settings.public_url, client.id, client_secret)
    alexa = Alexa(settings.public_url, settings.alexa_skill_id or "", account)
    alexa.write_roots(Path(settings.alexa_roots or ""))
    links = track_links(settings, tracking, secret)
    api_key, easypost = settings.secret("api_key") or "", settings.secret("easypost_secret") or ""
    storyteller = Storyteller(settings.public_url, api_key, easypost, tracking.clock)
    return [
        demo_shop,
        phone_router(carrier),
        speaker_router(alexa),
        tracking_router(tracking.orders, links),
        mail_router(mailbox, settings.public_url),
        story_router(storyteller),
    ]


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
        ToldTable(tracking.database, tracking.clock),
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
        measure=_gauges(queue_gauges(tracking), poll_gauges(settings, tracking)),
        allowed_origins=frozenset(o.strip() for o in origins.split(",") if o.strip()) if origins else None,
        addresses=push_addresses(settings, tracking),
    )


def _gauges(*all_of_them: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    async def measure() -> None:
        for gauges in all_of_them:
            await gauges()

    return measure


async def _database_works(tracking: TrackingRoom) -> bool:
    try:
        await tracking.orders.find("0")
    except Unavailable:
        return False
    return True
