"""Hands conversations from the bot to a person and back; exactly one of them speaks at a time."""

from datetime import timedelta

from support import wording
from support.cleaning import clean
from support.live import Live, OwnerChanged, Said, TicketChanged
from support.model import Agent, Message, Ticket
from support.ports import HandoverStore
from support.tickets import Tickets
from tracking.errors import DoorstepError, InvalidInput
from tracking.ports import Clock

MESSAGE_LIMIT = 4000
IDLE = timedelta(minutes=30)
_AT_ONCE = 100


class NotYours(DoorstepError):
    """Somebody else has the conversation, or nobody has it any more; nothing was changed."""


class Handover:
    """What a person of the shop may do with a conversation. Each method raises NotYours when another came first."""

    def __init__(self, store: HandoverStore, tickets: Tickets, live: Live, clock: Clock) -> None:
        self._store, self._tickets, self._live, self._clock = store, tickets, live, clock

    async def take(self, conversation: str, agent: Agent) -> None:
        """Take a conversation from the bot; taking one's own again changes nothing."""
        if not await self._store.take(conversation, agent, self._clock.now()):
            raise NotYours("Somebody else has taken this conversation.")
        await self._live.tell(OwnerChanged(conversation, "human", agent.name))

    async def give_back(self, conversation: str, agent: str) -> None:
        """Let the bot answer from the next message on."""
        if not await self._store.pass_on(conversation, agent, None, self._clock.now()):
            raise NotYours("You don't have this conversation any more.")
        await self._live.tell(OwnerChanged(conversation, "bot"))

    async def transfer(self, conversation: str, agent: str, to: Agent) -> None:
        """Put a conversation into another person's hands."""
        if not await self._store.pass_on(conversation, agent, to, self._clock.now()):
            raise NotYours("You don't have this conversation any more.")
        await self._live.tell(OwnerChanged(conversation, "human", to.name))

    async def say(self, conversation: str, agent: str, message_id: str, text: str) -> Message:
        """Say something to the shopper; the same id again says it once. Raises InvalidInput if empty or long."""
        said = clean(text)
        if not said or len(said) > MESSAGE_LIMIT:
            raise InvalidInput(f"text: write between 1 and {MESSAGE_LIMIT} characters.")
        stored = await self._store.say(conversation, agent, message_id, said, self._clock.now())
        if stored is None:
            raise NotYours("You don't have this conversation; take it first.")
        message, new = stored
        if new:
            await self._live.tell(Said(conversation, (message,)))
        return message

    async def solve(self, conversation: str, agent: str) -> list[Ticket]:
        """Let the bot answer again, solve all tickets of a conversation, and ask a chat's shopper how it was.

        In this order: who doesn't have it changes nothing, and who is cut short leaves a ticket open, not a shopper
        with nobody.
        """
        await self.give_back(conversation, agent)
        solved = []
        for ticket in await self._tickets.of(conversation):
            if ticket.state != "solved":
                changed = await self._tickets.update(ticket.number, {"state": "solved"}, agent)
                solved += [changed] if changed else []
                await self._live.tell(TicketChanged(conversation, ticket.number))
        asked = await self._store.ask(conversation, wording.how_was_it(), self._clock.now()) if solved else None
        if asked:
            await self._live.tell(Said(conversation, (asked,)))
        return solved

    async def place(self, conversation: str) -> int | None:
        """The place in the queue, counted from 1; None where the shopper doesn't wait."""
        return await self._store.place(conversation)

    async def seen(self, conversation: str, number: int) -> None:
        """Note that the shopper has been shown all up to this message."""
        await self._store.seen(conversation, number)

    async def return_idle(self, idle: timedelta = IDLE) -> int:
        """Give back to the bot what is solved and where nobody has written for a while; return how many."""
        ended = 0
        for conversation, agent in await self._store.idle(self._clock.now() - idle, _AT_ONCE):
            try:
                await self.give_back(conversation, agent)
            except NotYours:
                continue
            ended += 1
        return ended
