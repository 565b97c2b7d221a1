"""The console's socket: tells an agent's page what happens, and the shopper that the agent is typing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

from support.agents import Session
from support.limits import RateLimit
from support.live import EVERYTHING, Event, OwnerChanged, Said, TicketChanged, Typing
from tracking.errors import Unavailable
from web.console.access import Access
from web.console.rendering import Pages
from web.console.services import ConsoleServices

Frame = dict[str, Any]
Id = Annotated[str, StringConstraints(max_length=255)]
_POLICY, _TRY_LATER = 1008, 1013
_WAITING = 500
_BAD_FRAMES = 10
_FRAMES_A_MINUTE = 240
_CHECK_SECONDS = 30.0
_PREVIEW = 140
_PAGE = 200


class Open(BaseModel):
    """This conversation is on the screen, up to message `after`; empty: none is."""

    type: Literal["open"]
    conversation: Id
    after: int = Field(ge=0, le=10**9)


class Watch(BaseModel):
    """These conversations are in the list on the screen."""

    type: Literal["watch"]
    conversations: list[Id] = Field(max_length=200)


class AgentTyping(BaseModel):
    """The agent is writing in the open conversation, or has stopped."""

    type: Literal["typing"]
    on: bool


class Awake(BaseModel):
    """The person did something on the page."""

    type: Literal["awake"]


Heard = TypeAdapter[Open | Watch | AgentTyping | Awake](
    Annotated[Open | Watch | AgentTyping | Awake, Field(discriminator="type")]
)


def add_live(router: APIRouter, services: ConsoleServices, access: Access, pages: Pages) -> None:
    """WS /console/live."""

    @router.websocket("/live")
    async def live(socket: WebSocket) -> None:
        session = await access.session(socket) if access.own_origin(socket, required=True) else None
        if session is None:
            return await socket.close(_POLICY)
        await socket.accept()
        with suppress(WebSocketDisconnect, RuntimeError):
            await Seat(services, pages, socket, session, access.token(socket)).serve()
        return None


class Seat:
    """One open page of an agent. A page that stops reading is cut off: it asks for what it missed when it is back."""

    def __init__(
        self, services: ConsoleServices, pages: Pages, socket: WebSocket, session: Session, token: str
    ) -> None:
        self._services, self._pages, self._socket, self._session, self._token = services, pages, socket, session, token
        self._queue: asyncio.Queue[Event | Open | None] = asyncio.Queue(_WAITING)
        self._limit = RateLimit(_FRAMES_A_MINUTE, 60.0)
        self._open, self._last, self._agent_name = "", 0, ""
        self._watched: frozenset[str] = frozenset()
        self._typing = ""

    async def serve(self) -> None:
        """Serve until either side leaves or the session ends."""
        live = self._services.desk.live
        try:
            async with live.listening(EVERYTHING, self._hear):
                tasks = [asyncio.create_task(part) for part in (self._send(), self._listen(), self._guard())]
                try:
                    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            await self._tell_typing(False)
        await self._socket.close(_TRY_LATER)

    async def _hear(self, event: Event) -> None:
        """Queue what concerns this page; where there is no room left, end it instead."""
        if isinstance(event, Said | Typing) and event.conversation not in {self._open, *self._watched}:
            return
        self._put(event)

    def _put(self, item: Event | Open) -> None:
        try:
            self._queue.put_nowait(item)
        except asyncio.QueueFull:
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(None)

    async def _send(self) -> None:
        while (item := await self._queue.get()) is not None:
            try:
                async for frame in self._frames(item):
                    await self._socket.send_text(json.dumps(frame))
            except Unavailable:
                return  # the page comes back, and asks again

    async def _frames(self, item: Event | Open) -> AsyncIterator[Frame]:
        match item:
            case Open():
                await self._show(item)
                async for frame in self._missed():
                    yield frame
            case Said():
                async for frame in self._said(item):
                    yield frame
            case Typing(self._open, "shopper", on):
                yield {"type": "typing", "on": on}
            case OwnerChanged(conversation, owner, name):
                if conversation == self._open:
                    self._agent_name = name or self._agent_name
                yield {"type": "changed", "conversation": conversation, "owner": owner}
            case TicketChanged():
                yield {"type": "changed", "conversation": item.conversation, "owner": None}

    async def _said(self, said: Said) -> AsyncIterator[Frame]:
        if said.conversation == self._open:
            async for frame in self._missed(said):
                yield frame
        last = next((message for message in reversed(said.messages) if message.author != "bot"), None)
        if last and said.conversation in self._watched:
            words = {"author": last.author, "preview": last.text[:_PREVIEW], "at": last.at.isoformat()}
            yield {"type": "said", "conversation": said.conversation, **words}

    async def _show(self, opened: Open) -> None:
        self._open, self._last = opened.conversation, opened.after
        known = await self._services.desk.conversation(opened.conversation) if opened.conversation else None
        self._agent_name = known.agent.name if known and known.agent else ""
        if known is None:
            self._open = ""
        else:
            await self._services.inbox.looked(self._session.account.id, "conversation", known.id)

    async def _missed(self, said: Said | None = None) -> AsyncIterator[Frame]:
        """What the page has not seen of the open conversation, from what was said or else from the store."""
        new = tuple(m for m in said.messages if m.number > self._last) if said else ()
        if said and not new:
            return
        if not new or new[0].number != self._last + 1:
            new = await self._services.desk.history(self._open, self._last, _PAGE) if self._open else ()
        while new:
            self._last = new[-1].number
            html = self._pages.messages(new, self._agent_name)
            by_shopper = any(message.author == "shopper" for message in new)
            yield {"type": "messages", "html": html, "last": self._last, "shopper": by_shopper}
            new = await self._services.desk.history(self._open, self._last, _PAGE) if len(new) == _PAGE else ()

    async def _listen(self) -> None:
        bad = 0
        while bad < _BAD_FRAMES:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                heard = Heard.validate_json(message.get("text") or "")
            except ValidationError:
                bad += 1
                continue
            if self._limit.allow(""):
                await self._heed(heard)

    async def _heed(self, heard: Open | Watch | AgentTyping | Awake) -> None:
        match heard:
            case Open():
                await self._tell_typing(False)
                self._put(heard)
            case Watch():
                self._watched = frozenset(heard.conversations)
            case AgentTyping():
                await self._tell_typing(heard.on)
            case Awake():
                await self._awake()

    async def _awake(self) -> None:
        with suppress(Unavailable):
            if session := await self._services.agents.session(self._token):
                await self._services.agents.awake(session)

    async def _tell_typing(self, on: bool) -> None:
        """Tell the shopper, if this agent has the conversation; and that it is over, in any case."""
        live = self._services.desk.live
        if not on:
            over, self._typing = self._typing, ""
            if over:
                await live.tell(Typing(over, "agent", False))
            return
        with suppress(Unavailable):
            known = await self._services.desk.conversation(self._open) if self._open else None
            if known and known.agent and known.agent.id == self._session.account.id:
                self._typing = known.id
                await live.tell(Typing(known.id, "agent", True))

    async def _guard(self) -> None:
        """End with the session: it may have expired, or been ended elsewhere."""
        while True:
            await asyncio.sleep(_CHECK_SECONDS)
            with suppress(Unavailable):
                if await self._services.agents.session(self._token) is None:
                    await self._socket.send_text(json.dumps({"type": "signed_out"}))
                    return
