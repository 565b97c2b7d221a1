"""The lists that agents share: kept for a moment, never kept when something has changed."""

import pytest

from store.database import Database
from support.inbox import Counts, Inbox, Row, View
from support.live import Live, OwnerChanged, Said, TicketChanged, Typing
from tests.fakes import world
from web.console.lists import Lists


class Counting(Inbox):
    """The real inbox, counting how often it is asked."""

    asked = 0

    async def rows(self, view: View, agent: str) -> tuple[Row, ...]:
        self.asked += 1
        return await super().rows(view, agent)

    async def counts(self) -> Counts:
        self.asked += 1
        return await super().counts()


class Scene:
    """Lists over a counting inbox, with a clock that stands still."""

    def __init__(self, database: Database) -> None:
        known = world(database).console.inbox
        self.inbox, self.live, self.now = Counting(known._store, known._orders, known._clock), Live(), 0.0
        self.lists = Lists(self.inbox, self.live, lambda: self.now)

    async def asks(self, view: View) -> int:
        """How often the inbox is asked when two agents look at a list."""
        before = self.inbox.asked
        await self.lists.rows(view, "sam")
        await self.lists.rows(view, "kim")
        return self.inbox.asked - before


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


async def test_many_who_look_at_once_ask_once(scene: Scene) -> None:
    assert [await scene.asks(view) for view in ("waiting", "open", "solved", "mine")] == [1, 1, 1, 2]
    await scene.lists.counts()
    before = scene.inbox.asked
    await scene.lists.counts()
    assert scene.inbox.asked == before


async def test_after_a_change_or_a_while_it_is_asked_anew(scene: Scene) -> None:
    await scene.asks("waiting")
    for event, expected in (
        (OwnerChanged("c1", "waiting"), 1),
        (TicketChanged("c1", "T-1"), 1),
        (Said("c1", ()), 0),
        (Typing("c1", "shopper", True), 0),
    ):
        await scene.live.tell(event)
        assert await scene.asks("waiting") == expected, event
    scene.now += 4
    assert await scene.asks("waiting") == 1


async def test_what_was_read_during_a_change_is_not_kept(scene: Scene) -> None:
    await scene.asks("open")
    scene.now += 4
    rows = scene.inbox.rows

    async def rows_while_something_changes(view: View, agent: str) -> tuple[Row, ...]:
        found = await rows(view, agent)
        await scene.live.tell(OwnerChanged("c1", "bot"))
        return found

    scene.inbox.rows = rows_while_something_changes  # type: ignore[method-assign]
    assert await scene.asks("open") == 2
