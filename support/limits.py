"""How often somebody may do something: a sliding window per key, in this process's memory."""

from collections import deque
from collections.abc import Callable
from time import monotonic


class RateLimit:
    """Allows `limit` events in any `seconds` per key; forgets keys that fall silent.

    Several app processes each count for themselves; a shared count comes with a shared Redis.
    """

    def __init__(self, limit: int, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._limit, self._seconds, self._clock = limit, seconds, clock
        self._seen: dict[str, deque[float]] = {}
        self._swept = clock()

    def allow(self, key: str) -> bool:
        """Note an event and say whether it is within the limit; one that isn't does not count."""
        now = self._clock()
        self._sweep(now)
        seen = self._seen.setdefault(key, deque())
        while seen and seen[0] <= now - self._seconds:
            seen.popleft()
        if len(seen) >= self._limit:
            return False
        seen.append(now)
        return True

    def _sweep(self, now: float) -> None:
        if now - self._swept < self._seconds:
            return
        self._swept = now
        old = [key for key, seen in self._seen.items() if not seen or seen[-1] <= now - self._seconds]
        for key in old:
            del self._seen[key]
