"""POST /webhooks/alexa: takes a request in, has it verified and hands it to the skill; says nothing itself."""

import warnings
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from channels.base import ChannelServices
from skills.alexa.certificates import (
    Certificates,
    NotFromAlexa,
    fetch_chain,
    stand_in_place,
    stand_in_roots,
    system_roots,
)
from skills.alexa.verifying import Verifier

MOST_BYTES = 128 * 1024
log = structlog.get_logger()
_ANSWERS: dict[int | str, dict[str, Any]] = {
    400: {"description": "Not shown to come from Alexa for this skill"},
    503: {"description": "Not configured, or try again later"},
}


class Handed(Response):
    """A response that another app gives, to a request whose body was read already."""

    def __init__(self, app: ASGIApp, body: bytes) -> None:
        self._app, self._body = app, body
        self.background = None

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Let the other app answer."""

        async def again() -> dict[str, Any]:
            return {"type": "http.request", "body": self._body, "more_body": False}

        await self._app(scope, again, send)


def router(services: ChannelServices) -> APIRouter:
    """The route as the program uses it. Raises InvalidInput for a stand-in that can't be used."""
    verifier = Verifier(_certificates(services), services.clock)
    load = cache(partial(_skill_app, services))
    if services.secrets("alexa_skill_id"):
        load()
    return alexa_router(partial(services.secret, "alexa_skill_id", "Alexa"), verifier, load)


def _certificates(services: ChannelServices) -> Certificates:
    """Alexa's certificates; where the settings say so a stand-in's, which is for trying things out only."""
    place, roots = services.secrets("alexa_certificates_url"), services.secrets("alexa_roots")
    if place or roots:
        log.warning("alexa_stand_in", certificates=bool(place), roots=bool(roots))
    trusted = stand_in_roots(roots) if roots else None
    return Certificates(
        stand_in_place(place) if place else fetch_chain, (lambda: trusted) if trusted else system_roots, services.clock
    )


def _skill_app(services: ChannelServices) -> ASGIApp:
    """The skill itself. The SDK behind it takes half a second and 35 MB, so it is loaded only where there is one."""
    with warnings.catch_warnings():
        # Python warns of backslashes in the SDK's sources when it compiles them: noise that nobody here can act on.
        warnings.simplefilter("ignore", SyntaxWarning)
        from skills.alexa.asking import Asking
        from skills.alexa.progress import Progress
        from skills.alexa.serving import SkillApp

    offered = services.secrets("alexa_linking") == str(True)
    return SkillApp(Asking(services.answering, Progress()), services.linked, offered, services.speakers)


def alexa_router(skill_id: Callable[[], str], verifier: Verifier, app: Callable[[], ASGIApp]) -> APIRouter:
    """The route. `skill_id` raises NotConfigured while there is none; `app` gets verified requests only."""
    router = APIRouter(tags=["webhooks"])

    @router.post("/webhooks/alexa", responses=_ANSWERS)
    async def alexa_webhook(request: Request) -> Response:
        """A signed request of Alexa, answered with speech."""
        our_skill, body = skill_id(), await _body(request)
        try:
            await verifier.verify(request.headers, body, our_skill)
        except NotFromAlexa as refusal:
            log.warning("alexa_refused", why=str(refusal))
            raise
        return Handed(app(), body)

    return router


async def _body(request: Request) -> bytes:
    """Read the body, as far as a request of Alexa can be long. Raises NotFromAlexa."""
    got = bytearray()
    async for piece in request.stream():
        got += piece
        if len(got) > MOST_BYTES:
            raise NotFromAlexa(f"The body is over {MOST_BYTES} bytes.")
    return bytes(got)
