"""Where a chat's visitor can ask to be told about an order that they have proven: gives the way, keeps nothing."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from channels._frames import Visitors, error_frame
from support import wording
from support.limits import RateLimit

PageOf = Callable[[str, str], Awaitable[str | None]]
"""Gives the address of an order's page; None for one that is not there, or that the conversation may not see."""
_NONE = "There is no such order in this conversation."
_REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "The visitor's token is forged or has ended"},
    404: {"description": "No such order in this conversation"},
    429: {"description": "Too fast"},
}


class Wanted(BaseModel):
    """The order to be told about."""

    order: str = Field(min_length=1, max_length=64)


class Way(BaseModel):
    """The order's page, where its reader can ask to be told; on a page of the same origin, at its `/push`."""

    url: str


def notify_router(visitors: Visitors, page_of: PageOf, limit: RateLimit) -> APIRouter:
    """POST /chat/notify; `limit` counts per client address."""
    router = APIRouter(tags=["chat"])

    @router.post("/chat/notify", response_model=Way, responses=_REFUSALS)
    async def notify(wanted: Wanted, request: Request, authorization: Annotated[str, Header()] = "") -> Response:
        """Where to be told about an order that was proven in this conversation."""
        if not limit.allow(f"notify:{request.client.host if request.client else ''}"):
            return JSONResponse(error_frame("too_fast", wording.TOO_FAST), 429, {"Retry-After": "5"})
        conversation = visitors.conversation(authorization.removeprefix("Bearer "))
        if conversation is None:
            return JSONResponse(error_frame("bad_token", "This conversation has ended."), 401)
        url = await page_of(conversation, wanted.order)
        return JSONResponse({"url": url} if url else error_frame("bad_request", _NONE), 200 if url else 404)

    return router
