"""Keeps whether a shopper wants updates; sends none."""

from typing import ClassVar

from actions.base import PlainSkill
from actions.turn import Turn


class AlertsOn(PlainSkill):
    """Notes that updates are wanted."""

    action = "action_alerts_on"
    wanted: ClassVar[bool] = True

    async def reply(self, turn: Turn) -> None:
        """Store the wish and say so."""
        await self.services.preferences.set(turn.conversation, self.wanted)
        turn.say("utter_alerts_on" if self.wanted else "utter_alerts_off")


class AlertsOff(AlertsOn):
    """Notes that updates are not wanted."""

    action = "action_alerts_off"
    wanted = False
