"""Takes a shopper's picture into their conversation: kept, shown as a message, noted on the ticket it is about."""

from dataclasses import replace

from support import wording
from support.desk import Desk, Instead
from support.files import Files
from support.model import Inbound, Turn


class Pictures:
    """The way of a picture from a channel to the people who look at it."""

    def __init__(self, files: Files, desk: Desk) -> None:
        self.files, self._desk = files, desk

    async def take(self, inbound: Inbound, data: bytes, instead: Instead | None = None) -> Turn:
        """Take one picture; the same `message_id` again does nothing twice. `inbound` needs no text of its own.

        Raises `support.files.Refused` in words for the shopper, Unavailable when it could not be stored.
        """
        kept = await self.files.keep(inbound.conversation, inbound.message_id, data)
        return await self._desk.handle(replace(inbound, text=wording.A_PICTURE, card=kept.card()), instead)
