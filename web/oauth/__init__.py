"""Account linking by OAuth 2.1: an authorization server for speakers and assistants, and its pages for shoppers."""

from fastapi import APIRouter

from web.oauth.account import add_account
from web.oauth.authorize import add_authorize
from web.oauth.metadata import add_metadata
from web.oauth.registration import add_registration
from web.oauth.services import LinkingServices
from web.oauth.token import add_token

__all__ = ["LinkingServices", "oauth_router"]


def oauth_router(services: LinkingServices) -> APIRouter:
    """All routes of account linking. They describe themselves by RFC 8414, so they are not in the OpenAPI schema."""
    router = APIRouter(include_in_schema=False)
    add_authorize(router, services)
    add_token(router, services)
    add_metadata(router, services)
    add_account(router, services)
    if services.registration:
        add_registration(router, services)
    return router
