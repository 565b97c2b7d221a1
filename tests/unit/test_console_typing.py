"""What a shopper's connection tells of typing: news only, and begun at most once a second."""

from channels._typing import ShopperTyping
from support.live import Event, Live, Typing


async def test_it_tells_only_news_and_not_too_often() -> None:
    live, heard, now = Live(), list[Event](), [0.0]

    async def hear(event: Event) -> None:
        heard.append(event)

    typing = ShopperTyping(live, "c1", lambda: now[0])
    async with live.listening("c1", hear):
        for on in (False, True, True, False, False, True, False):
            await typing.set(on)
        assert heard == [Typing("c1", "shopper", True), Typing("c1", "shopper", False)]
        now[0] = 1.5
        for on in (True, False):
            await typing.set(on)
    assert len(heard) == 4
