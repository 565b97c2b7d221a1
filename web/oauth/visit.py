"""What a browser carries from page to page, signed and for a while: a client's request, and who its shopper is."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Any

from fastapi import Request, Response
from itsdangerous import BadData, URLSafeSerializer

from support.model import SignedIdentity
from web.oauth.services import LinkingServices

VISIT = timedelta(minutes=20)
LONGEST = 3800
"""Browsers keep cookies of up to 4096 bytes, the name and its attributes included."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One shopper on our pages. `session` is random and binds forms and one-time codes to this browser.

    `asked` holds the client's request, empty on pages of our own. `contact` is who the shopper says to be, and is
    believed once it is `proven`.
    """

    until: datetime
    session: str = field(default_factory=lambda: token_hex(16))
    asked: Mapping[str, str] = field(default_factory=dict)
    contact: SignedIdentity = field(default_factory=SignedIdentity)
    proven: bool = False

    @property
    def named(self) -> str:
        """The phone or e-mail address given, empty before."""
        return self.contact.phone or self.contact.email

    def as_proven(self) -> "Visit":
        """The same visit with its contact proven; its session is a new one, as it may do more now."""
        return replace(self, proven=True, session=token_hex(16))


class Visits:
    """Visits of one kind, each kind in a cookie of its own."""

    def __init__(self, services: LinkingServices, kind: str) -> None:
        self._clock, self._encrypted = services.clock, services.encrypted
        self._cookie = f"{'__Host-' if services.encrypted else ''}doorstep-{kind}"
        self._signed = URLSafeSerializer(services.secret, salt=f"oauth {kind}", signer_kwargs={"digest_method": sha256})
        self._key = sha256(f"oauth forms {kind} {services.secret}".encode()).digest()

    def new(self, asked: Mapping[str, str] | None = None) -> Visit:
        """Begin one."""
        return Visit(self._clock.now() + VISIT, asked=asked or {})

    def of(self, request: Request) -> Visit | None:
        """The browser's visit, None where there is none, a forged one, or one that took too long."""
        try:
            kept: Any = self._signed.loads(request.cookies.get(self._cookie, ""))
        except BadData:
            return None
        until = datetime.fromisoformat(kept["until"])
        if until <= self._clock.now():
            return None
        contact = SignedIdentity(kept["phone"], kept["email"])
        return Visit(until, kept["session"], kept["asked"], contact, kept["proven"])

    def fits(self, visit: Visit) -> bool:
        """Whether browsers will keep it."""
        return len(self._packed(visit)) <= LONGEST

    def keep(self, response: Response, visit: Visit) -> Response:
        """Have the browser carry it on."""
        seconds = int((visit.until - self._clock.now()).total_seconds())
        self._set(response, self._packed(visit), seconds)
        return response

    def end(self, response: Response) -> Response:
        """Have the browser forget it."""
        self._set(response, "", 0)
        return response

    def form_token(self, visit: Visit) -> str:
        """What a form of this visit has to hold, so that no other site can send one."""
        return hmac.new(self._key, visit.session.encode(), sha256).hexdigest()

    def is_ours(self, visit: Visit, token: str) -> bool:
        """Whether a form was one of this visit's."""
        return hmac.compare_digest(self.form_token(visit).encode(), token.encode(errors="replace"))

    def _packed(self, visit: Visit) -> str:
        kept = {
            "until": visit.until.isoformat(),
            "session": visit.session,
            "asked": dict(visit.asked),
            "phone": visit.contact.phone,
            "email": visit.contact.email,
            "proven": visit.proven,
        }
        return str(self._signed.dumps(kept))

    def _set(self, response: Response, value: str, seconds: int) -> None:
        # Lax, not strict: a client's redirect brings the shopper here, and the page may be loaded again afterwards.
        response.set_cookie(
            self._cookie, value, max_age=seconds, path="/", secure=self._encrypted, httponly=True, samesite="lax"
        )
