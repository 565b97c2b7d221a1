"""Who may enter the console and how a browser proves it: cookies, tokens of forms, origins; knows no page."""

import hashlib
import hmac
import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request, Response
from starlette.requests import HTTPConnection

from support.agents import Account, Session
from web.console.services import ConsoleServices

TOKEN_HEADER, TOKEN_FIELD = "x-form-token", "form_token"
BACKGROUND = "background"
"""Value of the header X-Doorstep on what a page asks for by itself: it doesn't count as a sign of life."""


class SignInFirst(HTTPException):
    """Nobody is signed in."""

    def __init__(self) -> None:
        super().__init__(401, "Your session has ended. Sign in again.")


class Access:
    """Reads and sets the console's cookies. The session's token is random; the store knows only its hash."""

    def __init__(self, services: ConsoleServices) -> None:
        self._agents = services.agents
        self._public = urlsplit(services.public_url)
        self.secure = self._public.scheme == "https"
        prefix = "__Host-" if self.secure else ""
        self._session_cookie, self._form_cookie = f"{prefix}doorstep_agent", f"{prefix}doorstep_form"

    async def session(self, connection: HTTPConnection) -> Session | None:
        """Who is signed in, if anybody."""
        return await self._agents.session(self.token(connection))

    def token(self, connection: HTTPConnection) -> str:
        """The session's token as the browser sent it, empty without one."""
        return connection.cookies.get(self._session_cookie, "")

    async def agent(self, request: Request) -> Session:
        """Let in who is signed in. Raises SignInFirst."""
        session = await self.session(request)
        if session is None:
            raise SignInFirst
        if request.headers.get("x-doorstep") != BACKGROUND:
            await self._agents.awake(session)
        return session

    async def unforged(self, request: Request) -> None:
        """Refuse what another site made the browser send. Raises HTTPException 403."""
        if request.method in {"GET", "HEAD"}:
            return
        given = request.headers.get(TOKEN_HEADER) or (await request.form()).get(TOKEN_FIELD)
        wanted = self.form_token(request)
        same = isinstance(given, str) and hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
        if not same or not self.own_origin(request, required=False):
            raise HTTPException(403, "This form is out of date. Go back, reload the page and try again.")

    def own_origin(self, connection: HTTPConnection, required: bool) -> bool:
        """Whether the page that asks is ours; browsers always name it for sockets, and mostly for forms."""
        origin = connection.headers.get("origin")
        if origin is None:
            return not required
        return urlsplit(origin).netloc in {connection.headers.get("host", ""), self._public.netloc}

    def form_token(self, request: Request) -> str:
        """What a form of this page must carry: derived from a secret that only this browser's cookies hold.

        A browser without one gets one; `keep_form_cookie` sends it.
        """
        secret = self.token(request) or request.cookies.get(self._form_cookie) or self._fresh(request)
        return hmac.new(secret.encode(), b"doorstep-form", hashlib.sha256).hexdigest()

    def _fresh(self, request: Request) -> str:
        if not hasattr(request.state, "form_secret"):
            request.state.form_secret = secrets.token_urlsafe(32)
        return str(request.state.form_secret)

    def keep_form_cookie(self, request: Request, response: Response) -> None:
        """Send the secret behind the form's token, if it was made for this page."""
        if hasattr(request.state, "form_secret"):
            self._set(response, self._form_cookie, request.state.form_secret)

    async def enter(self, request: Request, response: Response, token: str) -> None:
        """Give the browser a new session; the one that it had, if any, ends."""
        if before := self.token(request):
            await self._agents.sign_out(before)
        self._set(response, self._session_cookie, token)
        response.delete_cookie(self._form_cookie, path="/", secure=self.secure, httponly=True, samesite="strict")

    def leave(self, response: Response) -> None:
        """Take the session's cookie back."""
        response.delete_cookie(self._session_cookie, path="/", secure=self.secure, httponly=True, samesite="strict")

    def _set(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(name, value, path="/", secure=self.secure, httponly=True, samesite="strict")


class Guards:
    """The dependencies that routes declare."""

    def __init__(self, access: Access) -> None:
        async def admin(session: Annotated[Session, Depends(access.agent)]) -> Session:
            if session.account.role != "admin":
                raise HTTPException(403, "Only admins may do this.")
            return session

        self.agent, self.admin, self.unforged = access.agent, admin, access.unforged


def may_see_all(account: Account) -> bool:
    """Whether this person may read the log and take conversations out of colleagues' hands."""
    return account.role == "admin"
