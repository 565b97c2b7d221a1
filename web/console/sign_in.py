"""The way into the console and out of it: password and code, or an identity provider."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from support.agents import Session, SignInRefused
from tracking.errors import Unavailable
from web.console.access import Access
from web.console.oidc import SECONDS, NotVouched, Oidc
from web.console.rendering import Pages
from web.console.services import ConsoleServices

_HOME = "/console"
_OIDC_COOKIE = "doorstep_oidc"
_OIDC_PATH = "/console/oidc"
_LONGEST_ADDRESS = 300
log = structlog.get_logger()
Text = Annotated[str, Form(max_length=300)]


def add_sign_in(router: APIRouter, services: ConsoleServices, access: Access, pages: Pages) -> None:
    """The pages that are open to everybody."""

    @router.get("/sign-in")
    async def sign_in_page(request: Request) -> Response:
        if await access.session(request):
            return RedirectResponse(_inside(request.query_params.get("next", "")), 303)
        if request.headers.get("sec-fetch-site") == "cross-site" and "from" not in request.query_params:
            # Our strict cookies don't come along from another site's link; they do from a page of our own.
            there = request.url.include_query_params(**{"from": "elsewhere"})
            return pages.page(request, "onward.html", to=f"{there.path}?{there.query}")
        return _form(request, services, pages)

    @router.post("/sign-in")
    async def sign_in(
        request: Request,
        email: Text,
        password: Text,
        code: Text = "",
        there: Annotated[str, Form(alias="next", max_length=_LONGEST_ADDRESS)] = "",
    ) -> Response:
        address = request.client.host if request.client else ""
        if not services.sign_in_limit.allow(address):
            return _form(request, services, pages, "Too many tries. Wait a minute, then try again.", 429)
        try:
            token = await services.agents.sign_in(email, password, code, address)
        except SignInRefused as error:
            log.info("console_sign_in_refused")
            return _form(request, services, pages, str(error), 401)
        response = RedirectResponse(_inside(there), 303)
        await access.enter(request, response, token)
        return response


def add_oidc(router: APIRouter, services: ConsoleServices, access: Access, pages: Pages) -> None:
    """The way round by an identity provider; there is none where it isn't configured."""
    if services.oidc is None:
        return
    provider = Oidc(services.oidc, services.secret)

    @router.get("/oidc/start")
    async def start(request: Request) -> Response:
        if not services.sign_in_limit.allow(request.client.host if request.client else ""):
            raise Unavailable("Too many tries. Wait a minute, then try again.")
        address, kept = await provider.start()
        response = RedirectResponse(address, 303)
        # Lax: the browser comes back from the provider's site, and must still have it.
        response.set_cookie(
            _OIDC_COOKIE, kept, SECONDS, path=_OIDC_PATH, secure=access.secure, httponly=True, samesite="lax"
        )
        return response

    @router.get("/oidc/callback")
    async def callback(request: Request, state: str = "", code: str = "") -> Response:
        try:
            email = await provider.finish(request.cookies.get(_OIDC_COOKIE, ""), state, code)
            token = await services.agents.vouched(email)
            if token is None:
                raise NotVouched("Your address has no account here. Ask an admin of the shop to make one.")
        except NotVouched as error:
            log.info("console_sign_in_refused", way="oidc")
            response = _form(request, services, pages, str(error), 401)
        else:
            response = pages.page(request, "onward.html", to=_HOME)
            await access.enter(request, response, token)
        response.delete_cookie(_OIDC_COOKIE, path=_OIDC_PATH, secure=access.secure, httponly=True, samesite="lax")
        return response


def add_sign_out(router: APIRouter, services: ConsoleServices, access: Access) -> None:
    """The ways out."""
    Who = Annotated[Session, Depends(access.agent)]  # noqa: N806 - a type

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        await services.agents.sign_out(access.token(request))
        return _out(access)

    @router.post("/sign-out-everywhere")
    async def sign_out_everywhere(who: Who) -> Response:
        await services.agents.sign_out_everywhere(who.account.id)
        return _out(access)


def _out(access: Access) -> Response:
    response = RedirectResponse("/console/sign-in", 303)
    access.leave(response)
    return response


def _form(request: Request, services: ConsoleServices, pages: Pages, problem: str = "", status: int = 200) -> Response:
    there = request.query_params.get("next", "")
    return pages.page(
        request, "sign_in.html", status=status, problem=problem, there=there, oidc=services.oidc is not None
    )


def _inside(address: str) -> str:
    """Where to go after signing in: a page of the console, and never anywhere else."""
    plain = address.isascii() and address.isprintable() and "\\" not in address and len(address) <= _LONGEST_ADDRESS
    return address if plain and (address == _HOME or address.startswith(f"{_HOME}/")) else _HOME
