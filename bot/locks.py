"""One message of a conversation at a time: locks in memory for one bot box, in Redis for several."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import redis
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore, LockStore, RedisLockStore, TicketLock

RETRY_SECONDS = 0.05


class _RedisLocks(RedisLockStore):  # type: ignore[misc]
    """Rasa's Redis locks, opened from one address instead of its parts."""

    def __init__(self, url: str) -> None:
        self.red = redis.Redis.from_url(url, socket_timeout=3)
        self.key_prefix = "doorstep:lock:"


class ConversationLocks(LockStore):  # type: ignore[misc]
    """The lock store that endpoints.yml names; an empty `url` means memory."""

    def __init__(self, endpoint_config: Any) -> None:
        self._store = _RedisLocks(endpoint_config.url) if endpoint_config.url else InMemoryLockStore()

    def get_lock(self, conversation_id: str) -> TicketLock | None:
        """Return the conversation's lock, if there is one."""
        return self._store.get_lock(conversation_id)

    def delete_lock(self, conversation_id: str) -> None:
        """Forget the conversation's lock."""
        self._store.delete_lock(conversation_id)

    def save_lock(self, lock: TicketLock) -> None:
        """Keep the lock as it is now."""
        self._store.save_lock(lock)

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = RETRY_SECONDS,
    ) -> AsyncGenerator[TicketLock, None]:
        """Hold the conversation; looks again every 50 ms, where Rasa would sleep a whole second."""
        async with super().lock(conversation_id, lock_lifetime, wait_time_in_seconds) as held:
            yield held
