"""What all actions share, and the one place where an order is opened to a shopper; knows no wording."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.finding import Found, find_order, is_open, lookup
from actions.proving import prove
from actions.services import Services
from actions.turn import Event, Turn
from actions.waiting import asks_about_ticket, say_ticket
from support.model import ProofResult
from tracking.model import Order

Offer = dict[str, Any]
"""What the last reply offered and a "yes" accepts: `reason` of the ticket to open, or a `contact` for a `ticket`."""


class Skill(Action, ABC):  # type: ignore[misc]
    """An action that answers a turn. An offer, and the count of misunderstandings, live until the next message."""

    action: ClassVar[str]

    def __init__(self, services: Services) -> None:
        self.services = services

    def name(self) -> str:
        """Return the name that rules and forms call."""
        return self.action

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:  # noqa: ARG002
        """Answer one turn, as Rasa asks for it."""
        turn = Turn(dispatcher, tracker, self.services)
        offer: Offer | None = turn.recall("pending_offer")
        misses = int(turn.recall("misunderstandings") or 0)
        if turn.is_fresh():
            if offer:
                turn.remember(pending_offer=None)
            if misses:
                turn.remember(misunderstandings=0)
        if turn.is_fresh() and not turn.form and asks_about_ticket(turn.text):
            await say_ticket(turn)
        else:
            await self.act(turn, offer, misses)
        return turn.events

    @abstractmethod
    async def act(self, turn: Turn, offer: Offer | None, misses: int) -> None:
        """Answer; `misses` counts the turns just before this one that were not understood."""


class PlainSkill(Skill, ABC):
    """A skill to whose answer neither the offer nor the misses matter."""

    async def act(self, turn: Turn, offer: Offer | None, misses: int) -> None:  # noqa: ARG002
        """Answer."""
        await self.reply(turn)

    @abstractmethod
    async def reply(self, turn: Turn) -> None:
        """Answer."""


async def is_theirs(turn: Turn, order: Order) -> bool:
    """Say whether the shopper has proven that this order is theirs: the one check before anything of it is shown."""
    return await turn.services.identity.can_see(turn.conversation, order)


async def own_order(turn: Turn, number: str | None) -> Order | None:
    """Return the order with this number if it is proven to be the shopper's."""
    order = await lookup(turn, number) if number else None
    return order if order and await is_theirs(turn, order) else None


class OrderAction(PlainSkill, ABC):
    """A skill about an order. It shows one only after `Identity.can_see`; else the identify form asks who is asking."""

    wish: ClassVar[str]

    def name(self) -> str:
        """Return the name that rules call: one action for each wish."""
        return f"action_{self.wish}"

    @abstractmethod
    async def answer(self, turn: Turn, order: Order) -> None:
        """Answer about an order that is the shopper's."""

    def concerns(self, order: Order) -> bool:
        """Say whether the wish may well be about this order, to choose among several."""
        return is_open(order)

    async def reply(self, turn: Turn) -> None:
        """Find the order meant, then answer or ask."""
        turn.remember(wish=self.wish)
        found = await find_order(turn, self.concerns)
        if not await self.open(turn, found.order):
            await self._identify(turn, found)

    async def open(self, turn: Turn, order: Order | None) -> bool:
        """Answer if the order is theirs, and say whether it is. A case put aside for this is taken up again."""
        if order is None or not await is_theirs(turn, order):
            return False
        turn.remember(order_number=order.number, proof=None, choices=None)
        if turn.form == "identify_form":
            turn.leave_form()
        await self.answer(turn, order)
        if turn.recall("case") and turn.form != "case_form":
            turn.open_form("case_form")
        return True

    async def _identify(self, turn: Turn, found: Found) -> None:
        number = found.number or None
        turn.remember(order_number=number, choices=[order.number for order in found.choices] or None)
        proof = found.proof or (turn.recall("proof") if number else None)
        turn.remember(proof=None if number else proof)
        result = await prove(turn, number, proof) if number and proof else ProofResult.REFUSED
        if result is ProofResult.VERIFIED:
            await self.open(turn, await self.services.orders.find(str(turn.recall("order_number"))))
        elif result is not ProofResult.LOCKED:
            turn.open_form("identify_form")
