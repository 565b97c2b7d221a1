"""The website's chat: a WebSocket, and POST with an event stream where sockets are refused; decides no answers."""

from dataclasses import dataclass

from fastapi import APIRouter

from support.desk import Desk
from support.limits import RateLimit


@dataclass(frozen=True, slots=True)
class ChatServices:
    """What the chat needs: the desk, the key that signs visitor tokens and the limits.

    `conversation_limit` and `address_limit` count messages; `allowed_origins` None means any site.
    """

    desk: Desk
    secret_key: str
    conversation_limit: RateLimit
    address_limit: RateLimit
    allowed_origins: frozenset[str] | None = None


def chat_router(services: ChatServices) -> APIRouter:
    """Make the routes under /chat."""
    raise NotImplementedError
