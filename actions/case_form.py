"""Reads the answers that a case needs and hands the confirmed case to a person; never pretends that it is done."""

import re
from collections.abc import Mapping
from typing import Any

from actions.base import Offer, PlainSkill, Skill, own_order
from actions.cases import NOT_ASKED, CaseAction, put_away
from actions.finding import (
    MOST_CHOICES,
    corrects_number,
    identifiers,
    likeness,
    lookup,
    only_number,
    order_titles,
    spoken_words,
)
from actions.parcels import plain
from actions.phrases import gives_up, has_looked, is_question
from actions.turn import Turn
from actions.waiting import say_outlook
from support.model import TicketReason

Cases = Mapping[str, CaseAction]

_NO_INTERRUPTION = frozenset({"", "inform_identifier", "out_of_scope", "affirm", "deny", "rate", "complaint"})
_SAME_MATTER = {
    "report_damaged": {"return_refund", "refund_status", "report_missing", "change_order", "track_order"},
    "return_refund": {"report_damaged", "refund_status", "change_order"},
    "change_address": {"delivery_options", "reschedule_delivery", "track_order"},
    "reschedule_delivery": {"delivery_options", "change_address", "delivery_eta"},
    "change_order": {"cancel_order", "return_refund", "report_damaged"},
}
MOST_WORDS_OF_A_YES = 2

_CANCELS = re.compile(r"(?:yes,? )?(?:please )?cancel(?: it| (?:the|my) order)?(?: please)?[.! ]*", re.IGNORECASE)
_REFUSES = re.compile(r"(no|nope|nah)[.! ]*", re.IGNORECASE)
_NEGATION = re.compile(r"^(no|nope|nah|not that|wrong|actually|sorry|wait)\b[,.:;! ]*", re.IGNORECASE)


class ValidateCaseForm(Skill):
    """Reads the answer to the question of a case; an interruption or a correction goes to its own rule."""

    action = "validate_case_form"

    async def act(self, turn: Turn, offer: Offer | None, misses: int) -> None:  # noqa: ARG002
        """Take the message as the answer, a correction, the end of the case, or something else."""
        if not turn.is_fresh():
            return
        turn.remember(case=turn.recall("case"))
        if self._means_it(turn):
            turn.remember(case_confirmed=True)
        elif gives_up(turn.text) or (turn.asked != "case_confirmed" and _REFUSES.fullmatch(turn.text)):
            turn.remember(case_confirmed=False)
            turn.leave_form()
        elif self._is_interruption(turn) or await self._is_other_order(turn):
            turn.pass_on()
        elif turn.asked == "case_confirmed":
            self._confirm(turn)
        elif turn.asked == "case_item":
            await self._item(turn)
        elif turn.label != "affirm" or len(turn.text.split()) > MOST_WORDS_OF_A_YES:
            turn.remember(case_details=said(turn))

    def _means_it(self, turn: Turn) -> bool:
        """Say whether "cancel" answers the question whether to cancel the order, and isn't the wish to stop asking."""
        asked = turn.recall("case") == "cancel_order" and turn.asked == "case_confirmed"
        return asked and bool(_CANCELS.fullmatch(turn.text.strip()))

    def _is_interruption(self, turn: Turn) -> bool:
        case, asks = turn.recall("case"), is_question(turn.text)
        if only_number(turn):
            return False
        if turn.asked == "case_confirmed" and asks and turn.intent not in {"affirm", "deny"}:
            return True
        if turn.intent == case or turn.intent in _NO_INTERRUPTION:
            return False
        if turn.asked != "case_confirmed" and not asks and (not turn.is_certain or turn.heard("date")):
            return False
        return turn.asked == "case_confirmed" or asks or turn.intent not in _SAME_MATTER.get(case, set())

    async def _is_other_order(self, turn: Turn) -> bool:
        """Say whether the message corrects the order number; in an address or a description numbers are just text."""
        typed = identifiers(turn)
        if not typed or not (corrects_number(turn) or turn.asked == "case_confirmed"):
            return False
        order = await lookup(turn, typed[0])
        return order is None or order.number != turn.recall("case_order")

    def _confirm(self, turn: Turn) -> None:
        rest = _NEGATION.sub("", turn.text)
        takes_details = turn.recall("case_details") != NOT_ASKED
        looked = turn.recall("case") == "report_missing" and has_looked(turn.text)
        if looked or (turn.label == "affirm" and not _NEGATION.match(turn.text)):
            turn.remember(case_confirmed=True)
        elif turn.label == "deny" and (len(rest.split()) < 2 or not takes_details):
            turn.remember(case_confirmed=False)
            turn.leave_form()
        elif takes_details:
            corrected = rest != turn.text
            turn.remember(case_details=plain(rest) if corrected else f"{turn.recall('case_details')}; {said(turn)}")
        else:
            turn.say("utter_unclear_case_confirmed")

    async def _item(self, turn: Turn) -> None:
        order = await own_order(turn, turn.recall("case_order"))
        words = spoken_words(turn.text)
        titles = order_titles(order) if order else []
        meant = [title for title in titles if likeness(title, words)]
        places = [int(o) for o in turn.heard("ordinal") if re.fullmatch(r"-?\d", o)]
        if not meant and places and titles and abs(places[0]) <= len(titles):
            meant = [titles[places[0] - 1 if places[0] > 0 else places[0]]]
        if meant or turn.intent not in {"affirm", "inform_identifier"}:
            turn.remember(case_item=plain(", ".join(meant)) if meant else said(turn))


def said(turn: Turn) -> str:
    """Return the message fit to be repeated."""
    return plain(turn.text)


class AskItem(PlainSkill):
    """Asks which item the case is about, with a button for each."""

    action = "action_ask_case_form_case_item"

    async def reply(self, turn: Turn) -> None:
        """Ask."""
        order = await own_order(turn, turn.recall("case_order"))
        titles = [plain(title) for title in order_titles(order)[:MOST_CHOICES]] if order else []
        turn.say("utter_ask_item", items="; ".join(titles), buttons=[(title[:40], title) for title in titles])


class OpenCase(PlainSkill):
    """After the case form: opens the ticket if it was confirmed, and says its number and what happens next."""

    action = "action_open_case"

    def __init__(self, cases: Cases) -> None:
        super().__init__(next(iter(cases.values())).services)
        self._cases = cases

    async def reply(self, turn: Turn) -> None:
        """Open the ticket, or put the case away."""
        case = self._cases.get(turn.recall("case") or "")
        confirmed = turn.recall("case_confirmed")
        if case and confirmed:
            await self._open(turn, case)
        elif case and confirmed is False:
            turn.say("utter_case_dropped")
        if confirmed is not None:
            put_away(turn)

    async def _open(self, turn: Turn, case: CaseAction) -> None:
        number = turn.recall("case_order")
        ticket = await self.services.tickets.open(
            turn.conversation, case.reason, summary(turn, case.reason), order_number=number, details=answers(turn)
        )
        turn.say("utter_ticket_opened", ticket=ticket.number, order=number)
        await say_outlook(turn, ticket)


def answers(turn: Turn) -> dict[str, Any]:
    """Return what the shopper said in the case."""
    said = {"item": turn.recall("case_item"), "details": turn.recall("case_details")}
    return {key: value for key, value in said.items() if value and value != NOT_ASKED}


def summary(turn: Turn, reason: TicketReason) -> str:
    """Return one line for the agent."""
    about = reason.value.replace("_", " ").capitalize()
    return ": ".join([f"{about}, order {turn.recall('case_order')}", *answers(turn).values()])
