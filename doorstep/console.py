"""Puts the agents' console together: accounts, the inbox, and the figures of the queue."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from fastapi import APIRouter

from doorstep.bootstrap import SupportRoom, TrackingRoom
from doorstep.passwords import Argon2, totp_step
from doorstep.settings import Settings
from store.agents import AgentTable
from store.database import Database
from store.dead_letters import DeadLetterTable
from store.desk import ProofTable
from store.inbox import InboxTable
from store.told import ToldTable
from support.agents import Agents
from support.inbox import Inbox
from support.limits import RateLimit
from support.model import Agent
from tracking.errors import InvalidInput
from tracking.ports import Clock
from web.console import console_router
from web.console.canned import DEFAULT, read_canned
from web.console.oidc import OidcSettings
from web.console.services import ConsoleServices
from web.metrics import observe_outbox, observe_queue

_SIGN_INS_A_MINUTE = 20


def agents_on(settings: Settings, database: Database, clock: Clock) -> Agents:
    """The accounts in a database."""
    return Agents(
        AgentTable(database),
        ProofTable(database),
        Argon2(),
        totp_step,
        clock,
        timedelta(hours=settings.console_hours),
        timedelta(minutes=settings.console_idle_minutes),
    )


def inbox_on(tracking: TrackingRoom) -> Inbox:
    """What agents see of a database."""
    return Inbox(InboxTable(tracking.database), tracking.orders, tracking.clock)


def console(settings: Settings, tracking: TrackingRoom, support: SupportRoom, secret: str) -> APIRouter:
    """The console's routes. Raises InvalidInput for canned answers that can't be read or an OIDC setting left out."""
    return console_router(
        ConsoleServices(
            agents=agents_on(settings, tracking.database, tracking.clock),
            inbox=inbox_on(tracking),
            desk=support.desk,
            handover=support.handover,
            tickets=support.tickets,
            orders=tracking.orders,
            identity=support.identity,
            clock=tracking.clock,
            canned=read_canned(Path(settings.canned_answers) if settings.canned_answers else DEFAULT),
            sign_in_limit=RateLimit(_SIGN_INS_A_MINUTE, 60.0),
            public_url=settings.public_url,
            shop_name=settings.shop_name,
            secret=secret,
            oidc=_oidc(settings),
            picture=support.pictures.files.read,
            dead_letters=DeadLetterTable(tracking.database),
            told=ToldTable(tracking.database, tracking.clock),
        )
    )


def queue_gauges(tracking: TrackingRoom) -> Callable[[], Awaitable[None]]:
    """What brings the figures of the queue and the outbox up to date before they are read."""
    inbox, letters = inbox_on(tracking), DeadLetterTable(tracking.database)

    async def measure() -> None:
        now = tracking.clock.now()
        observe_queue(await inbox.counts(), now)
        observe_outbox(await letters.counts(now), now)

    return measure


async def demo_accounts(settings: Settings, tracking: TrackingRoom, email: str) -> tuple[str, Agent]:
    """Make an admin's account and a simulated colleague's; return the admin's password and the colleague."""
    agents, password = agents_on(settings, tracking.database, tracking.clock), secrets.token_urlsafe(9)
    await agents.add(email, "Kim", "admin", password)
    robin = await agents.add("robin@example.com", "Robin", "agent", secrets.token_urlsafe(16))
    return password, robin.agent


def _oidc(settings: Settings) -> OidcSettings | None:
    given = (settings.oidc_issuer, settings.oidc_client_id, settings.secret("oidc_client_secret"))
    if not any(given):
        return None
    issuer, client, secret = given
    if not issuer or not client or not secret:
        raise InvalidInput("Set DOORSTEP_OIDC_ISSUER, _CLIENT_ID and _CLIENT_SECRET together, or none of them.")
    return OidcSettings(issuer, client, secret, f"{settings.public_url.rstrip('/')}/console/oidc/callback")
