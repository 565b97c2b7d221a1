"""GET and POST /oauth/authorize: a client asks, its shopper signs in and decides; issues nothing but a code."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error
from authlib.oauth2.rfc6749.grants import BaseGrant
from fastapi import APIRouter, Request, Response

from support.clients import Client
from support.model import SignedIdentity
from tracking.errors import InvalidInput, NotConfigured
from web.oauth.asking import Asked, Pairs, address_of, read_form, read_pairs
from web.oauth.pages import Pages, add_style, first_values, page_route, redirect
from web.oauth.server import Server
from web.oauth.services import LinkingServices
from web.oauth.signing_in import ACTIONS, Problem, step
from web.oauth.visit import Visit, Visits

_HERE = "authorize"
_LONGEST_QUERY = 8 * 1024
_LONGEST_ID = 64
_KEPT = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "resource",
    "code_challenge",
    "code_challenge_method",
)
_EXPIRED = "This page has expired. Please go back to the app you came from and start again."
log = structlog.get_logger()


def add_authorize(router: APIRouter, services: LinkingServices) -> None:
    """Add the page and its style."""
    pages = Pages(services)
    page, linking = APIRouter(route_class=page_route(pages)), _Linking(services, pages)

    @page.get("/oauth/authorize")
    async def ask(request: Request) -> Response:
        check_ready(services)
        return await (linking.begin(request) if request.url.query else linking.resume(request))

    @page.post("/oauth/authorize")
    async def decide(request: Request) -> Response:
        check_ready(services)
        return await linking.act(request)

    add_style(page)
    router.include_router(page)


def check_ready(services: LinkingServices) -> None:
    """Raise NotConfigured where nobody could be sent a code, or tokens would be seen on their way."""
    services.check()
    if not services.sign_in.kinds:
        raise NotConfigured(
            "Account linking is not configured: shoppers need a code by mail (DOORSTEP_SMTP_URL, DOORSTEP_MAIL_FROM) "
            "or by text (DOORSTEP_TWILIO_ACCOUNT_SID, DOORSTEP_TWILIO_AUTH_TOKEN, DOORSTEP_TWILIO_FROM)."
        )


class _Linking:
    """The pages from a client's request to the shopper's decision."""

    def __init__(self, services: LinkingServices, pages: Pages) -> None:
        self._services, self._pages = services, pages
        self._visits = Visits(services, "linking")

    async def begin(self, request: Request) -> Response:
        """Check a client's request. Only once client and redirect URI are known is anything sent to the client."""
        if len(request.url.query) > _LONGEST_QUERY:
            raise InvalidInput("The request of the app is too long.")
        pairs = read_pairs(request.url.query)
        client = await self._known(first_values(pairs))
        asked, server = self._asked(pairs), self._server(client)
        try:
            server.get_consent_grant(asked)
            given = {**asked.payload.data, "scope": asked.scope}
            visit = self._visits.new({name: given[name] for name in _KEPT if name in given})
            if not self._visits.fits(visit):
                raise InvalidRequestError(
                    "The request is too long.", redirect_uri=asked.payload.redirect_uri, state=asked.payload.state
                )
        except OAuth2Error as error:
            return self._refused(server, asked, error)
        return self._visits.keep(self._show(client, visit), visit)

    async def resume(self, request: Request) -> Response:
        """Show where the shopper had got to."""
        visit = self._visits.of(request)
        if visit is None:
            return self._pages.sorry(400, _EXPIRED)
        return self._show(await self._known(visit.asked), visit)

    async def act(self, request: Request) -> Response:
        """Take one step of the shopper."""
        form, visit = first_values(await read_form(request)), self._visits.of(request)
        if visit is None:
            return self._pages.sorry(400, _EXPIRED)
        if not self._visits.is_ours(visit, form.get("token", "")):
            return self._pages.sorry(403, _EXPIRED)
        client, action = await self._known(visit.asked), form.get("action", "")
        if action == "deny":
            return await self._decided(client, visit, None)
        if action == "allow" and visit.proven:
            return await self._decided(client, visit, visit.contact)
        if action not in ACTIONS:
            raise InvalidInput("The form says nothing that can be done here.")
        after, problem = await step(self._services, visit, form, address_of(request))
        if problem:
            return self._show(client, after, problem)
        return self._visits.keep(redirect(_HERE), after)

    async def _known(self, asked: Mapping[str, str]) -> Client:
        """The client, if it may be answered where it wants to be. Raises InvalidInput."""
        named, to = asked.get("client_id", ""), asked.get("redirect_uri", "")
        client = await self._services.clients.get(named) if 0 < len(named) <= _LONGEST_ID else None
        if client is None:
            raise InvalidInput("This shop doesn't know the app that sent you here (client_id).")
        if to not in client.redirect_uris:
            raise InvalidInput("The app that sent you here wants you back at an address that isn't its (redirect_uri).")
        return client

    def _show(self, client: Client, visit: Visit, problem: Problem | None = None) -> Response:
        name = "consent" if visit.proven else "code" if visit.named else "contact"
        to = visit.asked["redirect_uri"]
        return self._pages.show(
            name,
            problem.status if problem else 200,
            going_to=to,
            action=_HERE,
            token=self._visits.form_token(visit),
            client=client.name,
            registered=client.registered,
            host=urlsplit(to).hostname,
            contact=visit.named,
            scopes=visit.asked["scope"].split(),
            problem=problem,
        )

    async def _decided(self, client: Client, visit: Visit, identity: SignedIdentity | None) -> Response:
        """Send the shopper back with a code, or with a no. Everything is judged again: the client may have changed."""
        asked, server = self._asked(list(visit.asked.items())), self._server(client)
        try:
            grant: BaseGrant = server.get_consent_grant(asked)
        except OAuth2Error as error:
            return self._refused(server, asked, error)
        answer = server.create_authorization_response(asked, identity, grant)
        if identity is not None and server.code_made:
            await self._services.links.allow(
                server.code_made,
                client,
                identity,
                frozenset(asked.scope.split()),
                asked.payload.redirect_uri,
                asked.payload.data.get("code_challenge", ""),
                self._services.resource if asked.payload.data.get("resource") else "",
            )
        log.info("linking_decided", client=client.id, allowed=bool(server.code_made))
        return self._visits.end(redirect(answer.location))

    def _refused(self, server: Server, asked: Asked, error: OAuth2Error) -> Response:
        log.warning("linking_refused", error=error.error)
        if not error.redirect_uri:
            return self._pages.sorry(400, f"The app's request can't be used: {error.error}.")
        return redirect(server.refuse(asked, error).location)

    def _asked(self, pairs: Pairs) -> Asked:
        return Asked("GET", f"{self._services.issuer}/oauth/authorize", [_harmless(*pair) for pair in pairs])

    def _server(self, client: Client) -> Server:
        return Server(self._services.issuer, self._services.resource, client)


def _harmless(name: str, value: str) -> tuple[str, str]:
    """Authlib repeats an unknown response type in its answer, and fails where an answer can't hold it."""
    odd = name == "response_type" and not re.fullmatch(r"[A-Za-z_ ]{0,60}", value)
    return name, "unknown" if odd else value
