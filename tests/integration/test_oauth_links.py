"""Links on a real database: codes used once, tokens rotated, reuse noticed, all of it under concurrent use."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from secrets import token_urlsafe

import pytest
from sqlalchemy import func, select

from store.clients import ClientTable
from store.database import Database
from store.link_tables import link_clients, link_codes, link_tokens, links
from store.linking import LinkTable
from store.pruning import prune
from support.clients import Client, Clients
from support.linking import ACCESS_LIFE, CODE_LIFE, REFRESH_LIFE, REPEAT_WITHIN, SCOPES, Links
from support.model import SignedIdentity
from tests.reports import FrozenClock
from tests.scans import NOON

ROBIN = SignedIdentity(email="robin@example.com")
ALEX = SignedIdentity(phone="+12025550142")
ALL = frozenset(SCOPES)
SECOND = timedelta(seconds=1)


class Room:
    """Links and clients on one database, by a clock that is set."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, FrozenClock()
        self.links = Links(LinkTable(database), self.clock)
        self.clients = Clients(ClientTable(database), self.clock)

    async def client(self, name: str = "Speaker") -> Client:
        return (await self.clients.add(name, ["https://speaker.example.com/linked"]))[0]

    async def allowed(self, client: Client, who: SignedIdentity = ROBIN, scopes: frozenset[str] = ALL) -> str:
        code = token_urlsafe(32)
        await self.links.allow(code, client, who, scopes, client.redirect_uris[0], "", "")
        return code

    async def linked(self, client: Client | None = None, who: SignedIdentity = ROBIN) -> tuple[str, str]:
        """A link's first access and refresh token."""
        code, pair = await self.allowed(client or await self.client(), who), two()
        assert await self.links.exchange(code, *pair, ALL)
        return pair

    async def rotated(self, refresh: str) -> tuple[str, str] | None:
        pair = two()
        return pair if await self.links.rotate(refresh, *pair, ALL) else None

    async def live(self, *access: str) -> list[bool]:
        return [await self.links.by_token(token) is not None for token in access]

    async def count(self, table: object) -> int:
        async with self.database.read() as connection:
            return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())  # type: ignore[arg-type]


def two() -> tuple[str, str]:
    return token_urlsafe(32), token_urlsafe(32)


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


async def test_a_code_becomes_a_link(room: Room) -> None:
    client = await room.client()
    code, (access, refresh) = await room.allowed(client), two()
    assert await room.links.exchange(code, access, refresh, ALL)
    link = await room.links.by_token(access)
    assert link is not None
    assert (link.client, link.identity, link.scopes, link.resource) == (client.id, ROBIN, ALL, "")
    for other in (refresh, code, link.id, "", "\ud800", "x" * 10_000):
        assert await room.links.by_token(other) is None


async def test_nothing_at_rest_can_be_used(room: Room) -> None:
    client, secret = await room.clients.add("Speaker", ["https://speaker.example.com/linked"])
    code = await room.allowed(client)
    access, refresh = await room.linked(client)
    async with room.database.read() as connection:
        tables = (link_clients, link_codes, link_tokens, links)
        kept = str([(await connection.execute(select(table))).all() for table in tables])
    for token in (secret, code, access, refresh):
        assert token not in kept


async def test_a_code_s_second_use_ends_what_the_first_made(room: Room) -> None:
    code, first = await room.allowed(await room.client()), two()
    assert await room.links.exchange(code, *first, ALL)
    other = await room.linked()
    room.clock.at += 2 * CODE_LIFE
    assert await room.links.code(code) is not None
    assert not await room.links.exchange(code, *two(), ALL)
    assert await room.live(first[0], other[0]) == [False, True]
    assert await room.rotated(first[1]) is None


async def test_a_code_expires(room: Room) -> None:
    code = await room.allowed(await room.client())
    room.clock.at += CODE_LIFE
    assert await room.links.code(code) is None
    assert not await room.links.exchange(code, *two(), ALL)
    assert await room.count(links) == 0


async def test_racing_uses_of_a_code_leave_no_link(room: Room) -> None:
    code = await room.allowed(await room.client())
    pairs = [two() for _ in range(8)]
    done = await asyncio.gather(*(room.links.exchange(code, *pair, ALL) for pair in pairs))
    assert sum(done) == 1
    assert await room.live(*(access for access, _ in pairs)) == [False] * 8
    assert await room.count(link_tokens) == 0


async def test_tokens_expire_and_refreshing_slides(room: Room) -> None:
    access, refresh = await room.linked()
    room.clock.at += ACCESS_LIFE - SECOND
    assert await room.live(access) == [True]
    room.clock.at += SECOND
    assert await room.live(access) == [False]
    for _ in range(3):
        room.clock.at += REFRESH_LIFE - timedelta(hours=2)
        renewed = await room.rotated(refresh)
        assert renewed is not None
        access, refresh = renewed
        assert await room.live(access) == [True]
    room.clock.at += REFRESH_LIFE
    assert await room.links.token(refresh) is None
    assert await room.rotated(refresh) is None


async def test_a_rotated_token_used_again_ends_the_link(room: Room) -> None:
    _, first = await room.linked()
    access, second = await room.rotated(first) or ("", "")
    third_access, third = await room.rotated(second) or ("", "")
    assert await room.live(access, third_access) == [True, True]
    assert await room.rotated(first) is None
    assert await room.live(access, third_access) == [False, False]
    assert await room.rotated(third) is None


async def test_a_lost_answer_may_be_asked_for_once_more_at_once(room: Room) -> None:
    _, first = await room.linked()
    lost = await room.rotated(first)
    room.clock.at += REPEAT_WITHIN
    access, second = await room.rotated(first) or ("", "")
    assert lost is not None
    assert await room.live(access) == [True]
    assert await room.rotated(second) is not None
    # Whoever holds the tokens of the lost answer is a thief, or the owner after one.
    assert await room.rotated(lost[1]) is None
    assert await room.live(access) == [False]


async def test_of_two_answers_the_first_used_counts(room: Room) -> None:
    _, first = await room.linked()
    one, other = await room.rotated(first), await room.rotated(first)
    assert one is not None
    assert other is not None
    assert await room.rotated(one[1]) is not None
    assert await room.rotated(other[1]) is None
    assert await room.live(one[0], other[0]) == [False, False]


@pytest.mark.parametrize("wait", [timedelta(), REPEAT_WITHIN + SECOND])
async def test_no_third_time_and_not_late(room: Room, wait: timedelta) -> None:
    _, first = await room.linked()
    again = [await room.rotated(first)]
    if not wait:
        again.append(await room.rotated(first))
    room.clock.at += wait
    assert None not in again
    assert await room.rotated(first) is None
    assert await room.count(links) == 0


async def test_racing_uses_of_a_refresh_token(room: Room) -> None:
    _, first = await room.linked()
    done = await asyncio.gather(*(room.rotated(first) for _ in range(8)))
    assert sum(pair is not None for pair in done) == 2  # one, and once more
    assert await room.count(links) == 0


async def test_two_at_a_time_keep_the_link(room: Room) -> None:
    _, first = await room.linked()
    one, other = await asyncio.gather(room.rotated(first), room.rotated(first))
    assert one is not None
    assert other is not None
    assert await room.live(one[0], other[0]) == [True, True]


async def test_revoking(room: Room) -> None:
    access, refresh = await room.linked()
    await room.links.revoke(access)
    assert await room.live(access) == [False]
    renewed = await room.rotated(refresh)
    assert renewed is not None
    await room.links.revoke(renewed[1])
    assert await room.live(renewed[0]) == [False]
    await room.links.revoke("unknown")


async def test_the_last_use_is_noted_once_a_minute(room: Room) -> None:
    access, _ = await room.linked()

    async def last() -> object:
        (mine,) = await room.links.of(ROBIN)
        return mine.last_used_at

    assert await last() is None
    times = []
    for seconds in (0, 59, 60):
        room.clock.at = NOON + timedelta(seconds=seconds)
        await room.links.by_token(access)
        times.append(await last())
    assert times == [NOON, NOON, NOON + timedelta(minutes=1)]


async def test_a_shopper_ends_only_their_own_links(room: Room) -> None:
    speaker, helper = await room.client("Speaker"), await room.client("Helper")
    mine = [await room.linked(speaker), await room.linked(helper)]
    theirs = await room.linked(speaker, ALEX)
    names = [link.name for link in await room.links.of(ROBIN)]
    assert sorted(names) == ["Helper", "Speaker"]
    (their,) = await room.links.of(ALEX)
    assert not await room.links.end(their.id, ROBIN)
    assert not await room.links.end(their.id, SignedIdentity())
    assert await room.links.of(SignedIdentity()) == ()
    assert await room.links.end_all(SignedIdentity()) == 0
    helped = next(link for link in await room.links.of(ROBIN) if link.name == "Helper")
    assert await room.links.end(helped.id, ROBIN)
    assert await room.live(mine[0][0], mine[1][0], theirs[0]) == [True, False, True]
    waiting = await room.allowed(helper)
    assert await room.links.end_all(ROBIN) == 1
    assert await room.live(mine[0][0], theirs[0]) == [False, True]
    assert await room.links.code(waiting) is None


async def test_removing_a_client_ends_its_links(room: Room) -> None:
    client = await room.client()
    access, _ = await room.linked(client)
    await room.allowed(client)
    assert await room.clients.remove(client.id)
    assert not await room.clients.remove(client.id)
    assert await room.live(access) == [False]
    assert [await room.count(table) for table in (link_clients, link_codes, link_tokens, links)] == [0, 0, 0, 0]


async def test_what_has_expired_is_pruned(room: Room) -> None:
    client = await room.client()
    self_made, _ = await room.clients.add("Bot", ["https://bot.example.com/"], public=True, registered=True)
    _, refresh = await room.linked(client)
    await room.allowed(client)
    assert await prune(room.database, NOON + timedelta(minutes=1)) == 0
    renewed = await room.rotated(refresh)
    assert renewed is not None
    await prune(room.database, NOON + timedelta(days=2))
    assert await room.count(link_codes) == 0
    assert await room.count(link_tokens) == 2  # the refresh tokens
    assert await room.clients.get(self_made.id) is not None
    await prune(room.database, NOON + timedelta(days=31))
    assert await room.clients.get(self_made.id) is None
    assert await room.clients.get(client.id) is not None
    await prune(room.database, NOON + REFRESH_LIFE + SECOND)
    assert [await room.count(table) for table in (link_tokens, links)] == [0, 0]


def public_names(clients: Sequence[Client]) -> list[str]:
    return [client.name for client in clients if client.public]


async def test_clients_are_kept_as_they_were_made(room: Room) -> None:
    uris = ["https://one.example.com/a?b=c", "http://127.0.0.1:4000/cb", "https://one.example.com/a?b=c"]
    made, secret = await room.clients.add("  My   speaker ", uris, pkce_required=False)
    assert made.name == "My speaker"
    assert made.redirect_uris == tuple(uris[:2])
    assert await room.clients.get(made.id) == made
    assert made.knows(secret)
    assert not made.knows(secret[:-1])
    assert not made.knows("")
    open_one, nothing = await room.clients.add("Open", uris, public=True)
    assert nothing == ""
    assert not open_one.knows("")
    assert public_names(await room.clients.all()) == ["Open"]
