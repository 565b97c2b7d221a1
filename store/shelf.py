"""Keeps the bytes of files in folders on disk, outside of anything that is served; implements `support.files.Shelf`."""

import asyncio
import os
import re
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from tracking.errors import Unavailable

T = TypeVar("T")
_ID = re.compile(r"[0-9a-f]{32}")


class DiskShelf:
    """Files by random names, spread over folders by their first characters; made when the first one comes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, file: str, data: bytes) -> None:
        """See `support.files.Shelf.put`."""
        await _beside(lambda: _write(self.path(file), data))

    async def get(self, file: str) -> bytes | None:
        """See `support.files.Shelf.get`."""
        return await _beside(lambda: _read(self.path(file)))

    async def drop(self, files: Collection[str]) -> None:
        """See `support.files.Shelf.drop`."""
        await _beside(lambda: _drop(list(map(self.path, files))))

    async def older_than(self, at: datetime) -> frozenset[str]:
        """See `support.files.Shelf.older_than`."""
        return await _beside(lambda: frozenset(_older(self._root, at.timestamp())))

    def path(self, file: str) -> Path:
        """Where a file's bytes are. Raises ValueError for what can't be an id of ours."""
        if not _ID.fullmatch(file):
            raise ValueError("not an id of a file")
        return self._root / file[:2] / file[2:4] / file


async def _beside(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        raise Unavailable(f"The folder of files can't be used ({type(error).__name__}).") from error


def _write(path: Path, data: bytes) -> None:
    """Write so that after a crash there is all of it or nothing under its name."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _drop(paths: Collection[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _older(root: Path, at: float) -> list[str]:
    """The ids of old files; half-written ones are deleted on the way, as nobody will ask for them."""
    found = []
    for path in root.glob("??/??/*"):
        if path.stat().st_mtime >= at:
            continue
        if path.suffix == ".part":
            path.unlink(missing_ok=True)
        elif _ID.fullmatch(path.name):
            found.append(path.name)
    return found
