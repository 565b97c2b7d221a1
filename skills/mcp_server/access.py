"""Lets in only a linked shopper's assistant, by its bearer token and what was allowed to it; issues no tokens."""

from collections.abc import Mapping

import structlog
from fastapi import HTTPException, Request

from channels.base import ChannelServices
from skills.mcp_server.tools import HELP, READ, Tool
from support.model import Link

_MOST_TOKEN_CHARS = 512
log = structlog.get_logger()


class Door:
    """Checks every request: whose token it is, that it was made for this server, and for this tool."""

    def __init__(self, services: ChannelServices) -> None:
        self._linked = services.linked
        base = services.public_url.rstrip("/")
        self.address = f"{base}/mcp"
        self._metadata = f"{base}/.well-known/oauth-protected-resource/mcp"

    async def link(self, request: Request) -> Link:
        """Return whose token the request bears. Raises HTTPException 401, Unavailable when that can't be looked up."""
        token = _token(request.headers.get("authorization", ""))
        link = await self._linked(token) if token else None
        if link is None or link.resource.rstrip("/") != self.address:
            log.warning("mcp_refused", why="token" if link is None else "audience")
            raise HTTPException(
                401, "Send a bearer token of a linked account, made for this address.", self._challenge("invalid_token")
            )
        return link

    def allow(self, link: Link, tool: Tool) -> None:
        """Raise HTTPException 403 unless the shopper has allowed what the tool does."""
        if tool.scope not in link.scopes:
            log.warning("mcp_refused", why="scope", tool=tool.name)
            wanted = " ".join(sorted({*link.scopes, tool.scope}))
            message = f"The shopper hasn't allowed {tool.scope} to this assistant."
            raise HTTPException(403, message, self._challenge("insufficient_scope", wanted))

    def _challenge(self, error: str, scope: str = f"{READ} {HELP}") -> Mapping[str, str]:
        return {"WWW-Authenticate": f'Bearer resource_metadata="{self._metadata}", error="{error}", scope="{scope}"'}


def _token(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and len(token) <= _MOST_TOKEN_CHARS else ""
