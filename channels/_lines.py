"""The open connections of a conversation and what waits to be sent on them; knows no transport."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from channels._frames import Frame

_WAITING = 500


class Line:
    """One connection's queue of frames. A client that stops reading is cut off: what it missed is in the store."""

    def __init__(self, longest: int = _WAITING) -> None:
        self._queue: asyncio.Queue[Frame | None] = asyncio.Queue(longest)

    def send(self, frame: Frame) -> None:
        """Queue a frame; where there is no room left, end the line instead."""
        try:
            self._queue.put_nowait(frame)
        except asyncio.QueueFull:
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(None)

    async def next(self) -> Frame | None:
        """The next frame; None when the line has been cut off."""
        return await self._queue.get()


class Lines:
    """All open lines by conversation."""

    def __init__(self) -> None:
        self._open: defaultdict[str, set[Line]] = defaultdict(set)

    @contextmanager
    def opened(self, conversation: str, line: Line) -> Iterator[None]:
        """Count a line among the conversation's within the block."""
        self._open[conversation].add(line)
        try:
            yield
        finally:
            self._open[conversation].discard(line)
            if not self._open[conversation]:
                del self._open[conversation]

    def tell(self, conversation: str, frame: Frame) -> None:
        """Queue a frame on every line of the conversation."""
        for line in tuple(self._open.get(conversation, ())):
            line.send(frame)
