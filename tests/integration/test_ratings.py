"""Ratings on real databases: one per order and kind, changed for a while, added up, and erased with their order."""

import asyncio
from datetime import timedelta

import pytest

from store.database import Database
from store.ratings import RatingTable
from support.model import Inbound
from support.ratings import Ratings, TooLate
from tests.desks import FrozenClock, Rooms, rooms_on
from tracking.errors import InvalidInput
from tracking.model import Contact, OrderUpdate


@pytest.fixture
async def rooms(database: Database) -> Rooms:
    made = rooms_on(database)
    now = made.clock.now()
    contact = Contact("Dana Doe", "dana@example.com", "")
    await made.ingest.save_orders([OrderUpdate(number, now, "api", now, contact) for number in ("1001", "1002")])
    await made.desk.handle(Inbound("c1", "m1", "hello"))
    return made


@pytest.fixture
def ratings(database: Database, rooms: Rooms) -> Ratings:
    return Ratings(RatingTable(database), rooms.clock)


async def test_one_rating_per_order_and_kind(ratings: Ratings, rooms: Rooms) -> None:
    await ratings.add("delivery", 2, "page", order="#1001", words="Late\x00 again")
    rooms.clock.pass_(days=13)
    changed = await ratings.add("delivery", 4, "link", order="1001")
    await ratings.add("chat", 5, "chat", order="1001")
    assert (changed.score, changed.source, changed.words) == (4, "page", "")
    assert changed.changed_at - changed.at == timedelta(days=13)
    assert await ratings.of("delivery", order="1001") == changed
    other = await ratings.of("chat", order="1001")
    assert other is not None
    assert other.score == 5
    assert await ratings.of("delivery", order="1002") is None


async def test_after_two_weeks_it_stays(ratings: Ratings, rooms: Rooms) -> None:
    first = await ratings.add("delivery", 2, "page", order="1001")
    rooms.clock.pass_(days=14, seconds=1)
    with pytest.raises(TooLate):
        await ratings.add("delivery", 5, "page", order="1001")
    assert await ratings.of("delivery", order="1001") == first


async def test_a_conversation_without_an_order_is_rated_itself(ratings: Ratings) -> None:
    await ratings.add("chat", 3, "chat", conversation="c1")
    found = await ratings.of("chat", conversation="c1")
    assert found is not None
    assert found.score == 3


@pytest.mark.parametrize(
    ("score", "about", "words"),
    [(0, "1001", ""), (6, "1001", ""), (-1, "1001", ""), (3, "", ""), (3, "9999", ""), (3, "1001", "x" * 501)],
)
async def test_what_is_refused(ratings: Ratings, score: int, about: str, words: str) -> None:
    with pytest.raises(InvalidInput):
        await ratings.add("delivery", score, "page", order=about, words=words)
    assert (await ratings.summary("delivery", FrozenClock().now() - timedelta(days=1))).count == 0


async def test_they_are_added_up_by_time_and_kind(ratings: Ratings, rooms: Rooms) -> None:
    began = rooms.clock.now()
    await ratings.add("delivery", 5, "page", order="1001")
    rooms.clock.pass_(days=2)
    await ratings.add("delivery", 2, "page", order="1002")
    await ratings.add("chat", 1, "chat", conversation="c1")
    everything = await ratings.summary("delivery", began)
    assert (everything.count, everything.average, everything.scores) == (2, 3.5, {5: 1, 2: 1})
    assert (await ratings.summary("delivery", began + timedelta(days=1))).scores == {2: 1}
    assert (await ratings.summary("delivery", began, began + timedelta(days=1))).scores == {5: 1}


async def test_ratings_at_the_same_time_are_one(ratings: Ratings, rooms: Rooms) -> None:
    await asyncio.gather(*(ratings.add("delivery", score, "page", order="1001") for score in (1, 2, 3, 4, 5)))
    assert (await ratings.summary("delivery", rooms.clock.now())).count == 1


async def test_a_rating_is_erased_with_its_order(ratings: Ratings, rooms: Rooms) -> None:
    began = rooms.clock.now()
    await ratings.add("delivery", 1, "page", order="1001", words="Dana here")
    await rooms.ingest.erase_customer("api", "dana@example.com", "", [])
    assert await ratings.of("delivery", order="1001") is None
    assert (await ratings.summary("delivery", began)).count == 0
