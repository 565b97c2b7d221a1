"""A merchant's own system."""

import hmac
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response

from tests.media_stands.base import BUSY, StandIn
from tests.served import served


@dataclass
class Merchant(StandIn):
    """A merchant's own system, which checks what it is told."""

    to = "endpoint"
    settings: dict[str, str]
    taken: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    status: int = 204
    answer: dict[str, str] = field(default_factory=dict)

    def refuse(self, how: str) -> None:
        self.status = {"never": 422, "later": 503, "busy": 429}.get(how, 204)
        self.answer = BUSY if how == "busy" else {}

    def move(self, origin: str) -> None:
        self.settings["merchant_webhook_url"] = f"{origin}/doorstep"

    async def take(self, request: Request) -> Response:
        body = await request.body()
        signed = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", request.headers["x-doorstep-signature"])
        assert signed
        secret = self.settings["merchant_webhook_secret"].encode()
        if hmac.digest(secret, f"{signed[1]}.".encode() + body, "sha256").hex() != signed[2]:
            return Response(status_code=401)
        self.headers.append(request.headers)
        self.taken.append(json.loads(body))
        return Response(status_code=self.status, headers=self.answer)


@asynccontextmanager
async def merchant() -> AsyncIterator[Merchant]:
    """A merchant's endpoint, on loopback."""
    app = FastAPI()
    stand_in = Merchant({"merchant_webhook_secret": "test-merchant"})
    app.add_api_route("/doorstep", stand_in.take, methods=["POST"], response_model=None)
    async with served(app) as address:
        stand_in.settings["merchant_webhook_url"] = f"http://{address}/doorstep"
        yield stand_in
