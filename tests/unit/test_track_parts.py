"""The parts of the tracking page alone: links, forms, colours, live news."""

import asyncio
import re
from dataclasses import dataclass, field
from itertools import product

import pytest

from tests.desks import FrozenClock
from tracking.errors import InvalidInput, Unavailable
from tracking.model import Order
from web.track.brand import Look, contrast
from web.track.forms import FormTokens
from web.track.live import Listeners, Shown, Watch, events
from web.track.tokens import TrackLinks


@dataclass
class Ids:
    """Rows of orders in memory."""

    keys: dict[int, str] = field(default_factory=lambda: {7: "1001", 8: "1002", 4_000_000: "ord-2026-000042"})

    async def id_of(self, key: str) -> int | None:
        return next((row for row, known in self.keys.items() if known == key), None)

    async def key_of(self, order_id: int) -> str | None:
        return self.keys.get(order_id)


def order(number: str) -> Order:
    return Order(number, FrozenClock().now())


def links(ids: Ids, clock: FrozenClock, secret: str = "secret") -> TrackLinks:
    return TrackLinks(secret, "https://shop.example.com/", 90, ids, clock)


async def test_a_link_opens_its_order_and_fits_in_a_text() -> None:
    made = links(Ids(), FrozenClock())
    for number in ("#1001", "1002", "ORD-2026-000042"):
        url = await made.url(order(number))
        token = url.removeprefix("https://shop.example.com/track/")
        assert len(token) <= 40
        assert re.fullmatch(r"[A-Za-z0-9._-]+[A-Za-z0-9]", token)
        assert number.strip("#").lower() not in token.lower()
        opened = await made.opened(token)
        assert opened is not None
        assert opened.key == number.strip("#").lower()


async def test_a_link_is_the_same_all_day_and_another_tomorrow() -> None:
    clock = FrozenClock()
    made = links(Ids(), clock)
    first = await made.token(order("1001"))
    clock.pass_(hours=3)
    assert await made.token(order("1001")) == first
    clock.pass_(hours=24)
    assert await made.token(order("1001")) != first


async def test_a_link_ends_after_its_days() -> None:
    clock = FrozenClock()
    made = links(Ids(), clock)
    token = await made.token(order("1001"))
    clock.pass_(days=90)
    assert await made.opened(token) is not None
    clock.pass_(days=1)
    assert await made.opened(token) is None


async def test_any_changed_character_closes_it() -> None:
    made = links(Ids(), FrozenClock())
    token = await made.token(order("1001"))
    for place, other in product(range(len(token)), "AQgwB.-_9"):
        changed = token[:place] + other + token[place + 1 :]
        if changed != token:
            assert await made.opened(changed) is None, changed


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "é", "Bw", "A" * 5000, "_" * 60, "!!.!!.!!", "\x00"])
async def test_nonsense_opens_nothing(token: str) -> None:
    assert await links(Ids(), FrozenClock()).opened(token) is None


async def test_another_secret_opens_nothing() -> None:
    token = await links(Ids(), FrozenClock(), "other").token(order("1001"))
    assert await links(Ids(), FrozenClock()).opened(token) is None


async def test_a_row_given_to_another_order_is_not_opened_by_the_old_link() -> None:
    ids = Ids()
    made = links(ids, FrozenClock())
    token = await made.token(order("1001"))
    ids.keys = {7: "2001"}
    assert await made.opened(token) is None


async def test_there_is_no_link_to_an_unknown_order() -> None:
    with pytest.raises(InvalidInput):
        await links(Ids(), FrozenClock()).url(order("9999"))


def test_a_form_is_good_for_its_own_page_only() -> None:
    tokens = FormTokens("secret")
    token = tokens.new("a")
    assert tokens.read(token, "a")
    assert tokens.read(token, "a") == tokens.read(token, "a")
    assert tokens.read(tokens.new("a"), "a") != tokens.read(token, "a")
    assert [tokens.read(bad, "b") for bad in (token, "", "x", token + "x")] == [None] * 4
    assert FormTokens("other").read(token, "a") is None


@pytest.mark.parametrize("color", ["#ffe14d", "#0a0a0a", "#808080", "#2f54d6", "#ffffff", "#000000", "#a8481f"])
def test_any_shop_colour_can_be_read(color: str) -> None:
    for scheme in re.findall(r":root\{([^}]+)\}", Look("Shop", color=color).css):
        named = dict(pair.split(":") for pair in scheme.removeprefix("--").rstrip(";").split(";--"))
        assert contrast(named["on-brand"], named["brand"]) >= 4.5
        for ground in ("paper", "card", "brand-soft"):
            assert contrast(named["brand-ink"], named[ground]) >= 4.5


def test_the_logos_place_is_named_and_no_other() -> None:
    assert Look("Shop", "https://cdn.shop.example.com/a/logo.png").logo_source == "https://cdn.shop.example.com"
    assert Look("Shop", "/logo.png").logo_source == ""


@dataclass
class Changing:
    """An order that changes when told to."""

    version: int = 1
    up: bool = True
    drawn: int = 0

    async def stamp(self) -> str:
        if not self.up:
            raise Unavailable("away")
        return str(self.version)

    async def draw(self) -> Shown:
        self.drawn += 1
        return Shown(f"v{self.version}", f"<p>{self.version}</p>", "")

    @property
    def watch(self) -> Watch:
        return Watch(self.stamp, self.draw, poll_seconds=0.001)


async def news(stream: object) -> str:
    text: str = await asyncio.wait_for(anext(stream), 5)  # type: ignore[call-overload]
    return text


async def test_news_is_told_once_and_drawn_only_when_something_changed() -> None:
    changing, listeners = Changing(), Listeners()
    stream = events(changing.watch, "v1", listeners, "a")
    assert await news(stream) == "retry: 5000\n\n"
    following = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.05)
    assert not following.done()
    assert changing.drawn == 1
    changing.up = False
    await asyncio.sleep(0.02)
    changing.up, changing.version = True, 2
    assert (await asyncio.wait_for(following, 5)).startswith("id: v2\ndata: {")
    await stream.aclose()
    assert listeners.open == {}


async def test_a_page_that_missed_something_is_told_at_once() -> None:
    stream = events(Changing().watch, "v0", Listeners(), "a")
    await news(stream)
    assert "id: v1" in await news(stream)
    await stream.aclose()


async def test_listeners_are_counted_by_address() -> None:
    listeners = Listeners()
    for _ in range(30):
        listeners.come("a")
    assert not listeners.has_room("a")
    assert listeners.has_room("b")
    listeners.leave("a")
    assert listeners.has_room("a")
