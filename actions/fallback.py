"""What is not our job or not understood: an honest word, and after two in a row the offer of a person."""

from collections.abc import Mapping

from actions.base import Offer, OrderAction, Skill
from actions.finding import identifiers, pick
from actions.identify import InformIdentifier
from actions.phrases import is_shop_matter
from actions.proving import YES_NO, offer
from actions.turn import Turn
from support.model import TicketReason


class Misunderstood(Skill):
    """Answers `out_of_scope`: other shop questions get the offer of a person, anything else a friendly way back."""

    action = "action_misunderstood"

    def __init__(self, wishes: Mapping[str, OrderAction]) -> None:
        super().__init__(next(iter(wishes.values())).services)
        self._inform = InformIdentifier(wishes)

    async def act(self, turn: Turn, offered: Offer | None, misses: int) -> None:  # noqa: ARG002
        """Answer a message that no skill is for."""
        if not is_shop_matter(turn.text) and (identifiers(turn) or await self._means_own_item(turn)):
            await self._inform.reply(turn)
            return
        turn.remember(misunderstandings=misses + 1)
        if is_shop_matter(turn.text) or misses:
            offer(turn, TicketReason.NOT_UNDERSTOOD)
            turn.say("utter_stuck" if misses else "utter_not_my_job", buttons=YES_NO)
            turn.leave_form()
        else:
            turn.say("utter_way_back_brief" if turn.form else "utter_way_back")

    async def _means_own_item(self, turn: Turn) -> bool:
        """Say whether a thing in the message is in one of several orders of the shopper ("and what about the hat")."""
        if not turn.heard("item"):
            return False
        return pick(turn, await self.services.identity.visible_orders(turn.conversation)) is not None
