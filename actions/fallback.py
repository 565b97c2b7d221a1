"""What is not our job or not understood: an honest word, and after two in a row the offer of a person."""

import re
from collections.abc import Mapping

from actions.base import Offer, OrderAction, Skill
from actions.finding import identifiers, pick, told_of
from actions.identify import InformIdentifier
from actions.phrases import is_shop_matter
from actions.proving import YES_NO, offer
from actions.turn import Turn
from support.model import TicketReason

_ASKS = re.compile(r"[\s!.]*\?[\s?!.]*")


class Misunderstood(Skill):
    """Answers `out_of_scope`: other shop questions get the offer of a person, anything else a friendly way back."""

    action = "action_misunderstood"

    def __init__(self, wishes: Mapping[str, OrderAction]) -> None:
        super().__init__(next(iter(wishes.values())).services)
        self._inform, self._wishes = InformIdentifier(wishes), wishes

    async def act(self, turn: Turn, offered: Offer | None, misses: int) -> None:  # noqa: ARG002
        """Answer a message that no skill is for."""
        if not is_shop_matter(turn.text) and (identifiers(turn) or await self._means_own_item(turn)):
            await self._inform.reply(turn)
            return
        if _ASKS.fullmatch(turn.text) and await self._answers_alert(turn):
            return
        turn.remember(misunderstandings=misses + 1)
        if is_shop_matter(turn.text) or misses:
            offer(turn, TicketReason.NOT_UNDERSTOOD)
            turn.say("utter_stuck" if misses else "utter_not_my_job", buttons=YES_NO)
            turn.leave_form()
        else:
            turn.say("utter_way_back_brief" if turn.form else "utter_way_back")

    async def _answers_alert(self, turn: Turn) -> bool:
        """Say how the order stands that an alert has just told of, to somebody who answers no more than "?"."""
        mine = await self.services.identity.visible_orders(turn.conversation)
        return await self._wishes["track_order"].open(turn, await told_of(turn, mine))

    async def _means_own_item(self, turn: Turn) -> bool:
        """Say whether a thing in the message is in one of several orders of the shopper ("and what about the hat")."""
        if not turn.heard("item"):
            return False
        return pick(turn, await self.services.identity.visible_orders(turn.conversation)) is not None
