"""Apple's push service, over real HTTP/2 with TLS."""

import asyncio
import json
import os
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from hypercorn.asyncio import serve
from hypercorn.config import Config
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.media_stands.base import BUSY, StandIn
from tests.tls import Papers

KEY_ID, TEAM, TOPIC = "ABC123DEFG", "DEF123GHIJ", "com.example.lanternloom"


@dataclass
class Apple(StandIn):
    """Apple's push service for one app. Tokens made before `good_from` count as ended."""

    to = "740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad"
    scheme = "https"
    settings: dict[str, str]
    key: ECKey
    taken: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    status: int = 200
    reason: str = ""
    breaks: bool = False

    def refuse(self, how: str) -> None:
        said = {"never": (400, "BadTopic"), "later": (503, "ServiceUnavailable"), "busy": (429, "TooManyRequests")}
        self.status, self.reason = said.get(how, (200, ""))

    def move(self, origin: str) -> None:
        self.settings["apns_api_url"] = origin

    async def take(self, request: Request) -> Response:
        assert request.scope["http_version"] == "2"
        body = await request.body()
        bearer = re.fullmatch(r"bearer (.+)", request.headers.get("authorization", ""))
        if not bearer or bearer[1] in self.ended:
            return JSONResponse({"reason": "ExpiredProviderToken"}, 403)
        self._check(bearer[1])
        self.headers.append(request.headers)
        self.taken.append(json.loads(body) | {"device": request.path_params["device"]})
        if self.breaks:
            return Broken()
        answer = {"apns-id": request.headers["apns-id"]} | (BUSY if self.status == 429 else {})
        return Response(
            json.dumps({"reason": self.reason}) if self.reason else "", status_code=self.status, headers=answer
        )

    def _check(self, token: str) -> None:
        signed = jwt.decode(token, self.key, algorithms=["ES256"])
        assert (signed.header["kid"], signed.claims["iss"]) == (KEY_ID, TEAM)
        assert abs(signed.claims["iat"] - datetime.now(UTC).timestamp()) < 60
        self.tokens.append(token)


class Broken(Response):
    """An answer that breaks off before its end."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"90")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        raise ConnectionAbortedError


@asynccontextmanager
async def apple() -> AsyncIterator[Apple]:
    """The push service, on loopback."""
    app, key = FastAPI(), ECKey.generate_key("P-256")
    with TemporaryDirectory() as folder:
        papers, path = Papers(Path(folder)), Path(folder) / f"AuthKey_{KEY_ID}.p8"
        path.write_bytes(key.as_pem(private=True))
        known = {"apns_key_id": KEY_ID, "apns_team_id": TEAM, "apns_topic": TOPIC, "apns_roots": str(papers.roots)}
        stand_in = Apple({"apns_key": str(path), **known}, key)
        app.add_api_route("/3/device/{device}", stand_in.take, methods=["POST"], response_model=None)
        async with _over_http2(app, papers) as port:
            stand_in.settings["apns_api_url"] = f"https://localhost:{port}"
            yield stand_in


@asynccontextmanager
async def _over_http2(app: FastAPI, papers: Papers) -> AsyncIterator[int]:
    config, ended = Config(), asyncio.Event()

    async def requests_only(scope: Any, receive: Any, send: Any) -> None:
        """Its start and end are ours."""
        if scope["type"] == "http":
            await app(scope, receive, send)

    config.certfile, config.keyfile, config.errorlog = str(papers.chain), str(papers.key), None
    config.graceful_timeout = 0.1
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config.bind = [f"fd://{os.dup(listening.fileno())}"]  # which the server closes
        serving = asyncio.create_task(serve(requests_only, config, shutdown_trigger=ended.wait))  # type: ignore[arg-type]
        try:
            yield listening.getsockname()[1]
        finally:
            # It would wait for its clients to leave, and these stay.
            ended.set()
            await asyncio.wait({serving}, timeout=0.5)
            serving.cancel()
            await asyncio.wait({serving})
