"""Gives account linking what it needs from the other rooms."""

from fastapi import APIRouter

from doorstep.bootstrap import SupportRoom, TrackingRoom
from doorstep.code_sender import MediaCodes, note_lost
from doorstep.settings import Settings
from store.sign_in import SignInCodeTable
from support.sign_in import SignIn
from web.oauth import LinkingServices, oauth_router


def linking_router(settings: Settings, tracking: TrackingRoom, support: SupportRoom, secret: str) -> APIRouter:
    """The pages and endpoints of account linking; `secret` signs what browsers carry, so all processes share it."""
    sender = MediaCodes(settings.value, settings.shop_name, support.consent)
    store, clock = SignInCodeTable(tracking.database), tracking.clock
    return oauth_router(
        LinkingServices(
            links=support.links,
            clients=support.clients,
            sign_in=SignIn(store, tracking.orders, sender, clock, secret, note_lost),
            clock=clock,
            public_url=settings.public_url,
            shop_name=settings.shop_name,
            secret=secret,
            registration=settings.oauth_registration,
        )
    )
