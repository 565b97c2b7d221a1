"""One message of a conversation at a time: locks in memory for one bot box, in Redis for several."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

import redis.asyncio
from rasa.core.lock_store import LockStore

# Longer than any turn, as actions are given five seconds each; a box that dies with a lock loses it after this.
HELD_AT_MOST_SECONDS = 30
WAIT_AT_MOST_SECONDS = 30
LOOK_AGAIN_SECONDS = 0.03


class ConversationLocks(LockStore):  # type: ignore[misc]
    """The lock store that endpoints.yml names; an empty `url` means memory.

    Rasa's own Redis locks read and write their queue in two steps, so two bot boxes can undo each other's tickets
    and then wait a minute for nobody; and they look for their turn once a second.
    """

    def __init__(self, endpoint_config: Any) -> None:
        url = endpoint_config.url
        self._redis = redis.asyncio.Redis.from_url(url, socket_timeout=3) if url else None
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def _lock(self, conversation_id: str) -> AbstractAsyncContextManager[Any]:
        if self._redis is None:
            # Kept only while someone holds or awaits it.
            return self._locks.setdefault(conversation_id, asyncio.Lock())
        return self._redis.lock(
            f"doorstep:bot:{conversation_id}",
            timeout=HELD_AT_MOST_SECONDS,
            sleep=LOOK_AGAIN_SECONDS,
            blocking_timeout=WAIT_AT_MOST_SECONDS,
        )

    @asynccontextmanager
    async def lock(self, conversation_id: str, *_: Any, **__: Any) -> AsyncGenerator[None, None]:
        """Hold the conversation; raises redis.exceptions.LockError when it can't be had in time."""
        async with self._lock(conversation_id):
            yield
