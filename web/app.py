"""Puts the HTTP app together from its routers and middleware; holds no behaviour of its own."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from starlette.types import Lifespan

from web import widget
from web.services import WebServices


def create_app(
    services: WebServices, routers: Sequence[APIRouter] = (), lifespan: Lifespan[FastAPI] | None = None
) -> FastAPI:
    """Make the app; `routers` are those of the other edges (the chat, the actions)."""
    app = FastAPI(title="Doorstep", lifespan=lifespan)
    app.state.services = services
    for router in (widget.router, *routers):
        app.include_router(router)
    return app
