"""Providers that are not themselves: one that says nothing, one that breaks off, one whose certificate is nobody's."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.media_stands.base import StandIn
from tests.tls import Papers

Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]
_HALF = {
    "smtp": b"220 mail.example.com ESMTP\r\n250-mail.exa",
    "http": b"HTTP/1.1 2",
    "body": b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{"sid": "SM9", ',
}


@asynccontextmanager
async def _listening(answer: Answering, scheme: str = "http", **options: Any) -> AsyncIterator[str]:
    server = await asyncio.start_server(answer, "127.0.0.1", 0, **options)
    try:
        yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@asynccontextmanager
async def silent(provider: StandIn) -> AsyncIterator[None]:
    """It takes the connection and never says a word."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with _listening(answer, provider.scheme) as origin:
        provider.move(origin)
        yield


def _breaking(half: bytes) -> Answering:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not half.startswith(b"220"):
            await reader.read(4096)
        writer.write(half)
        await writer.drain()
        writer.close()

    return answer


@asynccontextmanager
async def cut(provider: StandIn) -> AsyncIterator[None]:
    """It breaks off in the middle of the first line of its answer."""
    half = _HALF["smtp" if "smtp_url" in provider.settings else "http"]
    async with _listening(_breaking(half), provider.scheme) as origin:
        provider.move(origin)
        yield


@asynccontextmanager
async def cut_late(provider: StandIn) -> AsyncIterator[None]:
    """It breaks off in the middle of what it says."""
    async with _listening(_breaking(_HALF["body"]), provider.scheme) as origin:
        provider.move(origin)
        yield


@asynccontextmanager
async def false_papers(provider: StandIn, folder: Path) -> AsyncIterator[None]:
    """Its certificate is of an authority that nobody knows."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with _listening(answer, "https", ssl=Papers(folder).server()) as origin:
        provider.move(origin)
        yield
