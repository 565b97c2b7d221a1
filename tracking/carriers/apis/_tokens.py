"""Keeps one OAuth2 token for many callers, and fetches the next one before it ends; sends nothing itself."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

_MARGIN = 60.0
_LONGEST = 86_400.0


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token and how many seconds it is good for."""

    text: str = field(repr=False)
    seconds: float


class Tokens:
    """Hands out the token that `fetch` gets; of many callers at once, one fetches and the others wait for it."""

    def __init__(self, fetch: Callable[[], Awaitable[Token]], now: Callable[[], float]) -> None:
        self._fetch, self._now = fetch, now
        self._lock = asyncio.Lock()
        self._text, self._until = "", 0.0

    async def get(self) -> str:
        """Return a token that is still good. Raises what fetching one raises."""
        if self._good():
            return self._text
        async with self._lock:
            if not self._good():
                token = await self._fetch()
                lasts = min(max(token.seconds, 0.0), _LONGEST)
                self._text, self._until = token.text, self._now() + lasts - min(_MARGIN, lasts / 10)
            return self._text

    def forget(self, text: str) -> None:
        """Drop a token that was refused, unless it has been replaced meanwhile."""
        if text == self._text:
            self._text = ""

    def _good(self) -> bool:
        return bool(self._text) and self._now() < self._until
