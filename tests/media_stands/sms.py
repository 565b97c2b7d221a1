"""Twilio: the Messages resource of its REST API."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from tests.media_stands.base import BUSY, StandIn
from tests.served import served


@dataclass
class Twilio(StandIn):
    """Twilio's Messages resource."""

    to = "+12025550142"
    settings: dict[str, str]
    taken: list[dict[str, str]] = field(default_factory=list)
    status: int = 201
    answer: Any = field(default_factory=lambda: {"sid": "SM900", "status": "queued", "error_code": None})

    def refuse(self, how: str) -> None:
        never = 400, {"code": 21211, "message": "Invalid 'To' Phone Number", "status": 400}
        busy = 429, {"code": 20429, "message": "Too Many Requests", "status": 429}
        self.status, self.answer = {"never": never, "later": (503, {"message": "Busy"}), "busy": busy}.get(
            how, (201, {"sid": "SM901"})
        )

    def move(self, origin: str) -> None:
        self.settings["twilio_api_url"] = origin

    async def take(self, request: Request) -> Response:
        account, token = self.settings["twilio_account_sid"], self.settings["twilio_auth_token"]
        signed_in = base64.b64encode(f"{account}:{token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {signed_in}":
            return JSONResponse({"code": 20003, "message": "Authenticate"}, 401)
        self.taken.append(dict(parse_qsl((await request.body()).decode(), keep_blank_values=True)))
        return JSONResponse(self.answer, self.status, BUSY if self.status == 429 else {})


@asynccontextmanager
async def twilio() -> AsyncIterator[Twilio]:
    """Twilio's REST API, on loopback."""
    app = FastAPI()
    account = {"twilio_account_sid": "AC1", "twilio_auth_token": "test-twilio", "twilio_from": "+12025550100"}
    stand_in = Twilio(account)
    app.add_api_route("/2010-04-01/Accounts/AC1/Messages.json", stand_in.take, methods=["POST"], response_model=None)
    async with served(app) as address:
        stand_in.settings["twilio_api_url"] = f"http://{address}"
        yield stand_in
