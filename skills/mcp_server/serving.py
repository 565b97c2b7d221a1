"""Speaks the Model Context Protocol by its official SDK, one request at a time; imported only once it is needed."""

import asyncio
import logging
from collections.abc import Awaitable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp.types import Tool as Declared
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from skills.mcp_server import words
from skills.mcp_server.helping import Caller, Helping, Refused
from skills.mcp_server.shapes import Told
from skills.mcp_server.tools import TOOLS, Tool
from tracking.errors import DoorstepError

SLACK_SECONDS = 1.5
"""How much longer than the desk a tool may take, whatever it waits for."""

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_MOST_PROBLEMS = 5
log = structlog.get_logger()


class Serving:
    """Answers requests one by one, each with a server of its own: nothing is kept between them, in either era.

    `address` is our own, for telling requests that a page of another site made a browser send.
    """

    def __init__(self, helping: Helping, address: str, desk_seconds: float) -> None:
        logging.getLogger("mcp").setLevel(logging.WARNING)  # it tells of every request, which we do ourselves
        self._helping, self._declared = helping, [_declared(tool) for tool in TOOLS.values()]
        self._security, self._seconds = _security(address), desk_seconds + SLACK_SECONDS

    async def serve(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of `caller`, whose token was checked."""
        server: Server[dict[str, Any]] = Server(
            "doorstep",
            title="Doorstep",
            version="1",
            instructions=words.INSTRUCTIONS,
            on_list_tools=self._list,
            on_call_tool=partial(self._call, caller),
        )
        manager = StreamableHTTPSessionManager(
            server, json_response=True, stateless=True, security_settings=self._security
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    async def _list(self, _: ServerRequestContext, params: PaginatedRequestParams | None) -> ListToolsResult:  # noqa: ARG002
        return ListToolsResult(tools=self._declared)

    async def _call(self, caller: Caller, _: ServerRequestContext, params: CallToolRequestParams) -> CallToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"There is no tool of that name; there are: {', '.join(TOOLS)}.")
        result = await self._in_time(self._used(tool, caller, params.arguments or {}))
        log.info("mcp_call", tool=tool.name, error=result.is_error)
        return result

    async def _in_time(self, work: Awaitable[CallToolResult]) -> CallToolResult:
        try:
            async with asyncio.timeout(self._seconds):
                return await work
        except TimeoutError:
            return _error(words.STILL_LOOKING)

    async def _used(self, tool: Tool, caller: Caller, arguments: dict[str, Any]) -> CallToolResult:
        """Use the tool. What an assistant can put right comes back as an error for it to read."""
        if tool.scope not in caller.link.scopes:  # said by HTTP already, where the request was read as we read it
            return _error(words.NOT_ALLOWED)
        try:
            given = tool.takes.model_validate(arguments)
        except ValidationError as error:
            return _error(f"The arguments of {tool.name} can't be used: {_problems(error)}.")
        try:
            return _result(await self._helping.use(tool.name, caller, given))
        except Refused as refusal:
            return _error(str(refusal))
        except DoorstepError as error:
            log.warning("mcp_failed", tool=tool.name, error=type(error).__name__)
            return _error(words.AWAY)


def _result(told: Told) -> CallToolResult:
    """The words as content for older clients, everything as structured content."""
    content = TextContent(type="text", text=told.say)
    return CallToolResult(content=[content], structured_content=told.model_dump(mode="json"))


def _error(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def _problems(error: ValidationError) -> str:
    """Where and what, never the value, which may be personal."""
    found = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_PROBLEMS]
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found)


def _declared(tool: Tool) -> Declared:
    return Declared(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.takes.model_json_schema(),
        output_schema=tool.gives.model_json_schema(mode="serialization"),
        annotations=ToolAnnotations(
            title=tool.title,
            read_only_hint=not tool.changes,
            destructive_hint=False,
            idempotent_hint=not tool.changes,
            open_world_hint=False,
        ),
    )


def _security(address: str) -> TransportSecuritySettings:
    """Our own host and this machine's names, as a proxy may pass them on; pages of our own origin only."""
    parts = urlsplit(address)
    host = parts.netloc.removesuffix(f":{parts.port}")
    origins = [f"{parts.scheme}://{parts.netloc}"]
    if host in _LOOPBACK:
        origins += [f"http://{name}:*" for name in _LOOPBACK]
    hosts = [spelt for name in (host, *_LOOPBACK) for spelt in (name, f"{name}:*")]
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)
