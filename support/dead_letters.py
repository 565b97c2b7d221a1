"""What was given up for good: jobs that failed to the end, and alerts that reached nobody; does nothing by itself."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

_CONTACT = re.compile(r"\S*@\S*|\+?\d[\d\s().-]{5,}\d")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One of them. `id` is for `again` and `let_go`; `about` is an order's number, empty where it is about none."""

    id: str
    kind: str
    about: str
    made_at: datetime
    given_up_at: datetime
    error: str
    tries: int


@dataclass(frozen=True, slots=True)
class JobCounts:
    """How many jobs wait, how many of them should have been done, how many were given up, and since when one is due."""

    waiting: int
    overdue: int
    dead: int
    oldest_due: datetime | None = None


class DeadLetters(Protocol):
    """Where they lie. Every method raises Unavailable when the database doesn't answer."""

    async def newest(self, limit: int) -> tuple[DeadLetter, ...]:
        """The newest ones."""
        ...

    async def again(self, letter: str, now: datetime) -> bool:
        """Try one again, as if for the first time; False if it isn't there (any more)."""
        ...

    async def let_go(self, letter: str, now: datetime) -> bool:
        """Take one off the list; False if it isn't there (any more)."""
        ...

    async def counts(self, now: datetime) -> JobCounts:
        """Count what is in the outbox."""
        ...


def without_contacts(error: str) -> str:
    """An error as admins see it: no address and no number in it."""
    return _CONTACT.sub("…", error)
