"""What all stand-ins share: a server that logs, checks keys and tokens, fails as it is told, and knows some parcels."""

import asyncio
import base64
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any, ClassVar

from aiohttp import web

from tracking.model import Status

START = datetime(2026, 11, 16, 9, 30, tzinfo=timezone(timedelta(hours=-5)))
"""When the first scan of every parcel was made; the others follow, six hours after one another."""
USUAL = {
    "label": Status.LABEL_CREATED,
    "picked_up": Status.PICKED_UP,
    "transit": Status.IN_TRANSIT,
    "customs": Status.DELAYED,
    "delay": Status.DELAYED,
    "exception": Status.EXCEPTION,
    "attempt": Status.ATTEMPT_FAILED,
    "out": Status.OUT_FOR_DELIVERY,
    "pickup": Status.AVAILABLE_FOR_PICKUP,
    "delivered": Status.DELIVERED,
    "returning": Status.RETURNING,
    "unheard": Status.UNKNOWN,
}
"""What each kind of scan is to us."""
SIGNED_BY = "A. EXAMPLE"
DUE = date(2026, 11, 19)


@dataclass(frozen=True)
class Asked:
    """A request that came in."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True)
class Fault:
    """How a coming request goes wrong. `hang`: it is never answered; `lost`: its connection ends without an answer."""

    status: int = 200
    body: bytes = b'{"error": "no"}'
    retry_after: str = ""
    content_type: str = "application/json"
    hang: bool = False
    lost: bool = False
    squeezed: bool = False
    token: bool = False
    """Whether it strikes requests for a token, rather than questions."""


@dataclass
class Known:
    """A parcel: the kinds of its scans, oldest first."""

    kinds: tuple[str, ...]
    signed_by: str = ""
    due: bool = True
    at: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.at = [START + timedelta(hours=6 * place) for place in range(len(self.kinds))]


class CarrierStand(ABC):
    """An API. Subclasses know its wire format: how a scan looks (`scan`) and an answer (`answer`)."""

    code = ""
    carrier = ""
    number = ""
    token_path = ""
    zone = timezone(timedelta(hours=-5))
    zone_source = "offset"
    proves = False
    estimates = False
    registers = False
    kinds: tuple[str, ...]
    """The kinds of scans that it knows."""
    unlike: ClassVar[Mapping[str, Status]] = {}
    """Those of them that its words make something else of than is usual."""

    def __init__(self) -> None:
        self.parcels: dict[str, Known] = {}
        self.registered: list[str] = []
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        self.tokens = 0
        self.token_seconds: object = 3600
        self.token = ""
        self._runner: web.AppRunner | None = None
        self.hung = asyncio.Event()
        self._hanging = asyncio.Event()
        self.url = ""

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self._hanging.set()
        if self._runner:
            await self._runner.cleanup()

    @property
    def expected(self) -> dict[str, Status]:
        """What each kind of scan that it knows is to us."""
        return {kind: USUAL[kind] for kind in self.kinds} | dict(self.unlike)

    def settings(self) -> dict[str, str]:
        """All it takes to ask the stand-in."""
        return {f"{self.code}_api_url": self.url, **self.keys()}

    @abstractmethod
    def keys(self) -> dict[str, str]:
        """The settings that hold its keys."""

    def authorised(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == f"Bearer {self.token}" and bool(self.token)

    def is_client(self, asked: Asked) -> bool:
        """Whether a request for a token is by our client."""
        form = asked.body
        return (form.get("client_id"), form.get("client_secret")) == ("client-example", "secret-example")

    @abstractmethod
    def reply(self, asked: Asked) -> tuple[int, Any]:
        """Answer a request that was let in."""

    @abstractmethod
    def scan(self, kind: str, at: datetime) -> dict[str, Any]:
        """How a scan of this kind is written."""

    @abstractmethod
    def answer(self, number: str, known: Known) -> Any:
        """What is said of a parcel."""

    def scans(self, known: Known) -> list[dict[str, Any]]:
        """The scans of a parcel, newest first, as nearly all carriers list them."""
        pairs = zip(known.kinds, known.at, strict=True)
        return [self.scan(kind, at.astimezone(self.zone)) for kind, at in pairs][::-1]

    def expire(self) -> None:
        """Let the token in use end."""
        self.token = ""

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(
            request.method,
            request.path,
            dict(request.query),
            await self._body(request),
            {name.lower(): value for name, value in request.headers.items()},
        )
        if self.token_path and request.path == self.token_path:
            return await self._strike(request, True) or self._give_token(asked)
        self.asked.append(asked)
        struck = await self._strike(request, False)
        if struck is not None:
            return struck
        if not self.authorised(asked):
            return web.json_response({"error": "who are you"}, status=401)
        status, told = self.reply(asked)
        if isinstance(told, str):
            return web.Response(text=told, status=status, content_type="application/xml")
        return web.json_response(told, status=status)

    async def _body(self, request: web.Request) -> Any:
        if not request.can_read_body:
            return None
        if "json" in request.content_type:
            return await request.json()
        return dict(await request.post())

    async def _strike(self, request: web.Request, token: bool) -> web.StreamResponse | None:
        fault = next((fault for fault in self.faults if fault.token is token), None)
        if fault is None:
            return None
        self.faults.remove(fault)
        if fault.hang:
            self.hung.set()
            await self._hanging.wait()
        if fault.lost and request.transport:
            request.transport.abort()
        headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        if fault.squeezed:
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=fault.body, status=fault.status, headers=headers, content_type=fault.content_type)

    def _give_token(self, asked: Asked) -> web.Response:
        if not self.is_client(asked):
            return web.json_response({"error": "invalid_client"}, status=401)
        self.tokens += 1
        self.token = f"token-{self.code}-{self.tokens}"
        given = {"access_token": self.token, "token_type": "Bearer", "expires_in": self.token_seconds}
        return web.json_response(given)


def basic(user: str, password: str) -> str:
    """The value of HTTP basic authentication."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def compact(told: Any) -> bytes:
    """JSON as bytes."""
    return json.dumps(told).encode()
