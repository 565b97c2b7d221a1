"""Tells clients where everything is: RFC 8414 for the authorization server, RFC 9728 for the MCP server it guards."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from support.linking import SCOPES
from web.oauth.server import GRANTS, METHODS
from web.oauth.services import LinkingServices

# Browser-based clients read it from their own pages; there is nothing secret in it.
_HEADERS = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}


def add_metadata(router: APIRouter, services: LinkingServices) -> None:
    """Add the well-known addresses."""

    @router.get("/.well-known/oauth-authorization-server")
    async def authorization_server() -> JSONResponse:
        services.check()
        return JSONResponse(server_metadata(services), headers=_HEADERS)

    @router.get("/.well-known/oauth-protected-resource")
    @router.get("/.well-known/oauth-protected-resource/mcp")
    async def protected_resource() -> JSONResponse:
        services.check()
        return JSONResponse(_resource(services), headers=_HEADERS)


def server_metadata(services: LinkingServices) -> dict[str, Any]:
    """What we can do, by RFC 8414."""
    base = services.issuer
    registration = {"registration_endpoint": f"{base}/oauth/register"} if services.registration else {}
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}/oauth/token",
        "revocation_endpoint": f"{base}/oauth/revoke",
        **registration,
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GRANTS,
        "token_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_methods_supported": METHODS,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }


def _resource(services: LinkingServices) -> dict[str, Any]:
    return {
        "resource": services.resource,
        "resource_name": services.shop_name,
        "authorization_servers": [services.issuer],
        "scopes_supported": list(SCOPES),
        "bearer_methods_supported": ["header"],
    }
