"""Plays the part of Alexa that links accounts: an OAuth client of the shop's real endpoints; keeps tokens in memory."""

import secrets
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urlencode

import httpx

from support.linking import SCOPES

_EARLY = 60.0
"""Seconds before its end from which an access token is renewed."""
_SECONDS = 10


@dataclass
class LinkedAccount:
    """The one account of the demo's speaker, as a client that the shop knows by id and secret."""

    public_url: str
    client_id: str
    client_secret: str = field(repr=False)
    _state: str = field(default="", repr=False)
    _access: str = field(default="", repr=False)
    _refresh: str = field(default="", repr=False)
    _good_until: float = 0.0

    @property
    def linked(self) -> bool:
        """Whether there is a token, good or not: Alexa doesn't know when the shop has ended a link."""
        return bool(self._refresh)

    @property
    def redirect_uri(self) -> str:
        """Where the shop sends the shopper back to."""
        return f"{self.public_url}/speaker/linked"

    def authorize_url(self) -> str:
        """Begin linking: return the address to open."""
        self._state = secrets.token_urlsafe(16)
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(SCOPES),
            "state": self._state,
        }
        return f"{self.public_url}/oauth/authorize?{urlencode(asked)}"

    async def take(self, state: str, code: str) -> None:
        """End linking: exchange the code; one that doesn't answer what was begun last is dropped."""
        if self._state and secrets.compare_digest(state.encode(), self._state.encode()):
            self._state = ""
            await self._ask({"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri})

    async def token(self) -> str:
        """The access token that goes with each request, empty while nothing is linked; renewed where it is due.

        Where it can't be renewed the old one goes on being sent, as Alexa does.
        """
        if self._refresh and monotonic() >= self._good_until:
            await self._ask({"grant_type": "refresh_token", "refresh_token": self._refresh})
        return self._access

    async def forget(self) -> None:
        """Unlink, as when the skill is disabled."""
        refresh, self._access, self._refresh = self._refresh, "", ""
        await self._post("revoke", {"token": refresh})

    async def _ask(self, form: dict[str, str]) -> None:
        answer = await self._post("token", form)
        if answer.status_code == httpx.codes.OK:
            given = answer.json()
            self._access, self._refresh = given["access_token"], given["refresh_token"]
            self._good_until = monotonic() + given["expires_in"] - _EARLY

    async def _post(self, what: str, form: dict[str, str]) -> httpx.Response:
        async with httpx.AsyncClient(
            auth=(self.client_id, self.client_secret), timeout=_SECONDS, trust_env=False
        ) as client:
            return await client.post(f"{self.public_url}/oauth/{what}", data=form)
