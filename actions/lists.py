"""Lists the shopper's own orders; those that `Identity` vouches for and no others."""

from actions.base import PlainSkill
from actions.finding import MOST_CHOICES, identifiers
from actions.identify import Wishes, order_buttons, order_lines
from actions.turn import Turn


class ListOrders(PlainSkill):
    """Lists what this conversation may see, or asks for a number to begin with."""

    action = "action_list_orders"

    def __init__(self, wishes: Wishes) -> None:
        super().__init__(next(iter(wishes.values())).services)
        self._wishes = wishes

    async def reply(self, turn: Turn) -> None:
        """List, or answer for the orders that are named."""
        if identifiers(turn):
            await self._wishes["track_order"].reply(turn)
            return
        mine = await self.services.identity.visible_orders(turn.conversation)
        if not mine:
            turn.remember(wish="track_order")
            turn.say("utter_list_unproven")
            turn.open_form("identify_form")
            return
        shown = mine[:MOST_CHOICES]
        turn.remember(choices=[order.number for order in shown])
        amount = "1 order" if len(mine) == 1 else f"{len(mine)} orders"
        turn.say(
            "utter_list_orders",
            count=len(mine),
            amount=amount,
            lines=order_lines(turn, shown),
            buttons=order_buttons(shown),
        )
