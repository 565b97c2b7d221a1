"""Proves that a phone or an e-mail address is one's own, by a code sent there; knows no page."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, Protocol

from support.model import SignedIdentity
from tracking.errors import DoorstepError
from tracking.orders import Orders
from tracking.ports import Clock

CODE_MINUTES = 10
WRONG_TRIES = 5
LIMITS = ((3, timedelta(minutes=15)), (10, timedelta(days=1)))
"""How many codes one contact may be sent within what time. The daily one bounds a patient guesser: at five tries a
code, fifty of a million a day."""
Outcome = Literal["right", "wrong", "spent"]


class CodeStore(Protocol):
    """The newest code of each contact, all by hash. Every method is one transaction."""

    async def renew(self, contact: str, session: str, code: str, now: datetime, until: datetime) -> bool:
        """Replace a contact's code, for this session. False, changing nothing, where the LIMITS are reached."""
        ...

    async def spend_try(self, contact: str, session: str, now: datetime, most: int) -> str | None:
        """Count a try before it is judged, and return the code to compare with.

        None where there is no code of this session that is still good and was tried less than `most` times.
        """
        ...

    async def use_up(self, contact: str, code: str) -> bool:
        """Forget the code; False if it is there no more."""
        ...


class SendCode(Protocol):
    """Brings a code to its contact."""

    @property
    def kinds(self) -> frozenset[Literal["phone", "email"]]:
        """What it can reach."""
        ...

    async def send(self, contact: SignedIdentity, code: str, key: str) -> None:
        """Send it; `key` makes it the same message. Raises DoorstepError when it can't."""
        ...


def contact_hash(contact: str) -> str:
    """What is kept of a phone number or an e-mail address that asked for a code."""
    return hashlib.sha256(contact.encode(errors="replace")).hexdigest()


class SignIn:
    """One-time codes. A code is good for ten minutes, five tries, once, and only in the session that asked for it.

    Whoever asks learns nothing about a contact: a code is made for each alike, and whether it has orders, so that the
    code is sent, is looked up when the answer is on its way. `lost` is told why a code could not be sent.
    """

    def __init__(
        self,
        store: CodeStore,
        orders: Orders,
        sender: SendCode,
        clock: Clock,
        secret: str,
        lost: Callable[[DoorstepError], None],
    ) -> None:
        self._store, self._orders, self._sender, self._clock = store, orders, sender, clock
        self._key, self._lost = hashlib.sha256(f"sign-in codes {secret}".encode()).digest(), lost
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def kinds(self) -> frozenset[Literal["phone", "email"]]:
        """By what somebody can sign in; empty while nothing is configured that sends codes."""
        return self._sender.kinds

    async def ask(self, contact: SignedIdentity, session: str) -> bool:
        """Make a code and send it if the contact has orders; False if too many were asked for."""
        code, now = f"{secrets.randbelow(10**6):06}", self._clock.now()
        kept, until = self._keyed(contact, session, code), now + timedelta(minutes=CODE_MINUTES)
        if not await self._store.renew(_of(contact), contact_hash(session), kept, now, until):
            return False
        task = asyncio.create_task(self._send(contact, code, kept))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return True

    async def prove(self, contact: SignedIdentity, session: str, code: str) -> Outcome:
        """Judge a code. "spent": there is none to judge any more, a new one is needed."""
        kept = await self._store.spend_try(_of(contact), contact_hash(session), self._clock.now(), WRONG_TRIES)
        if kept is None:
            return "spent"
        if not hmac.compare_digest(kept, self._keyed(contact, session, code)):
            return "wrong"
        used = await self._store.use_up(_of(contact), kept)
        return "right" if used and await self._has_orders(contact) else "spent"

    async def _send(self, contact: SignedIdentity, code: str, key: str) -> None:
        try:
            if await self._has_orders(contact):
                await self._sender.send(contact, code, key[:32])
        except DoorstepError as error:
            self._lost(error)

    async def _has_orders(self, contact: SignedIdentity) -> bool:
        return bool(await self._orders.for_contact(contact.phone or None, contact.email or None))

    def _keyed(self, contact: SignedIdentity, session: str, code: str) -> str:
        message = f"{contact.phone or contact.email}\n{session}\n{code}".encode(errors="replace")
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()


def _of(contact: SignedIdentity) -> str:
    return contact_hash(contact.phone or contact.email)
