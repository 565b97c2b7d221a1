"""POST /oauth/register (RFC 7591): assistants make themselves known, within bounds; nobody vouches for them."""

import json
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError

from support.clients import LONGEST_NAME, LONGEST_REDIRECT, MOST_REDIRECTS, Client
from support.linking import SCOPES
from tracking.errors import DoorstepError, InvalidInput
from web.errors import said
from web.oauth.asking import MOST_BYTES, address_of
from web.oauth.server import GRANTS
from web.oauth.services import LinkingServices
from web.oauth.token import NO_STORE, problem

log = structlog.get_logger()
Short = Annotated[str, Field(max_length=200)]


class Metadata(BaseModel):
    """What a client says of itself, as far as we care; other fields are ignored, as RFC 7591 wants."""

    redirect_uris: list[Annotated[str, Field(max_length=LONGEST_REDIRECT)]] = Field(
        min_length=1, max_length=MOST_REDIRECTS
    )
    client_name: Annotated[str, Field(max_length=LONGEST_NAME)] = "An assistant"
    proves_by: Literal["none", "client_secret_basic", "client_secret_post"] = Field(
        "client_secret_basic", alias="token_endpoint_auth_method"
    )
    grant_types: list[Short] = Field(default=["authorization_code"], max_length=10)
    response_types: list[Short] = Field(default=["code"], max_length=10)
    scope: Short = ""

    def problem(self) -> str:
        """What of it we can't serve, empty where we can."""
        if "authorization_code" not in self.grant_types:
            return "grant_types: authorization_code is needed."
        if self.response_types != ["code"]:
            return "response_types: only code is known."
        return "" if set(self.scope.split()) <= set(SCOPES) else "scope: there is one that isn't known."


def add_registration(router: APIRouter, services: LinkingServices) -> None:
    """Add the route."""

    @router.post("/oauth/register")
    async def register(request: Request) -> Response:
        try:
            services.check()
            if not services.registrations.allow(address_of(request)):
                return problem(429, "temporarily_unavailable", "Too many registrations.", {"Retry-After": "3600"})
            return await _register(services, await _read(request))
        except InvalidInput as error:
            return problem(400, "invalid_client_metadata", str(error))
        except DoorstepError as error:
            return problem(503, "temporarily_unavailable", str(error), {"Retry-After": "5"})


async def _read(request: Request) -> Metadata:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise InvalidInput("Content-Type: application/json is needed.")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise InvalidInput(f"The request is over {MOST_BYTES} bytes.")
    try:
        return Metadata.model_validate(json.loads(bytes(body)), strict=True)
    except ValidationError as error:
        raise InvalidInput(said(error.errors())) from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput("The request is not JSON.") from error


async def _register(services: LinkingServices, metadata: Metadata) -> Response:
    if why := metadata.problem():
        return problem(400, "invalid_client_metadata", why)
    public = metadata.proves_by == "none"
    try:
        client, secret = await services.clients.add(
            metadata.client_name, metadata.redirect_uris, public=public, registered=True
        )
    except InvalidInput as error:
        kind = "invalid_redirect_uri" if "redirect" in str(error) else "invalid_client_metadata"
        return problem(400, kind, str(error))
    log.info("client_registered", client=client.id)
    return JSONResponse(_told(client, secret, metadata), 201, NO_STORE)


def _told(client: Client, secret: str, metadata: Metadata) -> dict[str, Any]:
    kept = {"client_secret": secret, "client_secret_expires_at": 0} if secret else {}
    return {
        "client_id": client.id,
        "client_id_issued_at": int(client.made_at.timestamp()),
        **kept,
        "client_name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "token_endpoint_auth_method": metadata.proves_by,
        "grant_types": GRANTS,
        "response_types": ["code"],
        "scope": " ".join(SCOPES),
    }
