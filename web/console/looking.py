"""Gathers what a page about a conversation or an order shows, and writes into the log that somebody looked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from support.agents import Account
from support.identity import matches
from support.inbox import Note, Proven
from support.model import Conversation, Message, Ticket, TicketChange
from tracking.keys import order_key
from tracking.model import Order
from web.console.canned import filled
from web.console.services import ConsoleServices
from web.order_view import order_view

SHOWN = 100
_LAST = 2**31 - 1
_MOST_ORDERS, _MOST_TOLD = 20, 30


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket with its history."""

    ticket: Ticket
    history: tuple[TicketChange, ...]


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order that matters in a conversation, and how the shopper proved it; `how` is empty where they didn't."""

    number: str
    how: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """All that is shown of a conversation. `canned` are titles with filled words, `order` is the one shown in full."""

    conversation: Conversation
    messages: tuple[Message, ...]
    cases: tuple[Case, ...]
    notes: tuple[Note, ...]
    orders: tuple[OrderLine, ...]
    order: Mapping[str, Any] | None
    canned: tuple[tuple[str, str], ...]
    names: Mapping[str, str]
    colleagues: tuple[Account, ...]

    @property
    def last(self) -> int:
        """The number of the last message shown."""
        return self.messages[-1].number if self.messages else 0


class Looking:
    """Reads for agents; each look is logged before anything is read."""

    def __init__(self, services: ConsoleServices) -> None:
        self._services = services

    async def talk(self, account: Account, conversation: str, order: str, up_to: int | None) -> Talk | None:
        """Everything about a conversation, up to a message or to the newest; None if there is none of this id."""
        services = self._services
        known = await services.desk.conversation(conversation)
        if known is None:
            return None
        await services.inbox.looked(account.id, "conversation", conversation)
        tickets = await services.tickets.of(conversation)
        lines, found = await self._orders(known, tickets)
        chosen = found.get(order_key(order)) or next(iter(found.values()), None)
        accounts = await services.agents.accounts()
        return Talk(
            conversation=known,
            messages=await services.inbox.before(conversation, up_to or _LAST, SHOWN),
            cases=tuple([Case(ticket, await services.tickets.history(ticket.number)) for ticket in tickets]),
            notes=await services.inbox.notes(conversation),
            orders=lines,
            order=await self._shown(account, chosen) if chosen else None,
            canned=self.canned(account, chosen),
            names={one.id: one.name for one in accounts},
            colleagues=tuple(one for one in accounts if one.active),
        )

    async def order(self, account: Account, number: str) -> Mapping[str, Any] | None:
        """An order found by its number, whoever it belongs to."""
        found = await self._services.orders.find(number)
        return await self._shown(account, found) if found else None

    def canned(self, account: Account, order: Order | None) -> tuple[tuple[str, str], ...]:
        """The canned answers, filled from an order."""
        shop = self._services.shop_name
        return tuple((one.title, filled(one, order, account.name, shop)) for one in self._services.canned)

    async def _shown(self, account: Account, order: Order) -> Mapping[str, Any]:
        await self._services.inbox.looked(account.id, "order", order.number)
        told = await self._services.told.of(order_key(order.number), _MOST_TOLD)
        return order_view(order, self._services.clock.now()) | {"told": told}

    async def _orders(
        self, conversation: Conversation, tickets: Sequence[Ticket]
    ) -> tuple[tuple[OrderLine, ...], dict[str, Order]]:
        """The orders that this shopper may see and those that tickets name; what a ticket names comes first."""
        found: dict[str, Order] = {}
        for ticket in tickets:
            named = await self._services.orders.find(ticket.order_number) if ticket.order_number else None
            found |= {order_key(named.number): named} if named else {}
        for order in await self._services.identity.visible_orders(conversation.id):
            found.setdefault(order_key(order.number), order)
        found = dict(list(found.items())[:_MOST_ORDERS])
        proven = {one.order_key: one for one in await self._services.inbox.proven(conversation.id)}
        return tuple(_line(order, conversation, proven.get(key)) for key, order in found.items()), found


def _line(order: Order, conversation: Conversation, proven: Proven | None) -> OrderLine:
    if proven:
        how = "order number and a proof" if proven.how == "proof" else proven.how
        return OrderLine(order.number, how, proven.at)
    if not matches(order, conversation.identity):
        return OrderLine(order.number, "")
    by_phone = conversation.identity.phone == order.customer.phone and conversation.identity.phone
    return OrderLine(order.number, "signed phone number" if by_phone else "signed e-mail address")
