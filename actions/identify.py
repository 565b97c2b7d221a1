"""Asks which order and who is asking, and takes the wish up again; the judge of proof is `Identity` alone."""

from collections.abc import Mapping

from actions.base import Offer, OrderAction, PlainSkill, Skill, is_theirs
from actions.card import headline
from actions.finding import (
    MOST_AT_ONCE,
    MOST_CHOICES,
    Found,
    corrects_number,
    lookup,
    named,
    offered,
    only_number,
    pick,
    proof_in,
    told_of,
)
from actions.phrases import gives_up, has_none, means_all
from actions.proving import YES_NO, offer, prove
from actions.status import item_names
from actions.times import day_of
from actions.turn import Turn
from actions.waiting import take_contact
from support.model import TicketReason
from tracking.model import Order

_STATUS = frozenset({"track_order", "delivery_eta", "order_delayed"})
Wishes = Mapping[str, OrderAction]
_ANSWERS = frozenset({"", "inform_identifier", "affirm", "rate"})


class AskOrderNumber(PlainSkill):
    """Asks for the order number, or lists the shopper's own orders to choose from."""

    action = "action_ask_identify_form_order_number"

    async def reply(self, turn: Turn) -> None:
        """Ask."""
        mine = await self.services.identity.visible_orders(turn.conversation)
        listed = offered(turn, mine) if turn.recall("choices") else []
        if not listed:
            turn.say("utter_ask_number")
            return
        shown = listed[:MOST_CHOICES]
        turn.say("utter_choose_order", count=len(listed), lines=order_lines(turn, shown), buttons=order_buttons(shown))


def order_lines(turn: Turn, orders: list[Order]) -> str:
    """Return a numbered line for each order."""
    if turn.channel == "voice":
        said = (f"number {i}: {item_names(o) or 'an order'}, {headline(o)}" for i, o in enumerate(orders, 1))
        return "; ".join(said)
    return "\n".join(_line(turn, place, order) for place, order in enumerate(orders, 1))


def _line(turn: Turn, place: int, order: Order) -> str:
    if turn.channel == "sms":
        return f"{place}. {order.number}: {headline(order)}"
    placed = day_of(order.placed_at, turn.now, order)
    return f"{place}. {order.number}: {item_names(order) or 'order'}, placed {placed}, {headline(order)}"


def order_buttons(orders: list[Order]) -> list[tuple[str, str]]:
    """Return a button for each order, which sends its number."""
    return [(f"{order.number}: {item_names(order)}"[:40].rstrip(": "), order.number) for order in orders]


class ValidateIdentifyForm(Skill):
    """Reads the answer to "which order?" and "prove it's yours"; what is no answer goes to its own rule."""

    action = "validate_identify_form"

    def __init__(self, wishes: Wishes) -> None:
        super().__init__(next(iter(wishes.values())).services)
        self._wishes = wishes

    async def act(self, turn: Turn, offer: Offer | None, misses: int) -> None:
        """Take the message as an answer if it can be one."""
        if not turn.is_fresh():
            return
        turn.remember(wish=turn.recall("wish"))
        if gives_up(turn.text):
            self._stop(turn)
        elif await self._answered(turn) or await self._all_of_them(turn):
            return
        elif turn.intent in self._wishes and await self._answers_alert(turn):
            turn.pass_on()
        elif has_none(turn.text) and turn.intent != "speak_to_human":
            self._help_out(turn)
        elif turn.intent == "deny" and not offer:
            self._stop(turn)
        elif turn.intent not in _ANSWERS or (offer and turn.intent == "affirm"):
            turn.pass_on()
        else:
            self._unclear(turn, misses)

    async def _answers_alert(self, turn: Turn) -> bool:
        """Whether an alert has come since the question: then a wish is about its order, and the question is settled."""
        return await told_of(turn, await self.services.identity.visible_orders(turn.conversation)) is not None

    async def _answered(self, turn: Turn) -> bool:
        asks_proof = turn.asked == "proof"
        number = turn.recall("order_number")
        if asks_proof and not _is_another_order(turn, number) and (proof := _proof_asked_for(turn, number)):
            await prove(turn, number, proof)
            return True
        may_be_one = turn.intent in _ANSWERS | {"deny", "out_of_scope"} or only_number(turn) or not turn.is_certain
        return may_be_one and await self._named(turn)

    async def _named(self, turn: Turn) -> bool:
        found = await named(turn)
        mine = await self.services.identity.visible_orders(turn.conversation)
        chosen = pick(turn, mine) if turn.asked == "order_number" else None
        if chosen and not found.order:
            turn.remember(order_number=chosen.number, proof="given")
        elif found.number:
            await self._number(turn, found, found.proof or turn.recall("proof"))
        elif found.proof and turn.asked == "order_number":
            turn.remember(proof=found.proof)
        return bool(chosen or found.number or found.proof)

    async def _number(self, turn: Turn, found: Found, proof: str | None) -> None:
        turn.remember(order_number=found.number, proof=None)
        if found.order and await is_theirs(turn, found.order):
            turn.remember(order_number=found.order.number, proof="given")
        elif proof:
            await prove(turn, found.number, proof)

    async def _all_of_them(self, turn: Turn) -> bool:
        """Answer for several orders at once, where the question was where they are."""
        wish = turn.recall("wish")
        if (
            turn.asked != "order_number"
            or wish not in _STATUS
            or not turn.recall("choices")
            or not means_all(turn.text)
        ):
            return False
        for order in offered(turn, await self.services.identity.visible_orders(turn.conversation))[:MOST_AT_ONCE]:
            await self._wishes[wish].open(turn, order)
        turn.remember(wish=None)
        return True

    def _stop(self, turn: Turn) -> None:
        turn.remember(wish=None, proof=None, choices=None, order_number=None, case=None)
        turn.say("utter_dropped")
        turn.leave_form()

    def _help_out(self, turn: Turn) -> None:
        turn.say(f"utter_where_to_find_{turn.asked}", buttons=YES_NO)
        offer(turn, TicketReason.SPEAK_TO_HUMAN)
        turn.leave_form()

    def _unclear(self, turn: Turn, misses: int) -> None:
        if misses:
            turn.say("utter_stuck", buttons=YES_NO)
            offer(turn, TicketReason.NOT_UNDERSTOOD)
            turn.leave_form()
            return
        turn.remember(misunderstandings=misses + 1)
        turn.say(f"utter_unclear_{turn.asked}")


def _is_another_order(turn: Turn, asked_about: str) -> bool:
    """Say whether "sorry, …" corrects the order number rather than the proof: then it is written like that number."""
    if not corrects_number(turn):
        return False
    said = next(iter(turn.heard("order_number") or turn.heard("number")), "")
    plain = said.isdigit() and asked_about.isdigit() and "#" not in turn.text and "order" not in turn.text.lower()
    return not plain or (len(said) == len(asked_about) and (said[0] == "0") is (asked_about[0] == "0"))


def _proof_asked_for(turn: Turn, order_number: str) -> str:
    """Return the proof in an answer to that very question: any number counts, spoken or typed."""
    number = next(iter(turn.heard("number")), "") if only_number(turn) else ""
    again = [order_number] if len(turn.heard("number")) > 1 else []
    return proof_in(turn, again) or number or _odd_proof(turn)


def _odd_proof(turn: Turn) -> str:
    """A short message with digits or an @ may be a postcode or an address of a kind nobody taught us."""
    text = turn.text
    odd = len(text) <= 60 and len(text.split()) <= 3 and any(c.isdigit() or c == "@" for c in text)
    return text if odd and not turn.heard("order_number") else ""


class Continue(PlainSkill):
    """After the identify form: answers the wish that waited, if the order is now proven."""

    action = "action_continue"

    def __init__(self, wishes: Wishes) -> None:
        super().__init__(next(iter(wishes.values())).services)
        self._wishes = wishes

    async def reply(self, turn: Turn) -> None:
        """Answer the wish, or nothing if the form ended without an order."""
        wish, number = turn.recall("wish"), turn.recall("order_number")
        if wish in self._wishes and number:
            await self._wishes[wish].open(turn, await lookup(turn, number))


class InformIdentifier(PlainSkill):
    """A number or proof out of the blue: the wish spoken of last, else the status, is answered for that order."""

    action = "action_inform_identifier"

    def __init__(self, wishes: Wishes) -> None:
        super().__init__(next(iter(wishes.values())).services)
        self._wishes = wishes

    async def reply(self, turn: Turn) -> None:
        """Answer for the order named, unless it is where the shopper can be reached."""
        if await take_contact(turn):
            return
        wish = turn.recall("case") if turn.form == "case_form" else turn.recall("wish")
        proven = await self.services.identity.visible_orders(turn.conversation)
        again = wish in _STATUS or turn.form or not proven
        await self._wishes[wish if again and wish in self._wishes else "track_order"].reply(turn)
