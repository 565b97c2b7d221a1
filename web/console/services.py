"""What the agents' console is given; makes none of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from alerts.ports import Sending
from support.agents import Agents
from support.dead_letters import DeadLetters
from support.desk import Desk
from support.files import File
from support.handover import Handover
from support.identity import Identity
from support.inbox import Inbox
from support.limits import RateLimit
from support.tickets import Tickets
from tracking.orders import Orders
from tracking.ports import Clock
from web.console.canned import Canned
from web.console.oidc import OidcSettings

ReadPicture = Callable[[str], Awaitable[tuple[File, bytes] | None]]
"""Gives a picture that a shopper sent, None where it isn't kept."""


async def _no_picture(_id: str) -> None:
    """Know of none."""


class Told(Protocol):
    """Knows what we wrote to shoppers of our own accord."""

    async def of(self, order: str, limit: int) -> tuple[Sending, ...]:
        """What was told of an order (an `order_key`), newest first. Raises Unavailable."""
        ...


@dataclass(frozen=True, slots=True)
class ConsoleServices:
    """Everything the console may use. `secret` signs what a browser carries through a sign-in elsewhere.

    `sign_in_limit` counts sign-ins by client address before any password is hashed. `oidc` is None where nobody signs
    in through an identity provider.
    """

    agents: Agents
    inbox: Inbox
    desk: Desk
    handover: Handover
    tickets: Tickets
    orders: Orders
    identity: Identity
    clock: Clock
    canned: tuple[Canned, ...]
    sign_in_limit: RateLimit
    public_url: str
    shop_name: str
    secret: str
    dead_letters: DeadLetters
    told: Told
    oidc: OidcSettings | None = None
    picture: ReadPicture = _no_picture
