"""The desk: takes every message of a shopper in, once and in order, and gives back what the bot or a person says."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from weakref import WeakValueDictionary

from support import wording
from support.cleaning import clean
from support.identity import Identity
from support.live import Listener, Live, OwnerChanged, Said, TicketChanged
from support.masking import Mask, Masking
from support.model import Conversation, Inbound, Message, Received, Reply, TicketReason, Turn
from support.ports import Bot, BotReply, Conversations
from support.tickets import Tickets
from tracking.errors import Unavailable
from tracking.ports import Clock

MESSAGE_LIMIT = 2000
_CLEANED_LIMIT = 20_000
IDLE = timedelta(minutes=30)
LEASE = timedelta(seconds=20)
_LEASE_POLL_SECONDS = 0.1
_CONTENT = frozenset({"thank_you", "goodbye", "affirm", "rate"})
_THANKS = re.compile(r"(?:ok(?:ay)?|great|perfect|thanks?|thank you|cheers|bye)\b.{0,30}", re.IGNORECASE | re.DOTALL)

Observer = Callable[[BotReply | None], None]
Instead = Callable[[], Awaitable[tuple[Reply, ...]]]


class Desk:
    """One conversation handles one message at a time, in order of arrival; different conversations run side by side.

    The same `message_id` again gives the same replies and does nothing twice. A message whose answering process died is
    answered when it is sent again. `observe` is told of every reading of the bot, None for a failure. What `mask` takes
    out of a message is neither stored nor read by the bot.
    """

    def __init__(
        self,
        conversations: Conversations,
        bot: Bot,
        identity: Identity,
        tickets: Tickets,
        clock: Clock,
        observe: Observer = lambda _: None,
        live: Live | None = None,
        mask: Mask = Masking().mask,
    ) -> None:
        self.live = live or Live()
        self._mask = mask
        self._conversations, self._bot, self._clock = conversations, bot, clock
        self._identity, self._tickets, self._observe = identity, tickets, observe
        self._holder = secrets.token_hex(8)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def handle(self, inbound: Inbound, instead: Instead | None = None) -> Turn:
        """Answer one message. Raises Unavailable when it could not be stored; a bot that is down is answered for.

        `instead` is asked for the replies in place of the bot or a person, for words that a channel must obey itself.
        It may be asked again where the first time was cut short, but never for a message that is answered.
        """
        # Cleaning a megabyte would keep every other shopper waiting; it is refused for its length in any case.
        text = self._mask(clean(inbound.text)) if len(inbound.text) <= _CLEANED_LIMIT else inbound.text
        refusal = _refusal(text)
        if refusal:
            return Turn(inbound.conversation, "bot", (refusal,))
        lock = self._locks.setdefault(inbound.conversation, asyncio.Lock())
        async with lock:
            return await self._handle_next(replace(inbound, text=text), instead)

    async def _handle_next(self, inbound: Inbound, instead: Instead | None) -> Turn:
        received = await self._receive(inbound)
        owner = received.conversation.owner
        if received.state == "answered" or received.message is None:
            return Turn(inbound.conversation, owner, received.replies, received.ticket)
        if received.state == "new":
            await self._tell(inbound.conversation, (received.message,))
        try:
            return await self._answer(inbound, received, received.message, instead)
        except BaseException:
            await self._conversations.release(inbound.conversation, self._holder)
            raise

    async def _receive(self, inbound: Inbound) -> Received:
        """Store the message, waiting while another process answers in this conversation."""
        while True:
            now = self._clock.now()
            received = await self._conversations.receive(inbound, now, now + LEASE, now - IDLE, self._holder)
            if received.state != "busy":
                return received
            await asyncio.sleep(_LEASE_POLL_SECONDS)

    async def _answer(self, inbound: Inbound, received: Received, message: Message, instead: Instead | None) -> Turn:
        before, ticket = received.conversation, None
        if instead:
            reply = BotReply(await instead())
        elif before.owner == "human":
            reply = BotReply(())
        elif message.card:
            reply = BotReply((await self.thanks(before.id),))
        else:
            reply, ticket = await self._ask(inbound, received)
        answered = await self._conversations.answer(
            before.id, message.number, reply.replies, self._clock.now(), ticket, None if instead else before.takeovers
        )
        await self._tell(before.id, answered.messages)
        if answered.owner == "waiting" and before.owner == "bot":
            await self.live.tell(OwnerChanged(before.id, "waiting"))
        if received.replies_to == "agent" and not instead:
            await self._reopen(before.id, inbound.text, reply.intent)
        said = reply.replies if answered.messages else ()
        return Turn(before.id, answered.owner, said, answered.ticket, reply.intent)

    async def _reopen(self, conversation: str, text: str, intent: str | None) -> None:
        """What isn't just thanks, said to a person who took the matter for solved, brings them back."""
        if intent in _CONTENT or _THANKS.fullmatch(text):
            return
        ticket = await self._tickets.reopen(conversation)
        if ticket:
            await self.live.tell(TicketChanged(conversation, ticket.number))

    async def _ask(self, inbound: Inbound, received: Received) -> tuple[BotReply, str | None]:
        """Ask the bot, twice if need be; a bot that stays away means an apology, then a ticket."""
        command = inbound.text.startswith("/") and inbound.text in received.offered
        with self._identity.asked_from(inbound.conversation, inbound.client_address):
            reply = await self._try(inbound, command) or await self._try(inbound, command)
        if reply:
            return reply, None
        ticket = await self._tickets.open(
            inbound.conversation, TicketReason.BOT_DOWN, "The assistant did not answer", None, {"message": inbound.text}
        )
        return BotReply((wording.trouble(inbound.channel), wording.handed_over(ticket.number))), ticket.number

    async def thanks(self, conversation: str) -> Reply:
        """What is said to a picture, which the bot can't see: that it is on the ticket, or a question about it."""
        waiting = [ticket.number for ticket in await self._tickets.of(conversation) if ticket.state != "solved"]
        return Reply(wording.PICTURE_NOTED.format(ticket=waiting[0]) if waiting else wording.PICTURE_TAKEN)

    async def _try(self, inbound: Inbound, command: bool) -> BotReply | None:
        try:
            reply = await self._bot.respond(inbound, command)
        except Unavailable:
            self._observe(None)
            return None
        self._observe(reply)
        return reply

    async def history(self, conversation: str, after: int, limit: int = 200) -> tuple[Message, ...]:
        """Messages after number `after`, oldest first."""
        return await self._conversations.messages(conversation, after, limit)

    async def last_reply(self, conversation: str) -> Message | None:
        """The newest message that is not the shopper's, or None."""
        return await self._conversations.last_reply(conversation)

    async def conversation(self, conversation: str) -> Conversation | None:
        """The conversation, or None before its first message."""
        return await self._conversations.get(conversation)

    def listening(self, conversation: str, listener: Listener) -> AbstractAsyncContextManager[None]:
        """Tell `listener` of all that happens in the conversation from now on, until the block ends."""
        return self.live.listening(conversation, listener)

    async def _tell(self, conversation: str, messages: tuple[Message, ...]) -> None:
        if messages:
            await self.live.tell(Said(conversation, messages))


def _refusal(text: str) -> Reply | None:
    if not text:
        return Reply(wording.EMPTY)
    return Reply(wording.TOO_LONG.format(limit=MESSAGE_LIMIT)) if len(text) > MESSAGE_LIMIT else None
