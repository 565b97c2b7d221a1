"""What polling needs of the store: parcels that are due, and whose turn it is to ask a source."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Due:
    """A parcel that is due to be asked about since `due_at` (aware), as `ask_as`'s (our carrier code, or empty).

    `carrier` is the parcel's, None when not known. `registered_with` is who has been told to follow it, empty for
    nobody; `failures` counts the questions that failed since the last answer.
    """

    key: str
    tracking_number: str
    ask_as: str
    due_at: datetime
    carrier: str | None = None
    failures: int = 0
    registered_with: str = ""


@dataclass(frozen=True, slots=True)
class SourceNote:
    """What is known of a source: when it last answered, its last error (a code) and until when it wants to be left
    alone. All times aware, None when there is nothing to say."""

    last_answered_at: datetime | None = None
    last_error: str = ""
    last_error_at: datetime | None = None
    rest_until: datetime | None = None


class Polls(Protocol):
    """Keeps parcels' turns and sources' leases. Every method raises Unavailable when the store doesn't answer."""

    async def lease(
        self, source: str, holder: str, now: datetime, until: datetime, note: SourceNote
    ) -> SourceNote | None:
        """Take a source, or keep it, and leave a note; return what is known of it, None while somebody else has it."""

    async def release(self, source: str, holder: str) -> None:
        """Give a source back."""

    async def note(self, source: str, note: SourceNote) -> None:
        """Leave a note on a source that one need not have leased; what it doesn't say stays as it was."""

    async def notes(self) -> dict[str, SourceNote]:
        """Return what is known of each source that was ever asked."""

    async def codes(self) -> list[str]:
        """Return the carrier codes under which any parcel is to be asked about."""

    async def due(self, codes: Collection[str], now: datetime, room: int) -> Sequence[Due]:
        """Return the parcels that are asked about next under any of these codes, at most `room`; see `in_turn`."""

    async def oldest(self, codes: Collection[str]) -> datetime | None:
        """Return when the first parcel under any of these codes falls or fell due."""

    async def registered(self, key: str, registered_with: str) -> None:
        """Note who was told to follow a parcel."""

    async def put_off(self, due: Due, next_at: datetime, failures: int, ask_as: str) -> None:
        """Plan a parcel anew that couldn't be asked about, unless its plan has changed since."""
