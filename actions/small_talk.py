"""Greetings, thanks, help and the like, a "no", and a repetition of the last answer; shows no new order data."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from actions.base import Offer, OrderAction, PlainSkill, Skill, own_order
from actions.finding import identifiers
from actions.identify import InformIdentifier
from actions.turn import Turn
from support.ratings import LONGEST_WORDS, TooLate, read_score

_TALK = frozenset({"greet", "goodbye", "thank_you", "bot_challenge", "help", "rate"})
_BRIEF = frozenset({"greet", "help"})


class SmallTalk(PlainSkill):
    """Answers by the response of the intent; in the middle of a question, more briefly."""

    action = "action_small_talk"

    async def reply(self, turn: Turn) -> None:
        """Answer kindly."""
        intent = turn.label if turn.label in _TALK else "help"
        if intent == "rate":
            await _keep_rating(turn)
        brief = "_brief" if turn.form and intent in _BRIEF else ""
        turn.say(f"utter_{intent}{brief}")


async def _keep_rating(turn: Turn) -> None:
    """Keep the score that the message gives, for the proven order that is spoken of or else for the conversation."""
    score = read_score(turn.text)
    if score is None:
        return
    order = await own_order(turn, turn.recall("order_number"))
    about = {"order": order.number} if order else {"conversation": turn.conversation}
    with suppress(TooLate):
        await turn.services.ratings.add("chat", score, "chat", **about, words=turn.text[:LONGEST_WORDS])


class Deny(Skill):
    """A "no": to an offer, to the order just shown ("no, 1002"), or to nothing in particular."""

    action = "action_deny"

    def __init__(self, wishes: Mapping[str, OrderAction]) -> None:
        super().__init__(next(iter(wishes.values())).services)
        self._inform = InformIdentifier(wishes)

    async def act(self, turn: Turn, offer: Offer | None, misses: int) -> None:  # noqa: ARG002
        """Take the correction if there is one."""
        if identifiers(turn):
            await self._inform.reply(turn)
        elif offer:
            turn.say("utter_ask_contact" if "contact" in offer else "utter_offer_declined")
        elif not turn.form:
            turn.say("utter_deny")


class Repeat(Skill):
    """Says the last answer again, word for word; a question that is open asks itself again."""

    action = "action_repeat"

    async def act(self, turn: Turn, offer: Offer | None, misses: int) -> None:  # noqa: ARG002
        """Repeat, and keep the offer standing if one was made."""
        if offer:
            turn.remember(pending_offer=offer)
        said = last_answer(turn.history)
        if turn.form and len(said) < 2:
            return
        for message in said[:-1] if turn.form else said:
            turn.say_again(message)
        if not said:
            turn.say("utter_nothing_to_repeat")


def last_answer(history: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the bot's messages between the last two of the shopper."""
    users = [place for place, event in enumerate(history) if event.get("event") == "user"]
    start = users[-2] if len(users) > 1 else 0
    end = users[-1] if users else len(history)
    return [event for event in history[start:end] if event.get("event") == "bot"]
