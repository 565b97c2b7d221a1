"""Brings what a person of the shop says to the shopper: by the channel they use, or by another where that is closed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from support.desk import Desk
from support.identity import Identity
from support.model import Conversation, Message
from support.ports import HandoverStore, TicketStore
from tracking.errors import Unavailable
from tracking.ports import Clock

Deliver = Callable[[str, Message], Awaitable[None]]
"""Sends a message into a conversation. Doing it again with the same message must not reach the shopper twice."""
OPEN_FOR = timedelta(seconds=40)
"""How long a chat may take to show a message before its shopper is taken to have left."""
_MOST_AT_ONCE = 20


class NotSeenYet(Unavailable):
    """The shopper may still be there; look again when `retry_after` seconds have passed."""

    def __init__(self, seconds: float) -> None:
        super().__init__("The chat has not shown it yet.")
        self.retry_after = seconds


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a shopper can be reached outside a conversation; either may be empty."""

    email: str = ""
    phone: str = ""


Elsewhere = Callable[[Contact, Conversation, tuple[Message, ...], str], Awaitable[None]]
"""Writes to a contact what was said and how to go on; the last value is the same for the same writing."""


class Delivery:
    """Decides how one message of a person reaches the shopper.

    Channels that can be written to at any time (texts) have a way, found by how their conversations' ids begin. A chat
    or a speaker can't be rung: what was not shown there after a while goes to the shopper's contact with a link.
    """

    def __init__(
        self,
        desk: Desk,
        store: HandoverStore,
        tickets: TicketStore,
        identity: Identity,
        ways: Mapping[str, Deliver],
        elsewhere: Elsewhere,
        clock: Clock,
    ) -> None:
        self._desk, self._store, self._tickets, self._identity = desk, store, tickets, identity
        self._ways, self._elsewhere, self._clock = ways, elsewhere, clock

    async def deliver(self, conversation_id: str, number: int) -> None:
        """Bring message `number` to the shopper. Raises Unavailable when it is to be tried again."""
        conversation = await self._desk.conversation(conversation_id)
        found = await self._desk.history(conversation_id, number - 1, 1)
        if conversation is None or not found:
            return  # erased meanwhile
        way = next((way for prefix, way in self._ways.items() if conversation_id.startswith(prefix)), None)
        if way:
            await way(conversation_id, found[0])
        else:
            await self._unless_shown(conversation, found[0])

    async def _unless_shown(self, conversation: Conversation, message: Message) -> None:
        shown = await self._store.shown(conversation.id)
        if message.number <= shown:
            return
        left = (message.at + OPEN_FOR - self._clock.now()).total_seconds()
        if left > 0:
            raise NotSeenYet(left)
        contact = await self.contact(conversation)
        unseen = await self._desk.history(conversation.id, max(shown, message.number - 1), _MOST_AT_ONCE)
        said = tuple(one for one in unseen if one.author == "agent")
        if contact.email or contact.phone:
            await self._elsewhere(contact, conversation, said, f"away:{conversation.id}:{message.number}")
        await self._store.seen(conversation.id, said[-1].number)

    async def contact(self, conversation: Conversation) -> Contact:
        """Where the shopper can be written to: what they left for it, who they are known to be, or their order's."""
        left = next((ticket.contact for ticket in await self._tickets.of(conversation.id) if ticket.contact), "")
        if left:
            return Contact(email=left) if "@" in left else Contact(phone=left)
        if conversation.identity.email or conversation.identity.phone:
            return Contact(conversation.identity.email, conversation.identity.phone)
        for order in await self._identity.visible_orders(conversation.id):
            if order.customer.email or order.customer.phone:
                return Contact(order.customer.email, order.customer.phone)
        return Contact()
