"""Builds the HTTP app from its routers; starts nothing."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI

from support.files import MOST_BYTES
from web import errors
from web.api import api_router
from web.health import health_router
from web.middleware import BodyLimit, ChatCors, Observed
from web.schemas import ProblemOut
from web.services import WebServices
from web.webhooks import webhook_router

BODY_LIMIT = 5 * 1024 * 1024
_BODY_LIMITS = {"/chat/files": MOST_BYTES + 64 * 1024}
"""A little more than a picture may have, so that its own route says so in words for the shopper."""


def create_app(services: WebServices, routers: Sequence[APIRouter] = ()) -> FastAPI:
    """The app with the public interface of Doorstep; `routers` come from rooms that this one mustn't know."""
    app = FastAPI(
        title="Doorstep",
        description="Answers “where is my order?” on any channel.",
        version="1",
        redoc_url=None,
        responses={422: {"model": ProblemOut, "description": "The request says what we can't take"}},
    )
    errors.install(app)
    for router in (api_router(services), webhook_router(services), health_router(services), *routers):
        app.include_router(router)
    origins = ["*"] if services.allowed_origins is None else sorted(services.allowed_origins)
    app.add_middleware(ChatCors, allow_origins=origins)
    app.add_middleware(BodyLimit, limit=BODY_LIMIT, limits=_BODY_LIMITS)
    app.add_middleware(Observed)
    return app
