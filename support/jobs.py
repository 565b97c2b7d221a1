"""Work that leaves the house: noted in the same transaction as what it follows from, done later and surely."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do. `key` is the same for the same thing, `tries` counts earlier ones that came to nothing."""

    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    made_at: datetime
    tries: int


class Jobs(Protocol):
    """The outbox: many workers may share it; a worker that dies leaves its jobs to the others when its lease ends."""

    async def lease(self, limit: int, holder: str, now: datetime, until: datetime) -> Sequence[Job]:
        """Take jobs that are due, at most `limit`, and of each topic only the oldest that isn't done."""
        ...

    async def done(self, job: int, holder: str, now: datetime) -> None:
        """Note that a job is done."""
        ...

    async def later(self, job: int, holder: str, due_at: datetime, error: str) -> None:
        """Put a job back until then."""
        ...

    async def dead(self, job: int, holder: str, now: datetime, error: str) -> None:
        """Give a job up; it stays to be looked at, and its topic goes on without it."""
        ...
