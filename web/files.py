"""Takes pictures from the widget and gives them back to the visitor who sent them; looks into none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse, Response

from support import wording
from support.files import MOST_BYTES, SNIFFED_BYTES, File, Refused, check_kind, too_big
from support.limits import RateLimit
from support.model import Inbound
from support.pictures import Pictures

_NO_FILE = "There is no such picture here."
_BAD_TOKEN = "This conversation has ended; a new one begins."  # noqa: S105 - words, no secret
_STATUS = {"too_big": 413, "too_many": 429, "too_many_pixels": 413}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "Not a picture that we take"},
    401: {"description": "The visitor's token is forged or has ended"},
    413: {"description": "Too big"},
    429: {"description": "Too many pictures, or too fast"},
    503: {"description": "Try again later"},
}
_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How often visitors may send pictures: per conversation and per client address."""

    conversation: RateLimit
    public: RateLimit


def file_response(file: File, data: bytes) -> Response:
    """A picture as it may be sent to a browser: shown or saved, but never run, guessed at or kept by a proxy."""
    disposition = f'inline; filename="picture-{file.id[:8]}.jpg"'
    return Response(data, media_type=file.type, headers={**_HEADERS, "Content-Disposition": disposition})


def files_router(pictures: Pictures, visitor: Callable[[str], str | None], limits: Limits) -> APIRouter:
    """POST /chat/files and GET /chat/files/{id}. `visitor` gives the conversation of a visitor's token, else None."""
    router = APIRouter(tags=["chat"])
    _add_upload(router, pictures, visitor, limits)

    @router.get(
        "/chat/files/{id}", response_class=Response, responses={404: {"description": "Not yours, or not there"}}
    )
    async def picture(
        id: str,  # noqa: A002 - its name in the address
        token: Annotated[str, Query(max_length=4096)] = "",
        authorization: Annotated[str, Header()] = "",
    ) -> Response:
        """A picture, for the visitor in whose conversation it is; the token may come in either place."""
        conversation = visitor(token or authorization.removeprefix("Bearer "))
        known = await pictures.files.get(id) if conversation else None
        found = await pictures.files.read(id) if known and known.conversation == conversation else None
        return file_response(*found) if found else _refused(404, "not_found", _NO_FILE)

    return router


def _add_upload(router: APIRouter, pictures: Pictures, visitor: Callable[[str], str | None], limits: Limits) -> None:
    body = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}

    @router.post("/chat/files", status_code=202, responses=_REFUSALS, openapi_extra={"requestBody": body})
    async def upload(
        request: Request,
        id: Annotated[str, Query(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")],  # noqa: A002 - as above
        authorization: Annotated[str, Header()] = "",
    ) -> Response:
        """A picture as the body. It becomes a message with this `id`; what comes of it arrives as any message does."""
        conversation = visitor(authorization.removeprefix("Bearer "))
        if conversation is None:
            return _refused(401, "bad_token", _BAD_TOKEN)
        address = request.client.host if request.client else ""
        if not limits.public.allow(address) or not limits.conversation.allow(conversation):
            return _refused(429, "too_fast", wording.TOO_FAST)
        try:
            data = await _body(request)
            await pictures.take(Inbound(conversation, id, "", client_address=address), data)
        except Refused as refusal:
            return _refused(_STATUS.get(refusal.code, 400), refusal.code, str(refusal))
        return JSONResponse({"status": "accepted"}, 202)


async def _body(request: Request) -> bytes:
    """Read a picture. Raises Refused; what can't be one is read to its end all the same, or browsers see no answer."""
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length[:15]) > MOST_BYTES:
        raise too_big()
    data, seen = bytearray(), 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > MOST_BYTES:
            raise too_big()
        if len(data) < SNIFFED_BYTES or _is_picture(data):
            data += chunk
    check_kind(bytes(data[:SNIFFED_BYTES]))
    return bytes(data)


def _is_picture(data: bytearray) -> bool:
    try:
        check_kind(bytes(data[:SNIFFED_BYTES]))
    except Refused:
        return False
    return True


def _refused(status: int, code: str, text: str) -> JSONResponse:
    """An error as the chat's other routes give it."""
    headers = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "5"}}
    return JSONResponse({"type": "error", "code": code, "text": text}, status, headers.get(status))
