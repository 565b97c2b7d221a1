"""A simulated colleague in the demo's console: takes who has waited a while and answers in canned words."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from support.desk import Desk
from support.handover import Handover, NotYours
from support.inbox import Inbox
from support.live import Typing
from support.model import Agent
from tracking.errors import Unavailable
from tracking.ports import Clock

LINES = (
    "Hello, {name} here. I've read what you told our assistant, and I'm looking at your order now.",
    "Thank you. I've asked the carrier to look into it and I'll write to you as soon as I know more.",
    "You're welcome! I'm handing you back to our assistant. If anything comes up, just ask for a person again.",
)
PATIENCE = timedelta(seconds=5)
_PAUSE_SECONDS = 1.0
_LAST = 10**9


class Colleague:
    """Answers like a person would, one line at a time, then solves; `typing_seconds` is how long each line takes."""

    def __init__(
        self, agent: Agent, inbox: Inbox, handover: Handover, desk: Desk, clock: Clock, typing_seconds: float = 2.5
    ) -> None:
        self._agent, self._inbox, self._handover, self._desk, self._clock = agent, inbox, handover, desk, clock
        self._typing_seconds = typing_seconds

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            with suppress(NotYours, Unavailable):  # somebody else was first, or the database is busy: look again
                await self.once()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def once(self) -> None:
        """Take who has waited long enough, then answer who wrote last in one's own conversations."""
        for row in await self._inbox.rows("waiting", self._agent.id):
            if row.waiting_since and self._clock.now() - row.waiting_since >= PATIENCE:
                await self._handover.take(row.conversation, self._agent)
        for row in await self._inbox.rows("mine", self._agent.id):
            if row.owner == "human":
                await self._answer(row.conversation)

    async def _answer(self, conversation: str) -> None:
        said = await self._inbox.before(conversation, _LAST, 100)
        own = sum(message.author == "agent" for message in said)
        if own and said[-1].author != "shopper":
            return
        await self._desk.live.tell(Typing(conversation, "agent", True))
        await asyncio.sleep(self._typing_seconds)
        await self._desk.live.tell(Typing(conversation, "agent", False))
        line = min(own, len(LINES) - 1)
        text = LINES[line].format(name=self._agent.name)
        await self._handover.say(conversation, self._agent.id, f"demo-{said[-1].number}", text)
        if line == len(LINES) - 1:
            await self._handover.solve(conversation, self._agent.id)
