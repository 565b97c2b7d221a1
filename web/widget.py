"""Serves the chat widget: joins its source files into the one script a shop embeds; knows nothing of the chat."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response

SOURCES = Path(__file__).parent / "static" / "widget"
PARTS = (
    "strings",
    "options",
    "dom",
    "times",
    "storage",
    "transports",
    "link",
    "notify",
    "conversation",
    "card",
    "pictures",
    "messages",
    "composer",
    "styles",
    "panel",
    "main",
)
"""The source files in the order they build on each other."""

router = APIRouter()


@cache
def widget_script() -> bytes:
    """The whole widget as one script that adds a single global, `window.Doorstep`."""
    sources = "\n".join((SOURCES / f"{part}.js").read_text(encoding="utf-8") for part in PARTS)
    return f'(() => {{\n"use strict";\n{sources}}})();\n'.encode()


@cache
def _compressed() -> bytes:
    return gzip.compress(widget_script(), mtime=0)


@router.get("/widget.js", include_in_schema=False)
async def widget(request: Request) -> Response:
    """The script, compressed where the browser takes that, and only sent again when it has changed."""
    packed = "gzip" in request.headers.get("accept-encoding", "")
    body = _compressed() if packed else widget_script()
    headers = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"',
        "Cache-Control": "public, max-age=300",
        "Vary": "Accept-Encoding",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type="text/javascript; charset=utf-8", headers=headers)
