"""Does what the tools promise: words come from the desk, facts from the orders of the linked shopper and no other."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from channels.base import ChannelServices
from skills.mcp_server import words
from skills.mcp_server.shapes import (
    AboutAll,
    AboutOne,
    AboutOrder,
    Called,
    Given,
    Nothing,
    Problem,
    Reported,
    Told,
    Wish,
)
from skills.mcp_server.showing import choice, is_open, shown
from skills.mcp_server.speech import speakable
from support import wording
from support.cleaning import clean
from support.desk import Instead
from support.identity import matches
from support.model import Inbound, Link, Reply, TicketReason, Turn
from tracking.errors import DoorstepError
from tracking.keys import order_key
from tracking.model import Order

SECONDS = 6.5
"""How long the desk may take: assistants that speak give a tool about 8 s, and the answer has to travel."""

MOST_ORDERS = 20
_REASONS = {
    "missing": TicketReason.MISSING,
    "damaged": TicketReason.DAMAGED,
    "late": TicketReason.LATE,
    "wrong_item": TicketReason.DAMAGED,  # as the bot takes it up: what came isn't what was bought
    "other": TicketReason.COMPLAINT,
}


class Refused(DoorstepError):
    """The tool can't do it; the message is for the shopper's ear."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose assistant calls, and the id under which the desk keeps this call: the same one does nothing twice."""

    link: Link
    message_id: str

    @property
    def conversation(self) -> str:
        """Our name for all that is said over this link."""
        return f"mcp:{self.link.id}"


@dataclass(frozen=True, slots=True)
class Said:
    """What the desk said in time, if anything, and the ticket it led to."""

    say: str
    still_looking: bool = False
    ticket: str | None = None


class Helping:
    """The tools by name. Each raises Refused, or Unavailable when the database is down."""

    def __init__(self, services: ChannelServices, seconds: float = SECONDS) -> None:
        self._services, self._seconds = services, seconds
        self._tools: dict[str, Callable[[Caller, Given], Awaitable[Told]]] = {
            "list_my_orders": self._list,
            "track_order": self._track,
            "explain_delay": self._explain,
            "report_problem": self._report,
            "talk_to_a_person": self._call,
        }

    async def use(self, name: str, caller: Caller, given: Given) -> Told:
        """Use a tool; `given` is of the type that it takes."""
        return await self._tools[name](caller, given)

    async def _list(self, caller: Caller, given: Given) -> Told:
        assert isinstance(given, Nothing)
        mine, now = await self._orders(caller), self._services.clock.now()
        said = await self._ask(caller, "list my orders") if mine else Said(words.NO_ORDERS)
        orders = [shown(order, now) for order in mine[:MOST_ORDERS]]
        return AboutAll(**self._told(said), orders=orders, total=len(mine))

    async def _track(self, caller: Caller, given: Given) -> Told:
        return await self._about_one(caller, given, "where is my order {number}")

    async def _explain(self, caller: Caller, given: Given) -> Told:
        return await self._about_one(caller, given, "why is order {number} late")

    async def _about_one(self, caller: Caller, given: Given, question: str) -> Told:
        assert isinstance(given, AboutOrder)
        meant = await self._meant(caller, given.order_number or "")
        if len(meant) != 1:
            said = Said(speakable([words.which(meant)]) if meant else words.NO_ORDERS)
            return AboutOne(**self._told(said), order=None, choices=[choice(order) for order in meant])
        said = await self._ask(caller, question.format(number=meant[0].number))
        return AboutOne(**self._told(said), order=shown(meant[0], self._services.clock.now()), choices=[])

    async def _meant(self, caller: Caller, number: str) -> list[Order]:
        """The order of this number; without one, those still open, else the newest."""
        mine = await self._orders(caller)
        if order_key(number):
            return [_one(mine, number)]
        return [order for order in mine if is_open(order)][:MOST_ORDERS] or mine[:1]

    async def _report(self, caller: Caller, given: Given) -> Told:
        assert isinstance(given, Problem)
        order = _one(await self._orders(caller), given.order_number)
        details, reason = clean(given.details), _REASONS[given.kind]
        summary = f"{given.kind.replace('_', ' ').capitalize()}: order {order.number}, told to an assistant"

        async def pass_on() -> tuple[Reply, ...]:
            found = {"kind": given.kind, "details": details}
            ticket = await self._services.tickets.open(caller.conversation, reason, summary, order.number, found)
            return (Reply(words.REPORTED if ticket.calls == 1 else words.ADDED),)

        said = await self._ask(caller, words.problem(order.number, given.kind, details), pass_on)
        return Reported(**self._told(said), order=shown(order, self._services.clock.now()))

    async def _call(self, caller: Caller, given: Given) -> Told:
        assert isinstance(given, Wish)
        if message := clean(given.message):
            await self._keep(caller, message)
        return Called(**self._told(await self._ask(caller, "I want to talk to a person")))

    async def _keep(self, caller: Caller, message: str) -> None:
        """Have the shopper's words in the conversation and on the ticket before the bot is asked."""

        async def open_ticket() -> tuple[Reply, ...]:
            summary, details = "Asked an assistant for a person", {"message": message}
            reason = TicketReason.SPEAK_TO_HUMAN
            await self._services.tickets.open(caller.conversation, reason, summary, None, details)
            return ()

        await self._services.answering.answer(
            self._inbound(Caller(caller.link, f"{caller.message_id}-message"), message),
            self._seconds,
            None,
            open_ticket,
        )

    async def _orders(self, caller: Caller) -> list[Order]:
        """The shopper's own, the newest first. Others' are never even read, so that nothing tells them from none."""
        identity = caller.link.identity
        found = await self._services.orders.for_contact(identity.phone or None, identity.email or None)
        return [order for order in found if matches(order, identity)]

    async def _ask(self, caller: Caller, text: str, instead: Instead | None = None) -> Said:
        turn = await self._services.answering.answer(self._inbound(caller, text), self._seconds, None, instead)
        if turn is None:
            return Said(words.STILL_LOOKING, still_looking=True)
        texts = [reply.text for reply in turn.replies]
        if texts == [wording.TOO_FAST]:
            raise Refused(wording.TOO_FAST)
        return Said(speakable(texts) or await self._silence(turn), ticket=turn.ticket)

    async def _silence(self, turn: Turn) -> str:
        """What to say when the bot is silent: a person has the conversation, and may have written."""
        if turn.owner != "human":
            return words.NOTHING
        last = await self._services.desk.last_reply(turn.conversation)
        wrote = last.text if last and last.author == "agent" else ""
        return speakable([words.PERSON_WROTE.format(text=wrote)]) if wrote else words.WITH_PERSON

    def _inbound(self, caller: Caller, text: str) -> Inbound:
        return Inbound(caller.conversation, caller.message_id, text, "voice", caller.link.identity)

    def _told(self, said: Said) -> dict[str, Any]:
        return {
            "say": said.say,
            "as_of": self._services.clock.now(),
            "still_looking": said.still_looking,
            "ticket": said.ticket,
        }


def _one(orders: list[Order], number: str) -> Order:
    """The order of this number. Raises Refused, in the same words whether it is unknown or somebody else's."""
    found = next((order for order in orders if order_key(order.number) == order_key(number)), None)
    if found is None:
        raise Refused(words.NOT_FOUND)
    return found
