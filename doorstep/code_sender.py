"""Sends one-time codes by the media that are configured, as `SendCode` of `support.sign_in`; makes no codes."""

from typing import Literal

import structlog

from alerts.media import media
from alerts.media.base import Values
from alerts.model import NotSent, OptedOut, Outgoing
from support.model import SignedIdentity
from support.texting import Consent
from tracking.errors import DoorstepError
from web.oauth.words import code_mail, code_text

Kind = Literal["phone", "email"]
_MEDIA: dict[Kind, str] = {"phone": "sms", "email": "email"}
log = structlog.get_logger()


class MediaCodes:
    """Mail and text messages; `values` gives settings by name."""

    def __init__(self, values: Values, shop_name: str, consent: Consent) -> None:
        self._values, self._shop, self._consent = values, shop_name, consent

    @property
    def kinds(self) -> frozenset[Kind]:
        """What can be reached with the settings there are."""
        known = media()
        return frozenset(kind for kind, code in _MEDIA.items() if code in known and known[code].ready(self._values))

    async def send(self, contact: SignedIdentity, code: str, key: str) -> None:
        """Send a code. Raises DoorstepError when it can't be, OptedOut for a number that has said STOP."""
        kind: Kind = "phone" if contact.phone else "email"
        if contact.phone and await self._consent.stopped(contact.phone, "sms"):
            raise OptedOut("This number wants no texts.")
        send = media()[_MEDIA[kind]].sender(self._values)
        await send(self._by_text(contact.phone, code, key) if contact.phone else self._by_mail(contact, code, key))

    def _by_text(self, phone: str, code: str, key: str) -> Outgoing:
        return Outgoing(phone, code_text(self._shop, code), key)

    def _by_mail(self, contact: SignedIdentity, code: str, key: str) -> Outgoing:
        mail = code_mail(self._shop, code)
        return Outgoing(contact.email, mail.text, key, subject=mail.subject, html=mail.html)


def note_lost(error: DoorstepError) -> None:
    """Log that a code could not be sent, and why, but not to whom."""
    log.warning("code_not_sent", error=type(error).__name__, code=error.code if isinstance(error, NotSent) else "")
