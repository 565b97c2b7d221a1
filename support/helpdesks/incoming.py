"""Brings what people do in a helpdesk to the shopper: each reply once, each state as it is there now."""

from collections.abc import Iterable, Iterator

from support.cleaning import clean
from support.handover import MESSAGE_LIMIT, Handover, NotYours
from support.helpdesks.base import AgentReply, Event, Seen
from support.helpdesks.ports import HelpdeskStore, Thread
from support.live import Live, OwnerChanged, TicketChanged
from support.model import Agent, Ticket
from support.ports import Conversations
from support.tickets import Tickets
from tracking.errors import Unavailable
from tracking.ports import Clock

_TRIES = 5
_MOST_PARTS = 10


class Incoming:
    """What comes from helpdesks. Everything may come twice, late and in any order."""

    def __init__(
        self,
        store: HelpdeskStore,
        conversations: Conversations,
        handover: Handover,
        tickets: Tickets,
        live: Live,
        clock: Clock,
    ) -> None:
        self._store, self._conversations, self._handover = store, conversations, handover
        self._tickets, self._live, self._clock = tickets, live, clock

    async def hear(self, helpdesk: str, events: Iterable[Event]) -> int:
        """Take events in and return how many were about our threads. Raises Unavailable to be told again."""
        known = 0
        for event in events:
            thread = await self._store.find(helpdesk, event.thread)
            if thread is None:
                continue
            known += 1
            if isinstance(event, AgentReply):
                await self._say(thread, event)
            else:
                await self._store.look_later(thread, self._clock.now())
        return known

    async def saw(self, thread: Thread, seen: Seen) -> None:
        """Make things here as they are there. Raises Unavailable to be told again."""
        for reply in seen.replies:
            await self._say(thread, reply)
        if seen.state == thread.state:
            return
        if seen.state == "solved":
            await self._solve(thread)
        elif seen.state == "bot":
            await self._give_back(thread)
        else:
            await self._reopen(thread, seen.agent)
        await self._store.set_state(thread, seen.state)

    async def _say(self, thread: Thread, reply: AgentReply) -> None:
        parts = list(_parts(reply.text))
        ids = [f"{thread.helpdesk}:{reply.id}" + (f":{n}" if n else "") for n in range(len(parts))]
        if not parts or await self._store.heard(thread.conversation, ids[-1]):
            return
        if await self._store.is_ours(thread.helpdesk, thread.conversation, reply.id):
            return
        for message_id, part in zip(ids, parts, strict=True):
            await self._say_one(thread.conversation, reply.agent, message_id, part)
        now = await self._store.find(thread.helpdesk, thread.id)
        if now and now.state != "open":  # said and done in one go, and we heard of it the other way round
            await self._give_back(thread)

    async def _say_one(self, conversation: str, agent: Agent, message_id: str, part: str) -> None:
        for _ in range(_TRIES):
            await self._take(conversation, agent)
            try:
                await self._handover.say(conversation, agent.id, message_id, part)
            except NotYours:
                continue
            return
        raise Unavailable("The conversation changes hands too fast.")

    async def _take(self, conversation: str, agent: Agent) -> None:
        """Put the conversation into this person's hands: who has written to the shopper must get through."""
        held = await self._conversations.get(conversation)
        holder = held.agent if held else None
        if holder and holder.id == agent.id:
            return
        try:
            if holder:
                await self._handover.transfer(conversation, holder.id, agent)
            else:
                await self._handover.take(conversation, agent)
        except NotYours:
            return  # another came first; saying something finds out

    async def _solve(self, thread: Thread) -> None:
        for ticket in await self._tickets.of(thread.conversation):
            if ticket.state != "solved":
                await self._set(ticket, "solved", thread)
        await self._give_back(thread)

    async def _reopen(self, thread: Thread, agent: Agent | None) -> None:
        tickets = await self._tickets.of(thread.conversation)
        first = next((ticket for ticket in tickets if ticket.number == thread.ticket), None)
        others = [ticket for ticket in tickets if first and ticket.reason == first.reason and ticket.state != "solved"]
        if first and not others:
            await self._set(first, "open", thread)
        if agent:
            await self._take(thread.conversation, agent)

    async def _set(self, ticket: Ticket, state: str, thread: Thread) -> None:
        await self._tickets.update(ticket.number, {"state": state}, thread.helpdesk)
        await self._live.tell(TicketChanged(thread.conversation, ticket.number))

    async def _give_back(self, thread: Thread) -> None:
        """Let the bot answer again, unless a person who doesn't work in this helpdesk has the conversation."""
        held = await self._conversations.get(thread.conversation)
        if held is None:
            return
        if held.agent and held.agent.id.startswith(f"{thread.helpdesk}:"):
            try:
                await self._handover.give_back(thread.conversation, held.agent.id)
            except NotYours:
                return
        elif held.owner == "bot":
            await self._live.tell(OwnerChanged(thread.conversation, "bot"))


def _parts(text: str) -> Iterator[str]:
    """Cut a long reply where there is space, into as many messages as may be said."""
    left = clean(text)
    for _ in range(_MOST_PARTS):
        if not left:
            return
        cut = len(left) if len(left) <= MESSAGE_LIMIT else _last_space(left)
        yield left[:cut].strip()
        left = left[cut:].strip()


def _last_space(text: str) -> int:
    found = max(text.rfind(mark, MESSAGE_LIMIT // 2, MESSAGE_LIMIT) for mark in ("\n", " "))
    return found if found > 0 else MESSAGE_LIMIT
