"""Opens tickets for parcels in trouble before anybody asks, and closes them when it is over; tells no shopper."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from support.jobs import Job
from support.live import Live, TicketChanged
from support.model import Ticket, TicketDraft, TicketReason
from support.rules import Cause, DeskRules
from support.snapshots import snapshot
from tracking.facts import Occasion
from tracking.findings import explained, finding
from tracking.keys import order_key, tracking_key
from tracking.model import Order, Shipment, Status
from tracking.orders import Orders
from tracking.ports import Clock

WHO = "doorstep"
"""Who opened and closed such tickets, in their history."""
CONVERSATION = "watch:"
"""How the ids of conversations begin that no shopper has begun; there is one for each order and parcel."""
CLOSED_AT_ONCE = 50

REASONS: Mapping[Cause, TicketReason] = {
    Cause.SLOWER: TicketReason.QUIET,
    Cause.STALLED: TicketReason.QUIET,
    Cause.NEVER_SCANNED: TicketReason.QUIET,
    Cause.EXCEPTION: TicketReason.EXCEPTION,
    Cause.CUSTOMS: TicketReason.EXCEPTION,
    Cause.ATTEMPT_FAILED: TicketReason.ATTEMPT_FAILED,
    Cause.RETURNING: TicketReason.RETURNED,
    Cause.RETURNED: TicketReason.RETURNED,
}
OCCASIONS: Mapping[Cause, Occasion] = {
    Cause.SLOWER: Occasion.QUIET,
    Cause.STALLED: Occasion.QUIET,
    Cause.NEVER_SCANNED: Occasion.QUIET,
    Cause.EXCEPTION: Occasion.EXCEPTION,
    Cause.CUSTOMS: Occasion.CUSTOMS,
    Cause.ATTEMPT_FAILED: Occasion.ATTEMPT_FAILED,
    Cause.RETURNING: Occasion.RETURNING,
    Cause.RETURNED: Occasion.RETURNED,
}
ENDS: Mapping[TicketReason, frozenset[Status]] = {
    TicketReason.EXCEPTION: frozenset(
        {
            Status.PICKED_UP,
            Status.IN_TRANSIT,
            Status.OUT_FOR_DELIVERY,
            Status.AVAILABLE_FOR_PICKUP,
            Status.DELIVERED,
        }
    ),
    TicketReason.ATTEMPT_FAILED: frozenset({Status.DELIVERED}),
    TicketReason.RETURNED: frozenset({Status.OUT_FOR_DELIVERY, Status.AVAILABLE_FOR_PICKUP, Status.DELIVERED}),
}
"""The states of a parcel in which a ticket has nothing left to do. One for silence ends with the silence."""
_STILL: Mapping[Occasion, frozenset[Status]] = {
    Occasion.EXCEPTION: frozenset({Status.EXCEPTION, Status.DELAYED}),
    Occasion.CUSTOMS: frozenset({Status.EXCEPTION, Status.DELAYED}),
    Occasion.ATTEMPT_FAILED: frozenset({Status.ATTEMPT_FAILED}),
    Occasion.RETURNING: frozenset({Status.RETURNING}),
    Occasion.RETURNED: frozenset({Status.RETURNED}),
}
_SUMMARIES: Mapping[Cause, str] = {
    Cause.SLOWER: "Parcel {number} is slower than usual.",
    Cause.STALLED: "Parcel {number} has stalled.",
    Cause.NEVER_SCANNED: "Parcel {number} was announced, and no carrier has scanned it.",
    Cause.EXCEPTION: "The carrier reports a problem with parcel {number}.",
    Cause.CUSTOMS: "Parcel {number} is held at customs.",
    Cause.ATTEMPT_FAILED: "The carrier could not deliver parcel {number}.",
    Cause.RETURNING: "Parcel {number} is on its way back.",
    Cause.RETURNED: "Parcel {number} has come back.",
}


TicketsOf = Callable[[str], Awaitable[Sequence[Ticket]]]
"""Gives the tickets of a conversation."""
Knows = Callable[[Order, Sequence[Shipment]], Awaitable[bool]]
"""Whether the shop has an open ticket for the silence of each of these parcels."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a fact is about, as keys: the fact itself, the order and the parcel."""

    fact: str
    order: str
    parcel: str


class WatchStore(Protocol):
    """Tickets that nobody asked for. Every method is one transaction and raises Unavailable."""

    async def open(self, trouble: Trouble, draft: TicketDraft, now: datetime) -> Ticket | None:
        """Open a ticket or join the open one of its conversation and reason.

        None where this fact has done so before, or order or parcel is no more.
        """
        ...

    async def close(self, now: datetime, limit: int) -> Sequence[Ticket]:
        """Solve tickets whose parcel has moved on and on which nobody has worked; return them."""
        ...


class Watcher:
    """Handles facts by the rules' part `before_they_ask`. One fact handled twice opens one ticket."""

    def __init__(self, store: WatchStore, orders: Orders, rules: DeskRules, live: Live, clock: Clock) -> None:
        self._store, self._orders, self._rules = store, orders, rules
        self._live, self._clock, self._watched = live, clock, watched(rules)

    async def fact(self, job: Job) -> None:
        """Open a ticket, if the rules want one of this. Raises Unavailable."""
        told = job.payload
        if Occasion(told["occasion"]) not in self._watched:
            return
        order = await self._orders.find(str(told["order"]))
        parcel = _parcel(order, str(told["parcel"])) if order else None
        if order is None or parcel is None or order.cancelled:
            return
        cause = _cause(Occasion(told["occasion"]), parcel, datetime.fromisoformat(told["at"]))
        if cause is None or cause not in self._rules.before_they_ask:
            return
        trouble = Trouble(str(told["key"]), order_key(order.number), tracking_key(parcel.tracking_number))
        ticket = await self._store.open(trouble, self._draft(cause, order, parcel, trouble), self._clock.now())
        if ticket:
            await self._live.tell(TicketChanged(ticket.conversation, ticket.number))

    async def close_moved_on(self) -> int:
        """Solve what has solved itself; return how many. Raises Unavailable."""
        closed = await self._store.close(self._clock.now(), CLOSED_AT_ONCE)
        for ticket in closed:
            await self._live.tell(TicketChanged(ticket.conversation, ticket.number))
        return len(closed)

    def _draft(self, cause: Cause, order: Order, parcel: Shipment, trouble: Trouble) -> TicketDraft:
        now, early = self._clock.now(), self._rules.before_they_ask[cause]
        what, known = (
            _SUMMARIES[cause].format(number=parcel.tracking_number),
            {"tracking_number": parcel.tracking_number},
        )
        return TicketDraft(
            conversation=conversation_of(trouble.order, trouble.parcel),
            reason=REASONS[cause],
            summary=f"{what} {_why(cause, parcel, now)}".strip(),
            order_number=order.number,
            priority=early.priority,
            details={**known, "carrier": parcel.carrier or "", "found": cause.value},
            due_at=self._rules.hours.after(now, early.due),
            snapshot=snapshot(order, now),
            contact=order.customer.email or order.customer.phone,
        )


def watched(rules: DeskRules) -> frozenset[Occasion]:
    """Return what rules want a ticket of."""
    return frozenset(OCCASIONS[cause] for cause in rules.before_they_ask)


def conversation_of(order: str, parcel: str) -> str:
    """Return the id of the conversation for an order and a parcel of it, by their keys; it tells neither."""
    return CONVERSATION + hashlib.blake2b(f"{order}\x1f{parcel}".encode(), digest_size=16).hexdigest()


def is_ours(conversation: str) -> bool:
    """Whether no shopper began this conversation."""
    return conversation.startswith(CONVERSATION)


async def nobody_knows(_order: Order, _parcels: Sequence[Shipment]) -> bool:
    """Say no: where nobody watches, the shop has no tickets of its own."""
    return False


def shop_knows(tickets: TicketsOf) -> Knows:
    """Return what answers whether the shop knows of a silence."""

    async def knows(order: Order, parcels: Sequence[Shipment]) -> bool:
        keys = [tracking_key(parcel.tracking_number) for parcel in parcels]
        found = [await tickets(conversation_of(order_key(order.number), key)) for key in keys]
        return bool(found) and all(any(_silent(ticket) for ticket in theirs) for theirs in found)

    return knows


def _silent(ticket: Ticket) -> bool:
    return ticket.reason is TicketReason.QUIET and ticket.state != "solved"


def _parcel(order: Order, key: str) -> Shipment | None:
    return next((parcel for parcel in order.shipments if tracking_key(parcel.tracking_number) == key), None)


def _cause(occasion: Occasion, parcel: Shipment, at: datetime) -> Cause | None:
    """Return what the trouble is, None where it is none or the parcel has moved on since."""
    if occasion is Occasion.QUIET:
        found = finding(parcel, at)
        return Cause(found.kind.value) if found else None
    if parcel.status not in _STILL.get(occasion, frozenset()):
        return None
    return next(cause for cause, its in OCCASIONS.items() if its is occasion)


def _why(cause: Cause, parcel: Shipment, now: datetime) -> str:
    """Our own reason where the parcel is silent, else the carrier's words."""
    if OCCASIONS[cause] is Occasion.QUIET:
        found = finding(parcel, now)
        return explained(found) if found else ""
    scan = parcel.state.last_scan
    return f"It says: “{scan.description.rstrip('.')}”." if scan and scan.description else ""
