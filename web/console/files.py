"""Serves the console's own scripts and styles; they hold nothing secret."""

import hashlib
from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

_FOLDER = Path(__file__).parent / "static"
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


def add_files(router: APIRouter) -> None:
    """GET /static/… for what lies in the folder."""

    @router.get("/static/{name}")
    async def static(request: Request, name: str) -> Response:
        found = _files().get(name)
        if found is None:
            raise HTTPException(404, "There is no such file.")
        body, kind, tag = found
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=kind, headers=headers)


@cache
def _files() -> dict[str, tuple[bytes, str, str]]:
    files = {path.name: (path.read_bytes(), _KINDS[path.suffix]) for path in _FOLDER.iterdir() if path.suffix in _KINDS}
    return {name: (body, kind, f'"{hashlib.sha256(body).hexdigest()[:20]}"') for name, (body, kind) in files.items()}
