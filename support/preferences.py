"""Keeps whether a shopper wants to hear from us; sends nothing."""

from support.ports import PreferenceStore
from tracking.ports import Clock


class AlertPreferences:
    """A shopper's wish for alerts, kept with its time."""

    def __init__(self, store: PreferenceStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def set(self, conversation: str, on: bool) -> None:
        """Keep the wish said in this conversation."""
        await self._store.set_alerts(conversation, on, self._clock.now())

    async def get(self, conversation: str) -> bool | None:
        """The newest wish, None if never said."""
        return await self._store.alerts(conversation)
