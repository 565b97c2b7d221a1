"""Scores read from what people write, and the chat's action that keeps them."""

import pytest
from action_fakes import Status, order, parcel, run, said, scan, services

from actions.small_talk import SmallTalk
from support.ratings import Summary, read_score


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("5 stars", 5),
        ("five stars", 5),
        ("4/5", 4),
        ("3/5 stars", 3),
        ("10/10", 5),
        ("9/10", 5),
        ("8 out of 10", 4),
        ("ten out of ten", 5),
        ("2 out of 5", 2),
        ("i'd give it a 7", 4),
        ("I'd rate this a 9", 5),
        ("my rating is 4", 4),
        ("rating: five", 5),
        ("rate 4", 4),
        ("i rate you 5", 5),
        ("i would rate the service 8 out of 10", 4),
        ("⭐⭐⭐", 3),
        ("0 stars", 1),
        ("0/10", 1),
        ("1 star from me", 1),
        ("4.5 stars", 5),
        ("order 1001 gets 4 stars", 4),
    ],
)
def test_scores(text: str, score: int) -> None:
    assert read_score(text) == score


@pytest.mark.parametrize(
    "text",
    ["rate this chat", "great service", "", "order 1001", "7/5", "99 stars", "11/10", "3/4", "12/05/2026", "rate 1001"],
)
def test_no_score(text: str) -> None:
    assert read_score(text) is None


def test_an_average_needs_ratings() -> None:
    assert Summary({}).average is None
    assert (Summary({5: 1, 2: 2}).average, Summary({5: 1, 2: 2}).count) == (3.0, 3)


@pytest.mark.parametrize(
    ("seen", "about"), [(("1001",), ("1001", "")), ((), ("", "c1"))], ids=["a proven order", "no proven order"]
)
async def test_the_chat_keeps_a_score(seen: tuple[str, ...], about: tuple[str, str]) -> None:
    shop = services(order("1001", parcel(scan(Status.DELIVERED, 2))), seen=seen)
    tracker = said("4 stars", "rate", slots={"order_number": "1001"})
    messages, _, _ = await run(SmallTalk(shop), tracker)
    assert [message["response"] for message in messages] == ["utter_rate"]
    assert shop.ratings.given == [("chat", 4, "chat", *about)]  # type: ignore[attr-defined]


async def test_the_chat_keeps_nothing_without_a_score() -> None:
    shop = services()
    await run(SmallTalk(shop), said("how can I rate this chat?", "rate"))
    assert shop.ratings.given == []  # type: ignore[attr-defined]
