"""Keeps the lists that all agents share for a moment: one change makes every open page ask for them at once."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from time import monotonic
from typing import Any, TypeVar

from support.inbox import Counts, Inbox, Row, View
from support.live import EVERYTHING, Event, Live, OwnerChanged, TicketChanged

_SECONDS = 3.0
T = TypeVar("T")


class Lists:
    """Asks the inbox anew after each hand-over or change of a ticket, and after three seconds in any case.

    Listens from its first use for as long as the program runs.
    """

    def __init__(self, inbox: Inbox, live: Live, clock: Callable[[], float] = monotonic) -> None:
        self._inbox, self._live, self._clock = inbox, live, clock
        self._kept: dict[str, tuple[float, Any]] = {}
        self._changes = 0
        self._listening: AsyncExitStack | None = None

    async def rows(self, view: View, agent: str) -> tuple[Row, ...]:
        """See `support.inbox.Inbox.rows`; one's own are always asked for."""
        if view == "mine":
            return await self._inbox.rows(view, agent)
        return await self._keep(view, lambda: self._inbox.rows(view, ""))

    async def counts(self) -> Counts:
        """See `support.inbox.Inbox.counts`."""
        return await self._keep("counts", self._inbox.counts)

    async def _keep(self, name: str, ask: Callable[[], Awaitable[T]]) -> T:
        if self._listening is None:
            self._listening = AsyncExitStack()
            await self._listening.enter_async_context(self._live.listening(EVERYTHING, self._hear))
        now = self._clock()
        at, kept = self._kept.get(name, (now - 2 * _SECONDS, None))
        if now - at < _SECONDS:
            return kept  # type: ignore[no-any-return]
        changes = self._changes
        found = await ask()
        if changes == self._changes:  # what was read while something changed may be old already
            self._kept[name] = now, found
        return found

    async def _hear(self, event: Event) -> None:
        if isinstance(event, OwnerChanged | TicketChanged):
            self._changes += 1
            self._kept.clear()
