"""Providers as the media meet them: one stand-in for each medium's code, in the provider's documented wire format."""

import base64
import hmac
import json
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

from alerts.media.web_push import new_key, public_key
from alerts.model import OrderFact, Outgoing
from tests.mailbox import Mailbox, running
from tests.push_browser import Browser, signed_claims
from tests.served import served

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FACT = OrderFact("1004", "shipped", NOW, "Lantern & Loom", NOW)


class StandIn(ABC):
    """One provider. `settings` point the medium at it; what it took is in `taken`, as it came.

    Its answer to the next messages is set by `refuse`: for good, for now, or not at all.
    """

    to: ClassVar[str]
    """An address that the provider can reach."""

    settings: dict[str, str]
    taken: list[Any]

    @abstractmethod
    def refuse(self, how: str) -> None:
        """Answer from now on as the provider does "never", "later", and "" when all is well."""

    def outgoing(self, key: str = "key-1") -> Outgoing:
        """A message that it takes."""
        return Outgoing(self.to, "Your order is on its way.", key, "On its way", "", "", FACT)


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
        self.status, self.answer = {"never": never, "later": (503, {"message": "Busy"})}.get(
            how, (201, {"sid": "SM901"})
        )

    async def take(self, request: Request) -> Response:
        account, token = self.settings["twilio_account_sid"], self.settings["twilio_auth_token"]
        signed_in = base64.b64encode(f"{account}:{token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {signed_in}":
            return JSONResponse({"code": 20003, "message": "Authenticate"}, 401)
        self.taken.append(dict(parse_qsl((await request.body()).decode(), keep_blank_values=True)))
        return JSONResponse(self.answer, self.status)


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


@dataclass
class Alexa(StandIn):
    """Login with Amazon, and Alexa's Proactive Events API. Tokens before number `good_from` count as ended."""

    to = "amzn1.ask.account.ONE"
    settings: dict[str, str]
    taken: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    status: int = 202
    token_status: int = 200
    seconds: int = 3600
    tokens: int = 0
    good_from: int = 1

    def refuse(self, how: str) -> None:
        self.status = {"never": 403, "later": 503}.get(how, 202)

    async def token(self, request: Request) -> Response:
        asked = dict(parse_qsl((await request.body()).decode()))
        expected = {"grant_type": "client_credentials", "scope": "alexa::proactive_events"}
        known = {name: self.settings[f"alexa_{name}"] for name in ("client_id", "client_secret")}
        if asked != expected | known:
            return JSONResponse({"error": "invalid_client"}, 401)
        self.tokens += 1
        given = {"access_token": f"Atc|{self.tokens}", "token_type": "bearer", "expires_in": self.seconds}
        return JSONResponse(given if self.token_status == 200 else {}, self.token_status)

    async def event(self, request: Request) -> Response:
        number = re.fullmatch(r"Bearer Atc\|(\d+)", request.headers.get("authorization", ""))
        if not number or int(number[1]) < self.good_from:
            return JSONResponse({"message": "Not Authorized"}, 401)
        self.paths.append(request.url.path)
        self.taken.append(await request.json())
        return Response(status_code=self.status)


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


@dataclass
class MailServer(StandIn):
    """A shop's own mail server, over real SMTP."""

    to = "robin@example.com"
    settings: dict[str, str]
    mailbox: Mailbox = field(default_factory=Mailbox)

    @property
    def taken(self) -> list[Any]:  # type: ignore[override]
        return self.mailbox.mails

    def refuse(self, how: str) -> None:
        self.mailbox.to_recipient = {"never": "550 5.7.1 Refused", "later": "451 4.3.0 Later"}.get(how, "")


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """The mail server, on loopback."""
    stand_in = MailServer({"mail_from": "Lantern & Loom <orders@shop.example.com>"})
    with running(stand_in.mailbox) as port:
        stand_in.settings["smtp_url"] = f"smtp://127.0.0.1:{port}"
        yield stand_in


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
        self.status = {"never": 413, "later": 503}.get(how, 201)

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


@dataclass
class Firebase(StandIn):
    """Google's token service, and Firebase Cloud Messaging. Tokens before number `good_from` count as ended."""

    to = "dQw4w9:APA91bFictional-registration_token"
    settings: dict[str, str]
    key: RSAKey
    taken: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    answer: Any = field(default_factory=dict)
    wait: str = ""
    token_status: int = 200
    seconds: int = 3599
    tokens: int = 0
    good_from: int = 1

    def refuse(self, how: str) -> None:
        self.status, word = {"never": (400, "INVALID_ARGUMENT"), "later": (503, "UNAVAILABLE")}.get(how, (200, ""))
        self.answer = fcm_error(self.status, word, word) if word else {}

    async def token(self, request: Request) -> Response:
        asked = dict(parse_qsl((await request.body()).decode()))
        claims = jwt.decode(asked["assertion"], self.key, algorithms=["RS256"]).claims
        assert asked["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        assert claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging"
        assert (claims["iss"], claims["aud"]) == (FCM_ACCOUNT["client_email"], FCM_ACCOUNT["token_uri"])
        assert claims["exp"] - claims["iat"] == 3600
        self.tokens += 1
        given = {"access_token": f"ya29.{self.tokens}", "token_type": "Bearer", "expires_in": self.seconds}
        return JSONResponse(given if self.token_status == 200 else {}, self.token_status)

    async def send(self, request: Request) -> Response:
        number = re.fullmatch(r"Bearer ya29\.(\d+)", request.headers.get("authorization", ""))
        if not number or int(number[1]) < self.good_from:
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


@dataclass
class Merchant(StandIn):
    """A merchant's own system, which checks what it is told."""

    to = "robin@example.com"
    settings: dict[str, str]
    taken: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    status: int = 204
    answer: dict[str, str] = field(default_factory=dict)

    def refuse(self, how: str) -> None:
        self.status = {"never": 422, "later": 503}.get(how, 204)

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


# Every medium has one here, by its code; a medium without one fails tests/contract/test_media.py.
STAND_INS: dict[str, Callable[[], AbstractAsyncContextManager[StandIn]]] = {
    "alexa": alexa,
    "email": mail_server,
    "fcm": firebase,
    "sms": twilio,
    "web_push": push_service,
    "webhook": merchant,
}
