"""Passes on that a shopper is typing, seldom enough that nobody can flood the agents with it; knows no transport."""

from collections.abc import Callable
from time import monotonic

from support.live import Live, Typing

_PAUSE_SECONDS = 1.0


class ShopperTyping:
    """What one connection says of its shopper's typing: begun at most once a second, and over as often as begun."""

    def __init__(self, live: Live, conversation: str, clock: Callable[[], float] = monotonic) -> None:
        self._live, self._conversation, self._clock = live, conversation, clock
        self._on, self._next = False, 0.0

    async def set(self, on: bool) -> None:
        """Tell it, if it is news and not too soon."""
        now = self._clock()
        if on is self._on or (on and now < self._next):
            return
        self._on, self._next = on, now + _PAUSE_SECONDS
        await self._live.tell(Typing(self._conversation, "shopper", on))
