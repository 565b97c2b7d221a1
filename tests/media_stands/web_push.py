"""A browser's push service."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response

from alerts.media.web_push import new_key, public_key
from tests.media_stands.base import BUSY, StandIn
from tests.push_browser import Browser, signed_claims
from tests.served import served


@dataclass
class PushService(StandIn):
    """A browser's push service, and the one browser that has subscribed there."""

    settings: dict[str, str]
    browser: Browser = field(default_factory=Browser)
    to: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    status: int = 201
    answer: dict[str, str] = field(default_factory=dict)

    def refuse(self, how: str) -> None:
        self.status = {"never": 413, "later": 503, "busy": 429}.get(how, 201)
        self.answer = BUSY if how == "busy" else {}

    def move(self, origin: str) -> None:
        self.settings["web_push_stand_in"] = origin
        self.to = self.browser.subscription(f"{origin}/push/gAAAAB-one")

    async def take(self, request: Request) -> Response:
        claims, key = signed_claims(request.headers["authorization"])
        if claims["aud"] != self.settings["web_push_stand_in"] or key != public_key(self.settings["vapid_private_key"]):
            return Response(status_code=403)
        self.headers.append(request.headers)
        self.taken.append(json.loads(self.browser.read(await request.body())))
        return Response(status_code=self.status, headers=self.answer)


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    """A push service, on loopback."""
    app = FastAPI()
    stand_in = PushService({"vapid_private_key": new_key(), "vapid_subject": "mailto:shop@example.com"})
    app.add_api_route("/push/{one}", stand_in.take, methods=["POST"], response_model=None)
    async with served(app) as address:
        stand_in.settings["web_push_stand_in"] = f"http://{address}"
        stand_in.to = stand_in.browser.subscription(f"http://{address}/push/gAAAAB-one")
        yield stand_in
