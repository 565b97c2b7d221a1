"""Gets a person or opens the chat, about one order or about one that can't be found; proves nothing by itself."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from support.model import Conversation, Inbound, Reply, Ticket, TicketReason
from tracking.model import Order
from tracking.order_status import order_status
from web.track.ports import TrackServices
from web.track.tokens import Tracked
from web.track.words import REASONS

_OPENED = "Thank you. A person will look into it: your ticket is {ticket}."
_ABOUT = "I have a question about order {number}"
_WELCOME = "You come from the page of order {number}, so I know which one you mean. What would you like to know?"
LONGEST_WORDS = 1000
_SAME_VISIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Call:
    """A call for help: `id` is the form's own, so that sending it twice calls once."""

    id: str
    reason: TicketReason
    words: str
    address: str


@dataclass(frozen=True, slots=True)
class _Draft:
    conversation: str
    summary: str
    said: str
    order: Order | None = None
    contact: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


class Helping:
    """Talks to the desk for the page. Each method raises Unavailable when the database doesn't answer."""

    def __init__(self, services: TrackServices) -> None:
        self._services = services

    async def tickets(self, tracked: Tracked) -> tuple[Ticket, ...]:
        """The tickets opened on this order's page, newest first."""
        return await self._services.tickets.of(_conversation(tracked))

    async def about_order(self, tracked: Tracked, order: Order, call: Call) -> str | None:
        """Open a ticket about an order or join the one there is, and return its number."""
        label = REASONS[call.reason]
        draft = _Draft(
            conversation=_conversation(tracked),
            summary=f"{label}: order {order.number}, from the tracking page",
            said=f"{label}: {call.words}" if call.words else label,
            order=order,
            contact=order.customer.email or order.customer.phone,
            details=_details(call, status=order_status(order).status.value),
        )
        return await self._open(draft, call, tracked.key)

    async def about_none(self, contact: str, number: str, call: Call) -> str | None:
        """Open a ticket for somebody whose order can't be found, to be answered at this e-mail address."""
        draft = _Draft(
            conversation=f"track-lost-{hashlib.sha256(contact.encode()).hexdigest()[:24]}",
            summary="Can't find their order on the tracking page",
            said=call.words or "I can't find my order.",
            contact=contact,
            details=_details(call, number=number),
        )
        return await self._open(draft, call, "")

    async def _open(self, draft: _Draft, call: Call, proven: str) -> str | None:
        async def ticket() -> tuple[Reply, ...]:
            await self._prove(draft.conversation, proven)
            number = draft.order.number if draft.order else None
            opened = await self._services.tickets.open(
                draft.conversation, call.reason, draft.summary, number, draft.details, draft.contact
            )
            return (Reply(_OPENED.format(ticket=opened.number)),)

        inbound = Inbound(draft.conversation, f"form-{call.id}", draft.said, client_address=call.address)
        return (await self._services.desk.handle(inbound, ticket)).ticket

    async def chat(self, tracked: Tracked, order: Order, visitor: str, address: str) -> str:
        """The visitor's token for a chat in which this order is proven; the chat goes on where this browser left it.

        It is the browser's own and not the link's: who is forwarded the link must not read what was said.
        """
        prefix = f"{_conversation(tracked)}-"
        known = self._services.visitors.conversation(visitor) or ""
        conversation = known if known.startswith(prefix) else f"{prefix}{secrets.token_hex(12)}"
        await self._welcome(conversation, tracked, order, address)
        return self._services.visitors.token(conversation)

    async def _welcome(self, conversation: str, tracked: Tracked, order: Order, address: str) -> None:
        """Say which order it is about, once per visit; this also begins the time for which the proof is good."""

        async def welcome() -> tuple[Reply, ...]:
            await self._prove(conversation, tracked.key)
            return (Reply(_WELCOME.format(number=order.number)),)

        before = await self._services.desk.conversation(conversation)
        if before is not None and (before.owner != "bot" or self._is_here(before)):
            await self._prove(conversation, tracked.key)
            return
        visit = f"visit-{before.last_at.timestamp():.0f}" if before else "visit"
        inbound = Inbound(conversation, visit, _ABOUT.format(number=order.number), client_address=address)
        await self._services.desk.handle(inbound, welcome)

    def _is_here(self, before: Conversation) -> bool:
        return self._services.clock.now() - before.last_at < _SAME_VISIT

    async def _prove(self, conversation: str, key: str) -> None:
        if key:
            await self._services.proofs.add_verified(conversation, key, "link", self._services.clock.now())


def _conversation(tracked: Tracked) -> str:
    return f"track-{tracked.ref}"


def _details(call: Call, **more: str) -> dict[str, str]:
    found = {"asked_on": "tracking page", "details": call.words, **more}
    return {name: value for name, value in found.items() if value}
