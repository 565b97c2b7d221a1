"""Amazon: its token service and Alexa's Proactive Events API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from tests.media_stands.base import BUSY
from tests.media_stands.tokens import TokenStandIn
from tests.served import served


@dataclass
class Alexa(TokenStandIn):
    """Login with Amazon, and Alexa's Proactive Events API."""

    token_type = "bearer"
    token_prefix = "Atc|"
    to = "amzn1.ask.account.ONE"
    settings: dict[str, str]
    taken: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    status: int = 202

    def refuse(self, how: str) -> None:
        self.status = {"never": 403, "later": 503, "busy": 429}.get(how, 202)

    def move(self, origin: str) -> None:
        self.settings["alexa_api_url"] = origin

    async def token(self, request: Request) -> Response:
        asked = dict(parse_qsl((await request.body()).decode()))
        expected = {"grant_type": "client_credentials", "scope": "alexa::proactive_events"}
        known = {name: self.settings[f"alexa_{name}"] for name in ("client_id", "client_secret")}
        if asked != expected | known:
            return JSONResponse({"error": "invalid_client"}, 401)
        return self.give()

    async def event(self, request: Request) -> Response:
        if not self.good(request):
            return JSONResponse({"message": "Not Authorized"}, 401)
        self.paths.append(request.url.path)
        self.taken.append(await request.json())
        return Response(status_code=self.status, headers=BUSY if self.status == 429 else {})


@asynccontextmanager
async def alexa() -> AsyncIterator[Alexa]:
    """Both of Amazon's services, on loopback."""
    app = FastAPI()
    stand_in = Alexa({"alexa_client_id": "amzn1.application-oa2-client.test", "alexa_client_secret": "test-alexa"})
    app.add_api_route("/auth/o2/token", stand_in.token, methods=["POST"], response_model=None)
    app.add_api_route("/v1/{path:path}", stand_in.event, methods=["POST"], response_model=None)
    async with served(app) as address:
        stand_in.settings |= {"alexa_api_url": f"http://{address}", "alexa_token_url": f"http://{address}/"}
        yield stand_in
