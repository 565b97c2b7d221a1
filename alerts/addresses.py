"""Where browsers and apps can be told about an order: takes addresses in, hands them out, and sends nothing."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from alerts.model import NotSent
from alerts.ports import Wish, WishStore
from support.sign_in import contact_hash
from tracking.errors import InvalidInput, NotConfigured
from tracking.keys import order_key
from tracking.ports import Clock

Source = Literal["page", "widget", "api"]
"""Where somebody asked to be told: on the tracking page, in the chat, or in the merchant's own app."""
Named = Callable[[str], str]
"""Gives the part of an address that tells it from others. Raises NotSent for what is none."""
MOST = 20
"""Addresses of one order."""


@dataclass(frozen=True, slots=True)
class PushAddress:
    """One address as it is kept. `digest` stands for it elsewhere; `consent` says how its owner agreed."""

    order: str
    medium: str
    digest: str
    address: str
    made_at: datetime
    source: Source
    consent: str


class AddressStore(Protocol):
    """Addresses of orders. Every method is one transaction and raises Unavailable."""

    async def add(self, new: PushAddress, most: int) -> Literal["kept", "no_order", "full"]:
        """Keep an address, in place of the one of the same digest; an order has no more than `most`."""
        ...

    async def remove(self, order: str, medium: str, digest: str) -> bool:
        """Forget one order's address; False if there is none."""
        ...

    async def of(self, order: str) -> Mapping[str, Sequence[str]]:
        """The digests of an order's addresses by medium, oldest first."""
        ...

    async def address(self, order: str, medium: str, digest: str) -> str:
        """The address itself, empty where it is gone."""
        ...

    async def forget(self, medium: str, digest: str) -> int:
        """Forget an address that exists no more, of every order; count them."""
        ...


class PushAddresses:
    """Keeps addresses that come from outside. `named` reads them, by medium: one that isn't there takes none.

    Who asks to be told somewhere takes back whatever they said against alerts before, for that address.
    """

    def __init__(self, store: AddressStore, wishes: WishStore, named: Mapping[str, Named], clock: Clock) -> None:
        self._store, self._wishes, self._named, self._clock = store, wishes, named, clock

    def takes(self, medium: str) -> bool:
        """Whether addresses of this medium are kept."""
        return medium in self._named

    async def add(self, number: str, medium: str, address: str, source: Source, consent: str) -> bool:
        """Keep an address for an order; the same once more is one. False if there is no such order.

        Raises InvalidInput for what is no address or one too many, NotConfigured for a medium that takes none.
        """
        digest, key = self._digest(medium, address), order_key(number)
        now = self._clock.now()
        became = await self._store.add(PushAddress(key, medium, digest, address, now, source, consent), MOST)
        if became == "full":
            raise InvalidInput(f"This order has {MOST} addresses already; remove one first.")
        if became == "kept":
            await self._wishes.keep(contact_hash(digest), medium, Wish(True, now), source)
        return became == "kept"

    async def remove(self, number: str, medium: str, address: str) -> bool:
        """Forget an order's address; False if there was none. Raises as `add` does."""
        return await self._store.remove(order_key(number), medium, self._digest(medium, address))

    async def has(self, number: str, medium: str, address: str) -> bool:
        """Whether an order has this address. Raises as `add` does."""
        return self._digest(medium, address) in (await self._store.of(order_key(number))).get(medium, ())

    def _digest(self, medium: str, address: str) -> str:
        named = self._named.get(medium)
        if named is None:
            raise NotConfigured(f"Nothing is sent by {medium!r} here: configure it and turn alerts on.")
        try:
            name = named(address)
        except NotSent as refusal:
            raise InvalidInput(str(refusal)) from refusal
        return hashlib.blake2b(f"{medium}\x1f{name}".encode(), digest_size=16).hexdigest()
