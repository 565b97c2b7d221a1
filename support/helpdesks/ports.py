"""What following a conversation into a helpdesk needs from a database; every method is one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from support.helpdesks.base import State


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation's place in a helpdesk, opened for this ticket; `state` is how we last knew it to stand."""

    helpdesk: str
    id: str
    conversation: str
    ticket: str
    state: State


@dataclass(frozen=True, slots=True)
class Begun:
    """What is known of something to send: whether it was begun before, and the helpdesk's id once it was taken."""

    again: bool
    external_id: str | None


class HelpdeskStore(Protocol):
    """Which thread belongs to which conversation, and what was sent there."""

    async def newest(self, helpdesk: str, conversation: str) -> Thread | None:
        """The newest thread of a conversation, or None."""
        ...

    async def find(self, helpdesk: str, thread: str) -> Thread | None:
        """The thread with the helpdesk's own id, None if it isn't ours."""
        ...

    async def opened(self, thread: Thread, now: datetime) -> None:
        """Note a thread; doing it twice changes nothing. One whose conversation was erased meanwhile isn't noted."""
        ...

    async def set_state(self, thread: Thread, state: State) -> None:
        """Note how a thread stands."""
        ...

    async def begin(self, helpdesk: str, conversation: str, key: str, now: datetime) -> Begun | None:
        """Note that something is about to be sent; None where the conversation was erased."""
        ...

    async def sent(self, helpdesk: str, conversation: str, key: str, external_id: str) -> None:
        """Note that it was taken, under the helpdesk's own id."""
        ...

    async def is_ours(self, helpdesk: str, conversation: str, external_id: str) -> bool:
        """Whether we sent the message with the helpdesk's own id."""
        ...

    async def heard(self, conversation: str, message_id: str) -> bool:
        """Whether a message with this id was said to the shopper."""
        ...

    async def look_later(self, thread: Thread, now: datetime) -> None:
        """Make a job that looks at a thread."""
        ...
