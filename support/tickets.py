"""Opens and reads tickets; who works on them, and how, comes with the agents' console."""

from collections.abc import Mapping
from typing import Any, Literal

from support.model import Ticket, TicketDraft, TicketReason
from support.ports import TicketStore
from tracking.ports import Clock

Priority = Literal["low", "normal", "high", "urgent"]

_PRIORITIES: Mapping[TicketReason, Priority] = {
    TicketReason.MISSING: "high",
    TicketReason.CANCEL: "high",
    TicketReason.CHANGE_ADDRESS: "high",
    TicketReason.COMPLAINT: "high",
    TicketReason.BOT_DOWN: "high",
}


class Tickets:
    """Calls for a person. There is one open ticket per conversation and reason; a second call joins it."""

    def __init__(self, store: TicketStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def open(
        self,
        conversation: str,
        reason: TicketReason,
        summary: str,
        order_number: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> Ticket:
        """Open a ticket or join the open one; `details` holds what an agent needs, as JSON values."""
        draft = TicketDraft(
            conversation, reason, summary, order_number, _PRIORITIES.get(reason, "normal"), dict(details or {})
        )
        return await self._store.open(draft, self._clock.now())

    async def get(self, number: str) -> Ticket | None:
        """The ticket with this number, or None."""
        return await self._store.get(number)

    async def list(self, state: str | None = None, limit: int = 50, before: str | None = None) -> tuple[Ticket, ...]:
        """Newest first; `before` is the number of the last ticket of the page before."""
        return await self._store.list(state, limit, before)

    async def update(self, number: str, changes: Mapping[str, Any]) -> Ticket | None:
        """Set `state` and/or `priority`; None if there is no such ticket."""
        return await self._store.update(number, changes, self._clock.now())
