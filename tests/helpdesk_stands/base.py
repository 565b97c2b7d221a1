"""What all stand-ins share: a server that logs, checks the key, fails as it is told, and webhooks to be sent."""

import base64
import json
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any, ClassVar, Literal

from aiohttp import web

SECRET = "whs-example"


@dataclass
class Entry:
    """Something in a thread."""

    id: int
    by: Literal["shopper", "agent", "api"]
    public: bool
    text: str
    key: str = ""


@dataclass
class StandThread:
    """One ticket or conversation, with what the helpdesk itself would keep of it."""

    id: int
    data: dict[str, Any]
    state: str = "open"
    entries: list[Entry] = field(default_factory=list)

    def said(self, public: bool) -> list[str]:
        return [entry.text for entry in self.entries if entry.public is public]


@dataclass(frozen=True)
class Hook:
    """A webhook before it is signed."""

    body: bytes

    @classmethod
    def of(cls, **told: Any) -> "Hook":
        return cls(json.dumps(told).encode())


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
    """How a coming request goes wrong; "lost" is done, but the connection ends before the answer.

    It strikes requests that `only` is part of, after letting `skip` of them pass.
    """

    status: int | Literal["lost"]
    retry_after: str = ""
    only: str = ""
    skip: int = 0


class NotThere(Exception):
    """There is no such thing."""


def basic(user: str, password: str) -> str:
    """The header of HTTP basic authentication, as it must come."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


class Stand(ABC):
    """A helpdesk. Subclasses know its wire format."""

    code: ClassVar[str]

    def __init__(self) -> None:
        self.ids = count(41)
        self.threads: dict[int, StandThread] = {}
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        self.hooks: list[Hook] = []
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    @abstractmethod
    def settings(self) -> dict[str, str]:
        """What a shop sets to work with it."""

    @abstractmethod
    def authorised(self, headers: dict[str, str]) -> bool:
        """Whether a request came with the shop's key."""

    @abstractmethod
    def answer(self, asked: Asked) -> Any:
        """What the helpdesk answers; raises NotThere."""

    @abstractmethod
    def sign(self, body: bytes, at: datetime, secret: str = SECRET) -> dict[str, str]:
        """The headers that a webhook comes with."""

    @abstractmethod
    def entry_hook(self, thread: StandThread, entry: Entry) -> Hook:
        """What is told of a new entry."""

    @abstractmethod
    def state_hook(self, thread: StandThread) -> Hook:
        """What is told of a thread that was solved or reopened."""

    @abstractmethod
    def unknown(self) -> Hook:
        """Something that we have no use for."""

    def say(self, thread: int, text: str, public: bool = True) -> Hook:
        """An agent writes; returns what is told of it."""
        entry = self.add(thread, Entry(next(self.ids), "agent", public, text))
        return self.entry_hook(self.threads[thread], entry)

    def set_state(self, thread: int, solved: bool) -> Hook:
        """An agent solves or reopens; returns what is told of it."""
        self.threads[thread].state = "solved" if solved else "open"
        return self.state_hook(self.threads[thread])

    def begin(self, data: dict[str, Any], state: str = "open") -> StandThread:
        """Open a thread."""
        thread = StandThread(next(self.ids), data, state)
        self.threads[thread.id] = thread
        return thread

    def add(self, thread: int, entry: Entry) -> Entry:
        self.threads[thread].entries.append(entry)
        return entry

    def at(self, pattern: str, path: str) -> tuple[StandThread, str]:
        """The thread that a path names by its number, and which part of it is meant; raises NotThere."""
        one = re.fullmatch(pattern, path)
        if not one or int(one[1]) not in self.threads:
            raise NotThere
        return self.threads[int(one[1])], one[2] or ""

    def wrote(self, method: str = "POST") -> list[Asked]:
        return [asked for asked in self.asked if asked.method == method]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(request.method, request.path, dict(request.query), body, headers)
        self.asked.append(asked)
        if not self.authorised(headers):
            return web.json_response({"error": "Couldn't authenticate you"}, status=401)
        fault = next((fault for fault in self.faults if fault.only in f"{asked.method} {asked.path}"), None)
        if fault:
            self.faults.remove(fault)
            if fault.skip:
                self.faults.append(replace(fault, skip=fault.skip - 1))
                fault = None
        if fault and fault.status != "lost":
            retry = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            return web.json_response({"error": "no"}, status=fault.status, headers=retry)
        try:
            answered = web.json_response(self.answer(asked))
        except NotThere:
            return web.json_response({"error": "RecordNotFound"}, status=404)
        if fault and request.transport:
            request.transport.abort()
        return answered
