"""Pictures that shoppers send: checked, made harmless and kept, and counted, so that nobody fills the disk."""

import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol

from support import wording
from support.model import Author
from tracking.errors import InvalidInput
from tracking.ports import Clock

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2048
"""Pixels of the longer side of what is kept; larger pictures are made smaller."""
PER_HOUR, IN_ALL = 5, 20
"""Pictures of one conversation."""
SNIFFED_BYTES = 16
"""As many bytes of a file say what it is."""
_HOUR = timedelta(hours=1)
_SWEPT_AFTER = timedelta(days=1)
"""Bytes are written before their row; what has none after so long is left over from a crash or an erasure."""


class Refused(InvalidInput):
    """A file that is not taken: `code` for programs, the message for the shopper."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def too_big() -> Refused:
    """A picture with too many bytes."""
    return Refused("too_big", wording.PICTURE_TOO_BIG)


def check_kind(start: bytes) -> None:
    """Look at the first bytes of a file, never at its name. Raises Refused unless they are those of a picture."""
    if start.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")):
        return
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return
    if start[4:8] == b"ftyp" and start[8:12] in {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}:
        raise Refused("heic", wording.PICTURE_IS_HEIC)
    raise Refused("not_a_picture", wording.NOT_A_PICTURE)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made harmless: encoded anew, without anything its camera wrote into it."""

    data: bytes
    type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class File:
    """What is known of a kept picture. `id` is random, `ticket` the one it is noted on, `size` in bytes, `at` aware."""

    id: str
    conversation: str
    author: Author
    type: str
    size: int
    width: int
    height: int
    sha256: str
    at: datetime
    ticket: str | None = None

    def card(self) -> Mapping[str, Any]:
        """What a message that shows it carries."""
        return {"type": "picture", "id": self.id, "width": self.width, "height": self.height}


Encode = Callable[[bytes], Awaitable[Picture]]
"""Reads a picture and encodes it anew, beside the event loop. Raises Refused."""


class FileStore(Protocol):
    """What is known of files; each method is one transaction."""

    async def by_key(self, conversation: str, key: str) -> File | None:
        """The file that was added with this key, or None."""
        ...

    async def count(self, conversation: str, since: datetime) -> tuple[int, int]:
        """How many a conversation has added since then, and in all."""
        ...

    async def add(self, file: File, key: str, since: datetime, most: tuple[int, int]) -> File | None:
        """Add a file and note it on the conversation's newest open ticket, if there is one.

        One with this key that is there already is returned instead; None where `count` has reached `most`.
        """
        ...

    async def get(self, file: str) -> File | None:
        """The file with this id, or None."""
        ...

    async def of(self, conversation: str) -> tuple[File, ...]:
        """All files of a conversation, oldest first."""
        ...

    async def known(self, files: Collection[str]) -> frozenset[str]:
        """Those of these ids that are there."""
        ...

    async def forget_lost(self, before: datetime) -> int:
        """Delete files added before then whose conversation is gone; return how many."""
        ...

    async def fetch_later(self, conversation: str, key: str, payload: Mapping[str, Any], now: datetime) -> None:
        """Note a job of the kind "mms"; doing it twice with one key notes it once."""
        ...


class Shelf(Protocol):
    """Keeps bytes by id. Every method raises Unavailable when the disk fails."""

    async def put(self, file: str, data: bytes) -> None:
        """Keep bytes; they are surely there when this returns."""
        ...

    async def get(self, file: str) -> bytes | None:
        """The bytes, or None."""
        ...

    async def drop(self, files: Collection[str]) -> None:
        """Delete bytes; ids that aren't there change nothing."""
        ...

    async def older_than(self, at: datetime) -> frozenset[str]:
        """The ids whose bytes were written before then."""
        ...


class Files:
    """Keeps pictures: bytes first, then the row that makes them known."""

    def __init__(self, store: FileStore, shelf: Shelf, encode: Encode, clock: Clock) -> None:
        self._store, self._shelf, self._encode, self._clock = store, shelf, encode, clock

    async def has_room(self, conversation: str) -> bool:
        """Whether the conversation may add one more."""
        lately, in_all = await self._store.count(conversation, self._clock.now() - _HOUR)
        return lately < PER_HOUR and in_all < IN_ALL

    async def keep(self, conversation: str, key: str, data: bytes, author: Author = "shopper") -> File:
        """Keep a picture; the same key again gives the same file. Raises Refused, Unavailable; nothing is kept then."""
        known = await self._store.by_key(conversation, key)
        if known:
            return known
        if not await self.has_room(conversation):
            raise Refused("too_many", wording.TOO_MANY_PICTURES)
        if len(data) > MOST_BYTES:
            raise too_big()
        check_kind(data[:SNIFFED_BYTES])
        return await self._add(conversation, key, await self._encode(data), author)

    async def _add(self, conversation: str, key: str, picture: Picture, author: Author) -> File:
        now = self._clock.now()
        new = File(
            id=secrets.token_hex(16),
            conversation=conversation,
            author=author,
            type=picture.type,
            size=len(picture.data),
            width=picture.width,
            height=picture.height,
            sha256=sha256(picture.data).hexdigest(),
            at=now,
        )
        await self._shelf.put(new.id, picture.data)
        kept = await self._store.add(new, key, now - _HOUR, (PER_HOUR, IN_ALL))
        if kept is None or kept.id != new.id:
            await self._shelf.drop({new.id})
        if kept is None:
            raise Refused("too_many", wording.TOO_MANY_PICTURES)
        return kept

    async def get(self, file: str) -> File | None:
        """What is known of a file, or None."""
        return await self._store.get(file)

    async def of(self, conversation: str) -> tuple[File, ...]:
        """All files of a conversation, oldest first."""
        return await self._store.of(conversation)

    async def read(self, file: str) -> tuple[File, bytes] | None:
        """A file with its bytes, or None. Whoever calls this has made sure that it may be seen."""
        found = await self._store.get(file)
        data = await self._shelf.get(file) if found else None
        return (found, data) if found and data is not None else None

    async def fetch_later(self, conversation: str, key: str, payload: Mapping[str, Any]) -> None:
        """Note that a picture is to be fetched from a provider, surely and once for each key."""
        await self._store.fetch_later(conversation, key, payload, self._clock.now())

    async def erase(self, files: Collection[str]) -> None:
        """Delete the bytes of files whose rows are gone."""
        await self._shelf.drop(frozenset(files) - await self._store.known(files))

    async def sweep(self) -> int:
        """Delete what a crash or an erasure left over; return how many files."""
        before = self._clock.now() - _SWEPT_AFTER
        await self._store.forget_lost(before)
        old = await self._shelf.older_than(before)
        left = old - await self._store.known(old)
        await self._shelf.drop(left)
        return len(left)
