"""Takes the skill's questions to the desk in time, and has the shopper told when it takes a while; decides nothing."""

import asyncio

from channels.base import Answering
from skills.alexa import words
from skills.alexa.hearing import Heard
from skills.alexa.progress import Progress
from support.model import Inbound, Turn

ANSWER_SECONDS = 6.5
PATIENCE_SECONDS = 2.0


class Asking:
    """Asks the desk, for 6.5 of the 8 seconds that Alexa gives, saying "one moment" after `patience` seconds."""

    def __init__(
        self,
        answering: Answering,
        progress: Progress,
        seconds: float = ANSWER_SECONDS,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._answering, self._progress = answering, progress
        self._seconds, self._patience = seconds, patience

    async def ask(self, heard: Heard, message_id: str, text: str) -> Turn | None:
        """Return the desk's answer, None when it isn't there in time. Raises Unavailable when the database is down."""
        inbound = Inbound(heard.conversation, message_id, text, "voice", heard.identity)
        reassuring = asyncio.create_task(self._reassure(heard))
        try:
            return await self._answering.answer(inbound, self._seconds)
        finally:
            reassuring.cancel()

    async def _reassure(self, heard: Heard) -> None:
        await asyncio.sleep(self._patience)
        await self._progress.say(heard, words.ONE_MOMENT)
