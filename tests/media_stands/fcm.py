"""Google: its token service and Firebase Cloud Messaging."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.media_stands.base import BUSY
from tests.media_stands.tokens import TokenStandIn
from tests.served import served


@dataclass
class Firebase(TokenStandIn):
    """Google's token service, and Firebase Cloud Messaging."""

    token_type = "Bearer"
    token_prefix = "ya29."
    to = "dQw4w9:APA91bFictional-registration_token"
    settings: dict[str, str]
    key: RSAKey
    taken: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    answer: Any = field(default_factory=dict)
    wait: str = ""

    def refuse(self, how: str) -> None:
        words = {"never": (400, "INVALID_ARGUMENT"), "later": (503, "UNAVAILABLE"), "busy": (429, "QUOTA_EXCEEDED")}
        self.status, word = words.get(how, (200, ""))
        self.wait = BUSY["Retry-After"] if how == "busy" else ""
        self.answer = fcm_error(self.status, word, word) if word else {}

    def move(self, origin: str) -> None:
        self.settings["fcm_api_url"] = origin

    async def token(self, request: Request) -> Response:
        asked = dict(parse_qsl((await request.body()).decode()))
        claims = jwt.decode(asked["assertion"], self.key, algorithms=["RS256"]).claims
        assert asked["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        assert claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging"
        assert (claims["iss"], claims["aud"]) == (FCM_ACCOUNT["client_email"], FCM_ACCOUNT["token_uri"])
        assert claims["exp"] - claims["iat"] == 3600
        return self.give()

    async def send(self, request: Request) -> Response:
        if not self.good(request):
            return JSONResponse(fcm_error(401, "UNAUTHENTICATED"), 401)
        self.taken.append((await request.json())["message"])
        said = self.answer or {"name": "projects/lantern-loom/messages/0:1"}
        return JSONResponse(said, self.status, {"Retry-After": self.wait} if self.wait else {})


FCM_ACCOUNT = {
    "type": "service_account",
    "project_id": "lantern-loom",
    "private_key_id": "key-1",
    "client_email": "doorstep@lantern-loom.example.com",
    "token_uri": "https://oauth2.example.com/token",
}


def fcm_error(status: int, word: str, own: str = "") -> dict[str, Any]:
    """An error as Google writes it: its general word, and FCM's own where it has one."""
    details = [{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": own}] if own else []
    return {"error": {"code": status, "message": f"About {Firebase.to}.", "status": word, "details": details}}


@asynccontextmanager
async def firebase() -> AsyncIterator[Firebase]:
    """Both of Google's services, on loopback."""
    app, key = FastAPI(), RSAKey.generate_key(2048)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "account.json"
        path.write_text(json.dumps(FCM_ACCOUNT | {"private_key": key.as_pem(private=True).decode()}))
        stand_in = Firebase({"fcm_service_account": str(path)}, key)
        app.add_api_route("/token", stand_in.token, methods=["POST"], response_model=None)
        app.add_api_route(
            "/v1/projects/lantern-loom/messages:send", stand_in.send, methods=["POST"], response_model=None
        )
        async with served(app) as address:
            stand_in.settings |= {"fcm_api_url": f"http://{address}/", "fcm_token_url": f"http://{address}/token"}
            yield stand_in
