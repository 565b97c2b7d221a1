"""A chat room of the merchant's, as Apprise reaches it: its `json://` target."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response

from alerts.media import media
from alerts.model import Outgoing
from tests.media_stands.base import StandIn
from tests.served import served


@dataclass
class ChatRoom(StandIn):
    """One room. What Apprise does not tell apart, only an address that is not ours refuses for good."""

    says_when = False
    settings: dict[str, str]
    taken: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    unknown: bool = False

    @property
    def to(self) -> str:  # type: ignore[override]
        merchants = media()["apprise"].merchants
        assert merchants
        return merchants(self.settings.get)[0]

    def refuse(self, how: str) -> None:
        self.status, self.unknown = {"later": 503, "busy": 429}.get(how, 200), how == "never"

    def move(self, origin: str) -> None:
        self.settings["apprise_urls"] = origin.replace("http", "json", 1) + "/team"

    def outgoing(self, key: str = "key-1") -> Outgoing:
        """A message to the room, or to one that the settings don't name."""
        message = super().outgoing(key)
        return Outgoing("another", message.text, key) if self.unknown else message

    async def take(self, request: Request) -> Response:
        if self.status == 200:
            self.taken.append(json.loads(await request.body()))
        return Response(status_code=self.status)


@asynccontextmanager
async def chat_room() -> AsyncIterator[ChatRoom]:
    """The room, on loopback."""
    app = FastAPI()
    stand_in = ChatRoom({})
    app.add_api_route("/team", stand_in.take, methods=["POST"], response_model=None)
    async with served(app) as address:
        stand_in.settings["apprise_urls"] = f"json://robin:test-apprise@{address}/team"
        yield stand_in
