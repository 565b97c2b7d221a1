"""Decides whose order a conversation may see; shows nothing itself."""

import asyncio
import hashlib
import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from support.model import ProofResult, SignedIdentity
from support.ports import Proofs
from tracking.keys import order_key
from tracking.model import Order
from tracking.orders import Orders
from tracking.ports import Clock

WRONG_TRIES = 5
WINDOW = timedelta(minutes=15)
_REFUSAL_SECONDS = 0.25
_EMAIL = re.compile(r"[^\s@<>,;:]+@[^\s@<>,;:]+\.[^\s@<>,;:.]+")


def _squeezed(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", unicodedata.normalize("NFKC", text).casefold())


def proves(order: Order, proof: str) -> bool:
    """Whether `proof` names the order's e-mail, postcode or the last four digits of its phone.

    A whole phone number counts too. Comparing ignores case, spaces and punctuation, except inside an e-mail address.
    """
    email = _EMAIL.search(proof)
    if email:
        return bool(order.customer.email) and email.group().casefold().rstrip(".") == order.customer.email.casefold()
    given, phone = _squeezed(proof), _squeezed(order.customer.phone)
    postcode = _squeezed(order.ship_to.postcode)
    if given and given in {postcode, postcode[:5] if order.ship_to.country == "US" else postcode}:
        return True
    return (
        given.isdigit() and len(phone) >= 4 and (given == phone[-4:] or (len(given) >= 8 and _same_phone(given, phone)))
    )


def _same_phone(given: str, stored: str) -> bool:
    """Compare a typed phone with a stored E.164 one; the typed one may have a trunk zero for the country code."""
    return stored.endswith(given.lstrip("0")) and len(stored) - len(given.lstrip("0")) <= 3


def matches(order: Order, identity: SignedIdentity) -> bool:
    """Whether a signed channel identity is the order's customer."""
    by_phone = bool(identity.phone) and identity.phone == order.customer.phone
    return by_phone or (bool(identity.email) and identity.email.casefold() == order.customer.email.casefold())


class Identity:
    """Proof of ownership: a signed channel identity, or order number and one proof, five wrong tries in 15 minutes.

    Tries count per conversation, per order number and per client address; the rule is in the design, section 4.
    """

    def __init__(
        self,
        proofs: Proofs,
        orders: Orders,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._proofs, self._orders, self._clock, self._sleep = proofs, orders, clock, sleep
        self._addresses: dict[str, str] = {}

    @contextmanager
    def asked_from(self, conversation: str, address: str) -> Iterator[None]:
        """Count tries against the shopper's network address within this block; it is kept in memory only."""
        if address:
            self._addresses[conversation] = address
        try:
            yield
        finally:
            self._addresses.pop(conversation, None)

    async def can_see(self, conversation: str, order: Order) -> bool:
        """Whether this conversation may be told about this order."""
        standing = await self._proofs.standing(conversation)
        return order_key(order.number) in standing.proven or matches(order, standing.identity)

    async def visible_orders(self, conversation: str) -> list[Order]:
        """All orders this conversation may be told about, newest first."""
        standing = await self._proofs.standing(conversation)
        orders = await self._orders.for_contact(standing.identity.phone or None, standing.identity.email or None)
        seen = {order_key(order.number) for order in orders}
        for key in standing.proven - seen:
            order = await self._orders.find(key)
            orders += [order] if order else []
        return sorted(orders, key=lambda order: order.placed_at, reverse=True)

    async def locked(self, conversation: str, number: str = "") -> bool:
        """Whether proof is closed for this conversation, its address or this order number right now."""
        return await self._closed(self._scopes(conversation, number), before=None)

    async def prove(self, conversation: str, number: str, proof: str) -> ProofResult:
        """Try to prove that order `number` belongs to the one who is asking.

        The try is noted before it is judged, so that tries racing each other all count. A refusal takes the same time
        whether the number or the proof was wrong.
        """
        now = self._clock.now()
        scopes = self._scopes(conversation, number)
        attempt = await self._proofs.add_try(scopes, now)
        if await self._closed(scopes, before=attempt):
            await self._proofs.remove_try(attempt)
            return ProofResult.LOCKED
        order = await self._orders.find(number)
        if order is not None and proves(order, proof):
            await self._proofs.add_verified(conversation, order_key(order.number), "proof", now)
            await self._proofs.remove_try(attempt)
            return ProofResult.VERIFIED
        await self._sleep(_REFUSAL_SECONDS)
        return ProofResult.LOCKED if await self._closed(scopes, before=None) else ProofResult.REFUSED

    def _scopes(self, conversation: str, number: str) -> list[str]:
        named = [("conversation", conversation), ("address", self._addresses.get(conversation, ""))]
        named += [("order", order_key(number))]
        return [f"{kind}:{hashlib.sha256(value.encode()).hexdigest()[:32]}" for kind, value in named if value]

    async def _closed(self, scopes: list[str], before: int | None) -> bool:
        now = self._clock.now()
        for scope in scopes:
            if _is_closed(await self._proofs.newest_tries(scope, WRONG_TRIES, before), now):
                return True
        return False


def _is_closed(tries: tuple[datetime, ...], now: datetime) -> bool:
    """Five tries within one window close the path for a window from the fifth on."""
    return len(tries) >= WRONG_TRIES and tries[0] - tries[-1] <= WINDOW and now - tries[0] < WINDOW
