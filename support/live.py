"""Tells whoever is listening what happens in conversations, in this process and through a relay in others."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from support.model import Author, Message, Owner


@dataclass(frozen=True, slots=True)
class Said:
    """These messages were stored."""

    conversation: str
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class OwnerChanged:
    """Somebody else answers now, or a person was called for; `name` is the person's."""

    conversation: str
    owner: Owner
    name: str = ""


@dataclass(frozen=True, slots=True)
class Typing:
    """Somebody is writing, or has stopped."""

    conversation: str
    author: Author
    on: bool


@dataclass(frozen=True, slots=True)
class TicketChanged:
    """A ticket of this conversation was opened or changed."""

    conversation: str
    ticket: str


Event = Said | OwnerChanged | Typing | TicketChanged
Listener = Callable[[Event], Awaitable[None]]
Read = Callable[[str, int, int], Awaitable[tuple[Message, ...]]]
"""Reads messages of a conversation: those after a number, at most so many."""
EVERYTHING: Literal[""] = ""
"""The topic of those who want to hear of every conversation."""


class Relay(Protocol):
    """Carries short texts to the other processes."""

    async def publish(self, text: str) -> None:
        """Send one; a text that is lost costs a listener there the news until it next asks."""
        ...


class Live:
    """Who listens to which conversation."""

    def __init__(self) -> None:
        self.relay: Relay | None = None
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)

    @asynccontextmanager
    async def listening(self, topic: str, listener: Listener) -> AsyncIterator[None]:
        """Tell `listener` of all that happens in a conversation, or in EVERYTHING, from now on until the block ends."""
        self._listeners[topic].add(listener)
        try:
            yield
        finally:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]

    async def tell(self, event: Event) -> None:
        """Tell everybody, here and elsewhere."""
        await self._tell_here(event)
        if self.relay:
            await self.relay.publish(_written(event))

    async def relayed(self, text: str, read: Read) -> None:
        """Tell the listeners here what happened in another process; messages are read where they are stored."""
        told = json.loads(text)
        kind, conversation = told.pop("kind"), told["conversation"]
        if kind == "Said" and self._anyone(conversation):
            first, last = told["numbers"]
            await self._tell_here(Said(conversation, await read(conversation, first - 1, last - first + 1)))
        elif kind in _PLAIN:
            await self._tell_here(_PLAIN[kind](**told))

    def _anyone(self, conversation: str) -> bool:
        return conversation in self._listeners or EVERYTHING in self._listeners

    async def _tell_here(self, event: Event) -> None:
        for topic in (event.conversation, EVERYTHING):
            for listener in tuple(self._listeners.get(topic, ())):
                await listener(event)


_PLAIN: dict[str, Callable[..., Event]] = {kind.__name__: kind for kind in (OwnerChanged, Typing, TicketChanged)}


def _written(event: Event) -> str:
    told: dict[str, Any] = {name: getattr(event, name) for name in event.__dataclass_fields__}
    if isinstance(event, Said):
        told = {"conversation": event.conversation, "numbers": [event.messages[0].number, event.messages[-1].number]}
    return json.dumps({"kind": type(event).__name__, **told})
