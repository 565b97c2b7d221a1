"""Lets a browser be told about the order of a page it has open, or nothing more; sends nothing itself."""

import json
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import HTTPException, Request, Response
from fastapi.responses import JSONResponse

from alerts.addresses import PushAddresses, Source
from tracking.model import FINAL, Order
from web.track import forms
from web.track.counting import PUSH
from web.track.tokens import Tracked, TrackLinks

_MEDIUM = "web_push"
_LONGEST = 6000
_CONSENT = {"page": "pressed Notify me on the tracking page", "widget": "pressed Notify me in the chat"}
_WORKER_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'",
    "Service-Worker-Allowed": "/track/",
}
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Push:
    """What is needed for it: where addresses are kept, and the public key that browsers subscribe with."""

    addresses: PushAddresses
    key: str


def offered(push: Push | None, order: Order) -> str:
    """The key to offer notifications with, empty where there is nothing more to be told, or no way to."""
    parcels = order.shipments
    ended = order.cancelled or (parcels and all(parcel.status in FINAL for parcel in parcels))
    return push.key if push and not ended else ""


class Pushing:
    """The routes. Whoever has an order's link may ask to be told: they can see the same on its page."""

    def __init__(self, push: Push | None, links: TrackLinks, worker: bytes) -> None:
        self._push, self._links, self._worker = push, links, worker

    async def worker(self, _request: Request) -> Response:
        """The service worker; its address is in `/track/`, so it can look after these pages and no others."""
        return Response(self._worker, media_type="text/javascript; charset=utf-8", headers=_WORKER_HEADERS)

    async def add(self, request: Request) -> Response:
        """Keep a browser's subscription for the order."""
        tracked, said = await self._opened(request)
        source: Source = "widget" if said.get("source") == "widget" else "page"
        address = _address(said.get("subscription"))
        kept = await self._taking().add(tracked.key, _MEDIUM, address, source, _CONSENT[source])
        if not kept:
            raise HTTPException(404, "This order is not here any more.")
        self._count("on", source)
        return Response(status_code=204)

    async def remove(self, request: Request) -> Response:
        """Forget it."""
        tracked, said = await self._opened(request)
        if await self._taking().remove(tracked.key, _MEDIUM, _address(said.get("subscription"))):
            self._count("off", "page")
        return Response(status_code=204)

    async def known(self, request: Request) -> Response:
        """Say whether a browser is told about this order."""
        tracked, said = await self._opened(request)
        is_on = await self._taking().has(tracked.key, _MEDIUM, _address(said.get("subscription")))
        return JSONResponse({"on": is_on}, headers={"Cache-Control": "no-store"})

    def _taking(self) -> PushAddresses:
        if self._push is None:
            raise HTTPException(404, "Nobody is told anything here.")
        return self._push.addresses

    async def _opened(self, request: Request) -> tuple[Tracked, dict[str, Any]]:
        """The order, and what was sent as a JSON object. Raises HTTPException."""
        if forms.from_elsewhere(request):
            raise HTTPException(403, "This was sent from another site.")
        tracked = await self._links.opened(request.path_params["token"])
        if tracked is None:
            raise HTTPException(404, "This link isn't good, or not any more.")
        try:
            said = json.loads(await forms.body(request, _LONGEST))
        except (ValueError, RecursionError) as error:
            raise HTTPException(400, "This can't be read.") from error
        if not isinstance(said, dict):
            raise HTTPException(400, "This can't be read.")
        return tracked, said

    def _count(self, what: str, source: Source) -> None:
        PUSH.labels(what, source).inc()
        log.info("track_push", what=what, source=source)


def _address(subscription: object) -> str:
    """The subscription as it is kept, without what a browser adds. What it is worth, its medium knows."""
    given = subscription if isinstance(subscription, dict) else {}
    return json.dumps({name: given.get(name) for name in ("endpoint", "keys")})
