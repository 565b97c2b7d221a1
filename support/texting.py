"""Who may be texted, and what became of each text; sends nothing itself."""

from typing import Literal

from support.model import TextState
from support.ports import OptOuts, Texts
from tracking.ports import Clock

Medium = Literal["sms", "whatsapp", "rcs"]


class Consent:
    """Whether a number wants to hear from us on a medium: yes, until it says STOP, and again once it says START."""

    def __init__(self, store: OptOuts, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def stopped(self, number: str, medium: Medium) -> bool:
        """Whether this number (E.164) must not be texted on this medium."""
        return await self._store.stopped(number, medium)

    async def change(self, number: str, medium: Medium, stopped: bool) -> None:
        """Keep the newest word of the number's owner, or of the provider in their place."""
        await self._store.set(number, medium, stopped, self._clock.now())


class TextLog:
    """Each text we sent: how many segments it cost and how far it got."""

    def __init__(self, store: Texts, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def note(self, key: str, conversation: str, number: str, segments: int) -> int:
        """Note a text before it is sent; return its id, by which its way is reported. The same key is the same text."""
        return await self._store.add(key, conversation, number, segments, self._clock.now())

    async def taken(self, text: int) -> bool:
        """Whether the provider has taken this text."""
        return await self._store.taken(text)

    async def moved(self, text: int, state: TextState, provider_id: str, error: str = "") -> None:
        """Note how far a text has got; news older than what is known changes nothing, as it may come in any order."""
        await self._store.move(text, state, provider_id, error, self._clock.now())
