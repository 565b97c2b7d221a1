"""Bot and people never speak at once, in whatever order things happen: 10,000 of them, against a model of the rules."""

import asyncio
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from store.database import Database
from support.handover import NotYours
from support.model import Agent, TicketReason
from tests.desks import KIM, SAM, Rooms, hello, rooms_on

SCHEDULES = 10_000


@dataclass
class Model:
    """What must be true of one conversation, kept beside the real one."""

    owner: str = "bot"
    agent: str = ""
    takeovers: int = 0
    log: list[tuple[str, str]] = field(default_factory=list)


class Schedule:
    """Plays one random order of what shopper, bot and two agents do, against the model."""

    def __init__(self, rooms: Rooms, name: str, chance: random.Random) -> None:
        self.rooms, self.name, self.chance, self.model = rooms, name, chance, Model()
        self.asking: asyncio.Task[object] | None = None
        self.count = 0
        self.thinking = rooms.bot.thinking = asyncio.Event()
        self.desk = rooms.desk

    async def run(self, steps: int) -> None:
        moves: list[Callable[[], object]] = [self.ask, self.finish, self.call]
        moves += [lambda a=a: self.take(a) for a in (SAM, KIM)]  # type: ignore[misc]
        moves += [lambda a=a: self.say(a) for a in (SAM, KIM)]  # type: ignore[misc]
        moves += [lambda a=a: self.back(a) for a in (SAM, KIM)]  # type: ignore[misc]
        moves += [lambda: self.transfer(SAM, KIM)]
        await self.ask()
        for _ in range(steps):
            await self.chance.choice(moves)()  # type: ignore[misc]
        await self.finish()
        stored = await self.desk.history(self.name, 0)
        assert [(m.author, m.text) for m in stored] == self.model.log, self.name
        # A gap would keep a chat waiting for a message that never comes.
        assert [m.number for m in stored] == list(range(1, len(stored) + 1)), self.name

    async def ask(self) -> None:
        if self.asking:
            return
        self.count += 1
        text = f"q{self.count}"
        self.asking = asyncio.create_task(self.desk.handle(hello(text, text, self.name)))
        self.pending = replace(self.model, log=[]), text
        self.model.log.append(("shopper", text))
        while len(await self.desk.history(self.name, 0)) < len(self.model.log):  # noqa: ASYNC110
            await asyncio.sleep(0)

    async def finish(self) -> None:
        if self.asking is None:
            return
        then, text = self.pending
        if then.owner != "human" and self.model.owner != "human" and then.takeovers == self.model.takeovers:
            self.model.log.append(("bot", f"You said: {text}"))
        self.thinking.set()
        await self.asking
        self.thinking.clear()
        self.asking = None

    async def call(self) -> None:
        await self.rooms.tickets.open(self.name, TicketReason.COMPLAINT, "…")
        if self.model.owner == "bot":
            self.model.owner = "waiting"

    async def take(self, agent: Agent) -> None:
        free = self.model.owner != "human"
        done = await self._done(self.rooms.handover.take(self.name, agent))
        assert done is (free or self.model.agent == agent.id), self.name
        if free:
            self.model.owner, self.model.agent = "human", agent.id
            self.model.takeovers += 1

    async def say(self, agent: Agent) -> None:
        self.count += 1
        text = f"a{self.count}"
        done = await self._done(self.rooms.handover.say(self.name, agent.id, text, text))
        assert done is self._has(agent), self.name
        if done:
            self.model.log.append(("agent", text))

    async def back(self, agent: Agent) -> None:
        done = await self._done(self.rooms.handover.give_back(self.name, agent.id))
        assert done is self._has(agent), self.name
        if done:
            self.model.owner, self.model.agent = "bot", ""

    async def transfer(self, agent: Agent, to: Agent) -> None:
        done = await self._done(self.rooms.handover.transfer(self.name, agent.id, to))
        assert done is self._has(agent), self.name
        if done:
            self.model.agent = to.id

    def _has(self, agent: Agent) -> bool:
        return self.model.owner == "human" and self.model.agent == agent.id

    async def _done(self, move: object) -> bool:
        try:
            await move  # type: ignore[misc]
        except NotYours:
            return False
        return True


async def test_any_order_of_events_keeps_bot_and_people_apart(sqlite_template: Path, tmp_path: Path) -> None:
    """Random schedules of shopper, bot and two agents, each checked step by step against a model of the rules."""
    path = shutil.copy(sqlite_template, tmp_path / "schedules.db")
    database = Database(f"sqlite:///{path}")
    chance, rooms = random.Random(20261124), rooms_on(database)
    for n in range(SCHEDULES):
        await Schedule(rooms, f"s{n}", chance).run(chance.randint(3, 8))
    await database.close()
