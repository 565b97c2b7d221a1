"""Puts the tracking page together, and makes its links for other rooms; shows nothing itself."""

from fastapi import APIRouter

from actions import times
from alerts.media import media
from alerts.preferences import Choices, Preferences
from channels._frames import Visitors
from doorstep.bootstrap import SupportRoom, TrackingRoom
from doorstep.settings import Settings
from store.alerts import AlertWishes
from store.desk import ProofTable
from store.track import TrackTable
from support.limits import RateLimit
from web.track.brand import Look
from web.track.ports import TrackServices
from web.track.pushing import Push
from web.track.router import track_router
from web.track.tokens import TrackLinks
from web.track.words import MEDIA


def track_links(settings: Settings, tracking: TrackingRoom, secret: str) -> TrackLinks:
    """What makes and reads links to orders' pages; `secret` is the one that visitors' tokens are signed with."""
    ids = TrackTable(tracking.database)
    return TrackLinks(secret, settings.public_url, settings.track_days, ids, tracking.clock)


def track_page(
    settings: Settings,
    tracking: TrackingRoom,
    support: SupportRoom,
    limit: RateLimit,
    secret: str,
    push: Push | None = None,
) -> APIRouter:
    """Everything under /track; `limit` counts per client address, `push` is None where browsers are told nothing."""
    services = TrackServices(
        orders=tracking.orders,
        desk=support.desk,
        tickets=support.tickets,
        proofs=ProofTable(tracking.database),
        ratings=support.ratings,
        store=TrackTable(tracking.database),
        visitors=Visitors(secret),
        times=times,
        clock=tracking.clock,
        limit=limit,
        look=Look(settings.shop_name, settings.shop_logo_url or "", settings.brand_color),
        secret=secret,
        push=push,
        choices=_choices(settings, tracking, support) if settings.alerts else None,
    )
    return track_router(services, track_links(settings, tracking, secret))


def _choices(settings: Settings, tracking: TrackingRoom, support: SupportRoom) -> Choices:
    preferences = Preferences(AlertWishes(tracking.database), support.consent, tracking.clock)
    return Choices(preferences, [medium for medium in MEDIA if media()[medium].ready(settings.value)])
