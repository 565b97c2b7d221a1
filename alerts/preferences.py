"""Whether somebody wants to be told something on a medium: what they said in a talk, by a link or to a provider."""

import hashlib

from itsdangerous import BadData, Signer

from alerts.ports import WishStore
from support.sign_in import contact_hash
from support.texting import Consent
from tracking.keys import order_key
from tracking.model import Order
from tracking.ports import Clock

_LONGEST_TOKEN = 200
_TEXTS = "sms"


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

    async def refusal(self, order: Order, medium: str, address: str) -> str:
        """Why this address must not be written to, empty if it may be.

        "opted_out": told the provider to stop. Of a wish said in a talk and a word by a link, the newer one counts.
        """
        if medium == _TEXTS and await self._consent.stopped(address, "sms"):
            return "opted_out"
        contacts = [contact for contact in (order.customer.phone, order.customer.email) if contact]
        said = await self._store.said(order_key(order.number), contacts)
        link = await self._store.stopped(contact_hash(address), medium)
        if link and not link.wanted and (said is None or link.at >= said.at):
            return "unsubscribed"
        return "unwanted" if said and not said.wanted and (link is None or said.at >= link.at) else ""

    async def stop(self, medium: str, contact: str, source: str) -> None:
        """Stop a contact, by its hash, on a medium."""
        await self._store.stop(contact, medium, True, source, self._clock.now())

    async def provider_stopped(self, medium: str, address: str) -> None:
        """Note that a provider says its reader wants no more."""
        if medium == _TEXTS:
            await self._consent.change(address, "sms", True)
        else:
            await self._store.stop(contact_hash(address), medium, True, "provider", self._clock.now())
