"""One route for the webhooks of all helpdesks: verify, read, and say what people did there; speaks to none."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from support.helpdesks.base import Event, Helpdesk, Values
from tracking.errors import DoorstepError, NotConfigured
from tracking.ports import Clock
from web.errors import problem
from web.metrics import WEBHOOKS

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class HelpdeskServices:
    """What the routes may use; `hear` takes a helpdesk's events in and returns how many were about our threads."""

    helpdesks: Mapping[str, Helpdesk]
    hear: Callable[[str, Sequence[Event]], Awaitable[int]]
    values: Values
    clock: Clock


def helpdesk_router(services: HelpdeskServices) -> APIRouter:
    """POST /webhooks/{code} for every helpdesk."""
    router = APIRouter(tags=["webhooks"])
    for helpdesk in services.helpdesks.values():
        _add(router, services, helpdesk)
    return router


def _add(router: APIRouter, services: HelpdeskServices, helpdesk: Helpdesk) -> None:
    answers: dict[int | str, dict[str, Any]] = {
        400: {"description": "Not an event that can be read"},
        401: {"description": "Bad signature"},
        503: {"description": "Not configured, or try again later"},
    }

    @router.post(f"/webhooks/{helpdesk.code}", name=f"{helpdesk.code}_webhook", responses=answers)
    async def receive(request: Request) -> Response:
        """A verified event of this helpdesk; answered once what it says is stored."""
        try:
            response = await _receive(services, helpdesk, await request.body(), dict(request.headers))
        except DoorstepError as error:
            WEBHOOKS.labels(helpdesk.code, type(error).__name__).inc()
            raise
        WEBHOOKS.labels(helpdesk.code, str(response.status_code)).inc()
        return response


async def _receive(services: HelpdeskServices, helpdesk: Helpdesk, body: bytes, headers: dict[str, str]) -> Response:
    missing = helpdesk.missing(services.values)
    if missing:
        log.error("helpdesk_not_configured", helpdesk=helpdesk.code, settings=missing)
        raise NotConfigured(f"{helpdesk.name} is not configured: set {', '.join(missing)}.")
    secret = services.values(helpdesk.secret_setting) or ""
    if not helpdesk.verify(body, headers, secret, services.clock.now()):
        return problem(
            401, "bad_signature", f"{helpdesk.name} did not send this, or not just now; nothing was changed."
        )
    known = await services.hear(helpdesk.code, helpdesk.parse(body))
    return JSONResponse({"status": "taken" if known else "ignored"})
