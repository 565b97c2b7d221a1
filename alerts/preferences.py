"""Whether somebody wants to be told something on a medium: what they said in a talk, by a link or to a provider."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from itsdangerous import BadData, Signer

from alerts.ports import Wish, WishStore
from support.sign_in import contact_hash
from support.texting import Consent
from tracking.keys import order_key
from tracking.model import Order
from tracking.ports import Clock

_LONGEST_TOKEN = 200
_TEXTS = "sms"
Choice = Literal["all", "important", "none", "stopped"]
"""What a shopper may choose on a medium; "stopped" is for them to take back where they said it, with the provider."""
_BY_LINK = {True: "unimportant", False: "unsubscribed"}
_CHOICES: Mapping[str, Choice] = {"": "all", "unimportant": "important", "opted_out": "stopped"}


class StopLinks:
    """Signed links that stop one contact on one medium; they hold no address and never expire."""

    def __init__(self, secret: str, public_url: str) -> None:
        self._signer = Signer(secret, salt="doorstep-alerts-off", digest_method=hashlib.sha256)
        self._base = f"{public_url.rstrip('/')}/alerts/off"

    def url(self, medium: str, contact: str) -> str:
        """The link for a contact."""
        return f"{self._base}/{self._signer.sign(f'{medium}.{contact_hash(contact)}').decode()}"

    def opened(self, token: str) -> tuple[str, str] | None:
        """Medium and the contact's hash; None for a forged link."""
        if len(token) > _LONGEST_TOKEN or not token.isascii():
            return None
        try:
            medium, _, contact = self._signer.unsign(token).decode().partition(".")
        except BadData:
            return None
        return medium, contact


class Preferences:
    """The one place that knows who wants alerts."""

    def __init__(self, store: WishStore, consent: Consent, clock: Clock) -> None:
        self._store, self._consent, self._clock = store, consent, clock

    async def refusal(self, order: Order, medium: str, address: str, important: bool = True) -> str:
        """Why this address must not be written to, empty if it may be.

        "opted_out": told the provider to stop. Of a wish said in a talk and a word by a link or on the tracking page,
        the newer one counts. "unimportant": wants only what matters, and this is not `important`.
        """
        if medium == _TEXTS and await self._consent.stopped(address, "sms"):
            return "opted_out"
        said, link = await self._words(order, medium, address)
        if link and (said is None or link.at >= said.at):
            return "" if link.wanted and (important or not link.important_only) else _BY_LINK[link.wanted]
        return "unwanted" if said and not said.wanted else ""

    async def chosen(self, order: Order, medium: str, address: str) -> Choice:
        """What this address has chosen, or was given: everything."""
        refusal = await self.refusal(order, medium, address, important=False)
        return _CHOICES.get(refusal, "none")

    async def choose(self, medium: str, address: str, choice: Choice, source: str) -> None:
        """Keep what the owner of an address chooses. A provider that was told to stop is not told otherwise."""
        wish = Wish(choice != "none", self._clock.now(), choice == "important")
        await self._store.keep(contact_hash(address), medium, wish, source)

    async def _words(self, order: Order, medium: str, address: str) -> tuple[Wish | None, Wish | None]:
        contacts = [contact for contact in (order.customer.phone, order.customer.email) if contact]
        return await self._store.words(order_key(order.number), contacts, contact_hash(address), medium)

    async def stop(self, medium: str, contact: str, source: str) -> None:
        """Stop a contact, by its hash, on a medium."""
        await self._store.keep(contact, medium, Wish(False, self._clock.now()), source)

    async def provider_stopped(self, medium: str, address: str) -> None:
        """Note that a provider says its reader wants no more."""
        if medium == _TEXTS:
            await self._consent.change(address, "sms", True)
        else:
            await self.stop(medium, contact_hash(address), "provider")


@dataclass(frozen=True, slots=True)
class Choices:
    """What an order's customer may choose on its page; `media` are those that shoppers can be written to on."""

    preferences: Preferences
    media: Sequence[str]

    async def of(self, order: Order) -> Mapping[str, Choice]:
        """What is chosen now, for each medium on which the customer has an address. Raises Unavailable."""
        reached = self._addresses(order)
        return {medium: await self.preferences.chosen(order, medium, address) for medium, address in reached.items()}

    async def choose(self, order: Order, medium: str, choice: Choice) -> None:
        """Keep a choice made on the page, for all of this contact's orders. Raises Unavailable."""
        if address := self._addresses(order).get(medium):
            await self.preferences.choose(medium, address, choice, "page")

    def _addresses(self, order: Order) -> Mapping[str, str]:
        known = {"sms": order.customer.phone, "email": order.customer.email}
        return {medium: known[medium] for medium in self.media if known.get(medium)}
