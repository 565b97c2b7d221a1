"""POST /oauth/token and /oauth/revoke: has Authlib judge the request, then keeps what came of it, if it still can."""

from collections.abc import Awaitable, Callable, Mapping

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from support.clients import Client
from tracking.errors import DoorstepError, InvalidInput
from web.oauth.asking import Asked, basic_client, read_form
from web.oauth.server import Answer, Server
from web.oauth.services import LinkingServices

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
Work = Callable[[LinkingServices, Asked, Client | None], Awaitable[Answer]]
_LONGEST_ID = 64


def add_token(router: APIRouter, services: LinkingServices) -> None:
    """Add both routes. They answer in RFC 6749's words, whatever goes wrong."""

    @router.post("/oauth/token")
    async def token(request: Request) -> Response:
        return await _answered(services, request, _token)

    @router.post("/oauth/revoke")
    async def revoke(request: Request) -> Response:
        return await _answered(services, request, _revoke)


async def _answered(services: LinkingServices, request: Request, work: Work) -> Response:
    try:
        services.check()
        pairs = await read_form(request)
        asked = Asked("POST", f"{services.issuer}{request.url.path}", pairs, _headers(request))
        answer = await work(services, asked, await _client(services, asked))
    except InvalidInput as error:
        return problem(400, "invalid_request", str(error))
    except DoorstepError as error:
        return problem(503, "temporarily_unavailable", str(error), {"Retry-After": "5"})
    return JSONResponse(answer.body, answer.status, {**answer.headers, **NO_STORE})


def problem(status: int, error: str, description: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error as RFC 6749 writes it."""
    return JSONResponse({"error": error, "error_description": description}, status, {**NO_STORE, **(headers or {})})


def _headers(request: Request) -> dict[str, str]:
    """The one header that Authlib looks at, where it can be read."""
    given = request.headers.get("authorization", "")
    return {"Authorization": given} if basic_client({"Authorization": given}) else {}


async def _client(services: LinkingServices, asked: Asked) -> Client | None:
    named = basic_client(asked.headers) or asked.form.get("client_id", "")
    return await services.clients.get(named) if 0 < len(named) <= _LONGEST_ID and "\0" not in named else None


def _server(services: LinkingServices, client: Client | None) -> Server:
    return Server(services.issuer, services.resource, client)


async def _token(services: LinkingServices, asked: Asked, client: Client | None) -> Answer:
    server, form = _server(services, client), asked.form
    if _repeated(asked):
        return server.refuse(asked, InvalidRequestError("A parameter came more than once."))
    code, refresh = form.get("code", ""), form.get("refresh_token", "")
    if form.get("grant_type") == "authorization_code":
        server.code = await services.links.code(code)
    elif form.get("grant_type") == "refresh_token":
        server.token = await services.links.token(refresh)
    answer: Answer = server.create_token_response(asked)
    if server.issued is None:
        return answer
    issued = server.issued
    new = issued["access_token"], issued["refresh_token"], frozenset(issued["scope"].split())
    kept = await (services.links.exchange(code, *new) if server.code else services.links.rotate(refresh, *new))
    return answer if kept else server.refuse(asked, InvalidGrantError("It has been used or ended already."))


async def _revoke(services: LinkingServices, asked: Asked, client: Client | None) -> Answer:
    server, token = _server(services, client), asked.form.get("token", "")
    if _repeated(asked):
        return server.refuse(asked, InvalidRequestError("A parameter came more than once."))
    # A hint is only meant to speed the search, and ours needs none.
    asked.payload.datalist.pop("token_type_hint", None)
    server.token = await services.links.token(token)
    answer: Answer = server.create_endpoint_response("revocation", asked)
    if server.revoked:
        await services.links.revoke(token)
    return answer


def _repeated(asked: Asked) -> bool:
    return any(len(values) > 1 for name, values in asked.payload.datalist.items() if name != "resource")
