"""Turns errors into JSON with the right status: {"error": {"code", "message"}}."""

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tracking.errors import DoorstepError, InvalidInput, NotConfigured, Unavailable
from web.metrics import ERRORS

_STATUS: dict[type[DoorstepError], tuple[int, str]] = {
    InvalidInput: (400, "invalid_input"),
    NotConfigured: (503, "not_configured"),
    Unavailable: (503, "unavailable"),
}
log = structlog.get_logger()


def problem(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """The one shape in which the API says no."""
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


def install(app: FastAPI) -> None:
    """Answer every DoorstepError in that shape; a 503 asks to be tried again."""

    @app.exception_handler(DoorstepError)
    async def _(request: Request, error: DoorstepError) -> JSONResponse:
        kinds = (found for kind, found in _STATUS.items() if isinstance(error, kind))
        status, code = next(kinds, (500, "error"))
        ERRORS.labels(code).inc()
        log.warning("request_failed", path=request.url.path, code=code, error=type(error).__name__)
        return problem(status, code, str(error), {"Retry-After": "5"} if status == 503 else None)
