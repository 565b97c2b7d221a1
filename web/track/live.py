"""Tells open pages when their order changes, as server-sent events; draws nothing itself."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

from tracking.errors import Unavailable

T = TypeVar("T")

POLL_SECONDS = 4.0
_REDRAW_SECONDS = 60.0
_PING_SECONDS = 20.0
_LIFE_SECONDS = 30 * 60.0
_PER_ADDRESS = 30
_IN_ALL = 2000


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows: the order's part with its version, and the forms below it."""

    version: str
    html: str
    actions: str


@dataclass(slots=True)
class Listeners:
    """Open connections: so many per client address, and so many in all."""

    open: Counter[str] = field(default_factory=Counter)

    def has_room(self, address: str) -> bool:
        """Whether one more may listen from this address."""
        return self.open[address] < _PER_ADDRESS and self.open.total() < _IN_ALL

    def come(self, address: str) -> None:
        """Count one."""
        self.open[address] += 1

    def leave(self, address: str) -> None:
        """Count one less, and forget addresses that have left."""
        self.open[address] -= 1
        self.open += Counter()


@dataclass(frozen=True, slots=True)
class Watch:
    """How to see that an order changed: `stamp` is cheap and asked often, `draw` only after it has changed.

    `draw` gives None when the page is no more.
    """

    stamp: Callable[[], Awaitable[str]]
    draw: Callable[[], Awaitable[Shown | None]]
    poll_seconds: float = POLL_SECONDS


async def events(watch: Watch, seen: str, listeners: Listeners, address: str) -> AsyncGenerator[str]:
    """Yield the page's parts whenever they are others than those `seen`, until the client leaves or half an hour is up.

    The browser then comes back by itself. A database that doesn't answer is asked again later.
    """
    listeners.come(address)
    begun = spoken = drawn = monotonic()
    stamp: str | None = None
    try:
        yield "retry: 5000\n\n"
        while (now := monotonic()) - begun < _LIFE_SECONDS:
            text, before = "", stamp
            stamp = await _asked(watch.stamp, before)
            # Some words change with the clock alone: "today", or that a parcel has been quiet for too long.
            if stamp != before or now - drawn > _REDRAW_SECONDS:
                drawn, shown = now, await _asked(watch.draw, None)
                if shown and shown.version != seen:
                    seen, text = shown.version, _event(shown)
            if text or now - spoken > _PING_SECONDS:
                spoken = now
                yield text or ": still here\n\n"
            await asyncio.sleep(watch.poll_seconds)
    finally:
        listeners.leave(address)


async def _asked(question: Callable[[], Awaitable[T]], otherwise: T) -> T:
    try:
        return await question()
    except Unavailable:
        return otherwise


def _event(shown: Shown) -> str:
    return f"id: {shown.version}\ndata: {json.dumps({'order': shown.html, 'actions': shown.actions})}\n\n"
