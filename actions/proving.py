"""Tries a proof for an order number and says what came of it; wrong number and wrong proof sound the same."""

from actions.finding import lookup
from actions.turn import Turn
from support.model import ProofResult, TicketReason
from tracking.carriers.detection import detect, tracking_url

YES_NO = (("Yes", "Yes"), ("No", "No"))


async def prove(turn: Turn, number: str, proof: str) -> ProofResult:
    """Let Identity judge. Verified: the order's own number is kept. Locked: the wish is dropped, a person offered."""
    order = await lookup(turn, number)
    result = await turn.services.identity.prove(turn.conversation, order.number if order else number, proof)
    if result is ProofResult.VERIFIED and order:
        turn.remember(order_number=order.number, proof="given")
    elif result is ProofResult.LOCKED:
        _lock(turn)
    else:
        turn.remember(proof=None)
        _refuse(turn, number)
    return result


def _lock(turn: Turn) -> None:
    turn.remember(wish=None, order_number=None, proof=None, choices=None)
    offer(turn, TicketReason.LOCKED_OUT)
    turn.say("utter_locked", buttons=YES_NO)
    turn.leave_form()


def _refuse(turn: Turn, number: str) -> None:
    couriers = detect(number)
    if len(number) < 8 or not couriers:
        turn.say("utter_not_matched")
        return
    url = tracking_url(couriers[0].carrier, number)
    turn.say("utter_not_matched_parcel", carrier=couriers[0].name, link=f": {url}" if url else "")


def offer(turn: Turn, reason: TicketReason) -> None:
    """Remember that a person was offered, so that "yes" opens the ticket."""
    turn.remember(pending_offer={"reason": reason.value})
