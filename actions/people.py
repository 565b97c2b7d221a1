"""Brings in a person: on request, on a complaint, when an offer is accepted; the desk decides who answers then."""

from actions.base import Offer, PlainSkill, Skill, own_order
from actions.case_form import answers
from actions.cases import put_away
from actions.finding import only_number
from actions.identify import InformIdentifier, Wishes
from actions.proving import YES_NO, offer
from actions.turn import Turn
from actions.waiting import keep_contact, say_outlook, take_contact
from support.model import TicketReason


async def open_ticket(turn: Turn, reason: TicketReason) -> None:
    """Open a ticket with what is known, and say its number and what happens next."""
    number = turn.recall("case_order") or turn.recall("order_number")
    seen = await own_order(turn, number)
    about = f" about order {seen.number}" if seen else ""
    wish = (turn.recall("case") or turn.recall("wish") or "").replace("_", " ")
    summary = f"{reason.value.replace('_', ' ').capitalize()}{about}" + (f", last asked for: {wish}" if wish else "")
    ticket = await turn.services.tickets.open(
        turn.conversation, reason, summary, order_number=seen.number if seen else None, details=answers(turn)
    )
    turn.say("utter_person_called", ticket=ticket.number)
    await say_outlook(turn, ticket)


class SpeakToHuman(PlainSkill):
    """Opens a ticket at once, also in the middle of a form."""

    action = "action_speak_to_human"

    async def reply(self, turn: Turn) -> None:
        """Call a person and end what was being asked; "call me at …" may only answer where to."""
        if await take_contact(turn):
            return
        await open_ticket(turn, TicketReason.SPEAK_TO_HUMAN)
        put_away(turn)
        turn.leave_form()


class Complain(PlainSkill):
    """Stays calm and offers a person."""

    action = "action_complaint"

    async def reply(self, turn: Turn) -> None:
        """Say sorry and offer; what was being asked rests, nothing said is lost."""
        offer(turn, TicketReason.COMPLAINT)
        turn.say("utter_complaint", buttons=YES_NO)
        turn.leave_form()


class Affirm(Skill):
    """A "yes" accepts what was offered last; without an offer it is a friendly sign."""

    action = "action_affirm"

    def __init__(self, wishes: Wishes) -> None:
        super().__init__(next(iter(wishes.values())).services)
        self._inform = InformIdentifier(wishes)

    async def act(self, turn: Turn, offer: Offer | None, misses: int) -> None:  # noqa: ARG002
        """Open the ticket that was offered."""
        if only_number(turn):
            await self._inform.reply(turn)
        elif offer and "contact" in offer:
            await keep_contact(turn, offer)
        elif offer:
            await open_ticket(turn, TicketReason(offer["reason"]))
            turn.leave_form()
        elif not turn.form:
            turn.say("utter_affirm")
