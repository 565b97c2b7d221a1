"""Keeps us from asking a source too often, or while it is down; knows no HTTP."""

from collections.abc import Callable
from dataclasses import dataclass

from tracking.carriers.apis.base import Rate, Slow

Seconds = Callable[[], float]


class Bucket:
    """A token bucket: `take` tells how long to wait before the next request."""

    def __init__(self, rate: Rate, now: Seconds, patience: float) -> None:
        self._rate, self._now, self._patience = rate, now, patience
        self._tokens, self._at, self._rested_at = float(rate.burst), now(), now()

    def rest(self, seconds: float) -> None:
        """Let no request through for so long."""
        self._rested_at = max(self._rested_at, self._now() + seconds)

    def drain(self) -> None:
        """Begin anew with nothing saved up."""
        self._tokens, self._at = min(self._tokens, 0.0), self._now()

    @property
    def wait(self) -> float:
        """The seconds to wait before the next request, which isn't reserved by this."""
        now = self._now()
        refilled = self._tokens + (now - self._at) * self._rate.per_second
        self._tokens, self._at = min(float(self._rate.burst), refilled), now
        return max(0.0, (1 - self._tokens) / self._rate.per_second, self._rested_at - now)

    def take(self) -> float:
        """Reserve one request and return the seconds to wait before it. Raises Slow, reserving none, if too many."""
        wait = self.wait
        if wait > self._patience:
            raise Slow("it may not be asked more often", wait)
        self._tokens -= 1
        return wait


@dataclass
class Breaker:
    """Opens after `most` failures in a row; then lets one request at a time through, after longer and longer pauses."""

    now: Seconds
    most: int = 5
    pause: float = 30.0
    longest: float = 600.0

    def __post_init__(self) -> None:
        self._failures = 0
        self._until = 0.0
        self._pause = self.pause
        self._trying = False

    @property
    def open(self) -> bool:
        """Whether it has opened and no request has succeeded since."""
        return self._failures >= self.most

    def enter(self) -> None:
        """Ask to send one request. Raises Slow while it is open, and while another request is trying it out."""
        if not self.open:
            return
        left = self._until - self.now()
        if left > 0 or self._trying:
            raise Slow("it has failed too often in a row", max(left, 1.0))
        self._trying = True

    def leave(self) -> None:
        """Note that a request ended without telling whether the source works: it was called off."""
        self._trying = False

    def succeed(self) -> None:
        """Note that the source works."""
        self._failures, self._pause, self._trying = 0, self.pause, False

    def fail(self) -> None:
        """Note a failure: another one in a row opens it, and one that tried it out keeps it open for longer."""
        tried, self._trying = self._trying, False
        self._failures += 1
        if tried:
            self._pause = min(self._pause * 2, self.longest)
        if self.open:
            self._until = self.now() + self._pause
