"""Says whether we live, whether we are ready and what is missing, and how we have been doing."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from web.services import WebServices

_CHECK_SECONDS = 3
log = structlog.get_logger()


def health_router(services: WebServices) -> APIRouter:
    """GET /healthz, /readyz and /metrics."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def alive() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @router.get("/readyz", responses={503: {"description": "A part is missing; the body names it"}})
    async def ready() -> JSONResponse:
        """Every part we need answers."""
        names = list(services.checks)
        results = await asyncio.gather(*(_works(name, check) for name, check in services.checks.items()))
        missing = [name for name, works in zip(names, results, strict=True) if not works]
        return JSONResponse({"ready": not missing, "missing": missing}, 503 if missing else 200)

    @router.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        await _works("queue", partial(_measured, services))
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


async def _works(name: str, check: Callable[[], Awaitable[bool]]) -> bool:
    """The outcome of a check; one that fails in any way, or hangs, means no."""
    try:
        return await asyncio.wait_for(check(), _CHECK_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the answer is "not ready"
        log.warning("not_ready", part=name, error=type(error).__name__)
        return False


async def _measured(services: WebServices) -> bool:
    await services.measure()
    return True
