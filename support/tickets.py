"""Opens and reads tickets, with all that a person needs to know in them; who works on them is `handover`'s."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median_low
from typing import Any

from support.masking import Masking
from support.model import Ticket, TicketChange, TicketDraft, TicketReason
from support.ports import TicketStore
from support.rules import Case, DeskRules
from support.snapshots import days_late, snapshot
from tracking.orders import Orders
from tracking.ports import Clock

REOPENED_FOR = timedelta(days=7)
_PICKUPS = 50
_FEWEST_PICKUPS = 5


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a shopper who waits can expect.

    `wait` is how long the last ones waited (half of them less), None where there were too few; `opens_at` is when
    somebody is there again, None while somebody is.
    """

    wait: timedelta | None
    opens_at: datetime | None


class Tickets:
    """Calls for a person. There is one open ticket per conversation and reason; a second call joins it."""

    def __init__(
        self, store: TicketStore, orders: Orders, rules: DeskRules, clock: Clock, masking: Masking | None = None
    ) -> None:
        self._store, self._orders, self._rules, self._clock = store, orders, rules, clock
        self._masking = masking or Masking()

    async def open(
        self,
        conversation: str,
        reason: TicketReason,
        summary: str,
        order_number: str | None = None,
        details: Mapping[str, Any] | None = None,
        contact: str = "",
    ) -> Ticket:
        """Open a ticket or join the open one.

        `order_number` is one that the shopper has proven; the order is written into the ticket as it stands now.
        `details` holds what an agent needs, as JSON values, and is told of tickets that the order has before anybody
        asked; `contact` an e-mail address or phone for a later answer.
        """
        now = self._clock.now()
        order = await self._orders.find(order_number) if order_number else None
        calls = 1 + max((t.calls for t in await self.of(conversation) if t.reason is reason and _is_open(t)), default=0)
        value = order.total.amount if order and order.total else Decimal(0)
        case = Case(reason, days_late(order, now) if order else 0, calls, value)
        priority, due_at = self._rules.judge(case, now)
        early = await self._store.early(order.number) if order else ()
        known = {**(details or {}), **({"already_open": ", ".join(early)} if early else {})}
        draft = TicketDraft(
            conversation=conversation,
            reason=reason,
            summary=self._masking.mask(summary),
            order_number=order_number,
            priority=priority,
            details=self._masking.deep(known),
            due_at=due_at,
            snapshot=snapshot(order, now) if order else None,
            contact=contact,
        )
        return await self._store.open(draft, now)

    async def get(self, number: str) -> Ticket | None:
        """The ticket with this number, or None."""
        return await self._store.get(number)

    async def list(self, state: str | None = None, limit: int = 50, before: str | None = None) -> tuple[Ticket, ...]:
        """Newest first; `before` is the number of the last ticket of the page before."""
        return await self._store.list(state, limit, before)

    async def of(self, conversation: str) -> tuple[Ticket, ...]:
        """All tickets of a conversation, newest first."""
        return await self._store.of(conversation)

    async def update(self, number: str, changes: Mapping[str, Any], who: str) -> Ticket | None:
        """Set `state`, `priority`, `assignee` and/or `contact`, as `who`; None if there is no such ticket."""
        return await self._store.update(number, changes, who, self._clock.now())

    async def reopen(self, conversation: str) -> Ticket | None:
        """Open the newest ticket again, as the shopper, if all are solved and it was solved within seven days."""
        found = await self.of(conversation)
        newest = max(found, key=lambda ticket: ticket.solved_at or self._clock.now(), default=None)
        if newest is None or any(map(_is_open, found)) or newest.solved_at is None:
            return None
        if self._clock.now() - newest.solved_at > REOPENED_FOR:
            return None
        return await self.update(newest.number, {"state": "open"}, "shopper")

    async def history(self, number: str) -> tuple[TicketChange, ...]:
        """All changes of a ticket, oldest first."""
        return await self._store.history(number)

    async def outlook(self) -> Outlook:
        """What somebody who is put in the queue now can expect."""
        now, waits = self._clock.now(), await self._store.pickups(_PICKUPS)
        hours = self._rules.hours
        opens_at = hours.next_opening(now)
        return Outlook(
            median_low(waits) if len(waits) >= _FEWEST_PICKUPS else None,
            opens_at.astimezone(hours.zone) if opens_at and opens_at > now else None,
        )


def _is_open(ticket: Ticket) -> bool:
    return ticket.state != "solved"
