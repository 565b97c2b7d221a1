"""Turns errors into JSON with the right status: {"error": {"code", "message"}}."""

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from support.handover import NotYours
from tracking.errors import DoorstepError, InvalidInput, NotConfigured, Unavailable
from web.metrics import ERRORS

_STATUS: dict[type[DoorstepError], tuple[int, str]] = {
    InvalidInput: (400, "invalid_input"),
    NotYours: (409, "not_yours"),
    NotConfigured: (503, "not_configured"),
    Unavailable: (503, "unavailable"),
}
_CODES = {401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_MOST_PROBLEMS = 5
log = structlog.get_logger()


def problem(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """The one shape in which the API says no."""
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


def said(problems: Sequence[Any]) -> str:
    """Pydantic's findings as one sentence: where and what, never the value, which may be personal or unprintable."""
    shown = [f"{'.'.join(map(str, p['loc']))}: {p['msg']}".lstrip(": ") for p in problems[:_MOST_PROBLEMS]]
    more = len(problems) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def install(app: FastAPI) -> None:
    """Answer every error in that shape; a 503 asks to be tried again."""

    @app.exception_handler(DoorstepError)
    async def _(request: Request, error: DoorstepError) -> JSONResponse:
        kinds = (found for kind, found in _STATUS.items() if isinstance(error, kind))
        status, code = next(kinds, (500, "error"))
        ERRORS.labels(code).inc()
        log.warning("request_failed", route=_route(request), code=code, error=type(error).__name__)
        return problem(status, code, str(error), {"Retry-After": "5"} if status == 503 else None)

    @app.exception_handler(HTTPException)
    async def _(_request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers) if error.headers else None
        return problem(error.status_code, _CODES.get(error.status_code, "bad_request"), str(error.detail), headers)

    @app.exception_handler(RequestValidationError)
    async def _(_request: Request, error: RequestValidationError) -> JSONResponse:
        return problem(422, "invalid_input", said(error.errors()))

    @app.exception_handler(Exception)
    async def _(_request: Request, _error: Exception) -> JSONResponse:
        ERRORS.labels("internal").inc()
        return problem(500, "internal", "Something went wrong on our side; it has been noted.")


def _route(request: Request) -> str:
    """The route's template: the path itself may name an order."""
    return str(getattr(request.scope.get("route"), "path", "none"))
