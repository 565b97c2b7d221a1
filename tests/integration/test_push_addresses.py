"""Addresses of browsers, apps and speakers on each database: bounded, once, gone with their order, exported."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from alerts.addresses import MOST, PushAddresses
from alerts.media.apns import MEDIUM as APNS
from store.alerts import AlertWishes
from store.database import Database
from store.erasing import erase_contact
from store.exporting import export_contact
from store.link_tables import link_clients, links
from store.push import AlexaUsers, PushTable
from store.push_tables import alexa_users, push_addresses
from support.sign_in import contact_hash
from tests.desks import FrozenClock
from tests.left_behind import ROBIN, leave_orders, put
from tests.scans import NOON
from tests.tracked import DANA, tracked
from tracking.errors import InvalidInput, NotConfigured

DEVICE = "ab" * 32


def addresses(database: Database, clock: FrozenClock | None = None) -> PushAddresses:
    assert APNS.named
    named = APNS.named
    taken = {"apns": lambda address: named(address, {}.get)}
    return PushAddresses(PushTable(database), AlertWishes(database), taken, clock or FrozenClock(NOON))


async def rows(database: Database) -> int:
    async with database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(push_addresses))).scalar() or 0)


async def test_the_same_device_twice_is_one_and_its_newest_word_counts(database: Database) -> None:
    await leave_orders(database)
    kept = addresses(database)
    assert await kept.add("1001", "apns", DEVICE, "api", "asked at checkout")
    assert await kept.add("#1001", "apns", DEVICE.upper(), "api", "asked in the app")
    table = PushTable(database)
    (digest,) = (await table.of("1001"))["apns"]
    assert await table.address("1001", "apns", digest) == DEVICE.upper()
    assert await kept.has("1001", "apns", DEVICE)
    assert await rows(database) == 1


async def test_two_at_once_are_one(database: Database) -> None:
    await leave_orders(database)
    await asyncio.gather(*(addresses(database).add("1001", "apns", DEVICE, "api", "yes") for _ in range(5)))
    assert await rows(database) == 1


async def test_what_is_removed_is_gone_for_this_order_alone(database: Database) -> None:
    await leave_orders(database)
    kept = addresses(database)
    for number in ("1001", "2001"):
        await kept.add(number, "apns", DEVICE, "api", "yes")
    assert await kept.remove("1001", "apns", DEVICE)
    assert not await kept.remove("1001", "apns", DEVICE)
    assert not await kept.has("1001", "apns", DEVICE)
    assert await kept.has("2001", "apns", DEVICE)


async def test_what_exists_no_more_is_gone_for_all_orders(database: Database) -> None:
    await leave_orders(database)
    for number in ("1001", "2001"):
        await addresses(database).add(number, "apns", DEVICE, "api", "yes")
    await addresses(database).add("1001", "apns", "cd" * 32, "api", "yes")
    table = PushTable(database)
    assert await table.forget("apns", (await table.of("1001"))["apns"][0]) == 2
    assert await rows(database) == 1


async def test_an_order_has_so_many_and_no_more(database: Database) -> None:
    await leave_orders(database)
    kept = addresses(database)
    devices = [f"{place:064x}" for place in range(MOST + 1)]
    for device in devices[:-1]:
        await kept.add("1001", "apns", device, "api", "yes")
    with pytest.raises(InvalidInput, match="remove one first"):
        await kept.add("1001", "apns", devices[-1], "api", "yes")
    assert await kept.add("1001", "apns", devices[0], "api", "yes again")
    assert await rows(database) == MOST


async def test_no_order_no_address(database: Database) -> None:
    await leave_orders(database)
    assert not await addresses(database).add("9999", "apns", DEVICE, "api", "yes")
    assert await rows(database) == 0


async def test_what_is_none_is_refused(database: Database) -> None:
    with pytest.raises(InvalidInput):
        await addresses(database).add("1001", "apns", "no token", "api", "yes")
    with pytest.raises(NotConfigured):
        await addresses(database).add("1001", "fcm", "dQw4w9", "api", "yes")


async def test_asking_takes_back_an_earlier_stop(database: Database) -> None:
    await leave_orders(database)
    clock = FrozenClock(NOON)
    await addresses(database, clock).add("1001", "apns", DEVICE, "api", "yes")
    (digest,) = (await PushTable(database).of("1001"))["apns"]
    _, wish = await AlertWishes(database).words("1001", (), contact_hash(digest), "apns")
    assert wish
    assert (wish.wanted, wish.at) == (True, NOON)


async def test_it_goes_with_its_order_and_is_exported_before(database: Database) -> None:
    await tracked(database)
    await addresses(database).add("1001", "apns", DEVICE, "api", "asked at checkout")
    await addresses(database).add("1002", "apns", DEVICE, "api", "asked at checkout")
    told = (await export_contact(database, DANA.email, ""))["push_addresses"]
    assert [(row["address"], row["consent"], row["source"]) for row in told] == [(DEVICE, "asked at checkout", "api")]
    async with database.write() as connection:
        await erase_contact(connection, DANA.email, "")
    assert await PushTable(database).of("1001") == {}
    assert await rows(database) == 1


async def leave_link(database: Database, id_: str = "l-1") -> None:
    client = {"id": "c-1", "name": "Alexa", "redirect_uris": [], "secret_hash": "", "pkce_required": True}
    if id_ == "l-1":
        await put(database, link_clients, **client, registered=False, made_at=NOON)
    link = {"client_id": "c-1", "email": ROBIN.email, "phone": "", "scopes": "orders:read", "resource": ""}
    await put(database, links, **link, id=id_, made_at=NOON)


async def test_a_speaker_is_told_once_it_is_linked_and_allowed(database: Database) -> None:
    await leave_link(database)
    users = AlexaUsers(database, FrozenClock(NOON))
    await users.linked("amzn1.one", "l-1")
    assert await users.of("", ROBIN.email) == ()
    await users.subscribed("amzn1.one", True)
    assert await users.of("+12025550142", ROBIN.email) == ("amzn1.one",)
    assert await users.of("", "alex@example.com") == ()
    assert await users.of("", "") == ()
    await users.subscribed("amzn1.one", False)
    assert await users.of("", ROBIN.email) == ()


async def test_it_may_be_allowed_before_it_is_linked(database: Database) -> None:
    users = AlexaUsers(database, FrozenClock(NOON))
    await users.subscribed("amzn1.one", True)
    await users.linked("amzn1.one", "no-such-link")
    assert await users.of("", ROBIN.email) == ()
    await leave_link(database)
    await users.linked("amzn1.one", "l-1")
    assert await users.of("", ROBIN.email) == ("amzn1.one",)


async def test_a_link_that_ends_ends_it(database: Database) -> None:
    await leave_link(database)
    users = AlexaUsers(database, FrozenClock(NOON))
    await users.linked("amzn1.one", "l-1")
    await users.subscribed("amzn1.one", True)
    async with database.write() as connection:
        await connection.execute(links.delete())
    assert await users.of("", ROBIN.email) == ()
    await leave_link(database, "l-2")
    await users.linked("amzn1.one", "l-2")
    assert await users.of("", ROBIN.email) == ("amzn1.one",)


async def test_a_speaker_goes_with_its_owner(database: Database) -> None:
    await leave_link(database)
    users = AlexaUsers(database, FrozenClock(NOON + timedelta(hours=1)))
    await users.linked("amzn1.one", "l-1")
    await users.subscribed("amzn1.two", True)
    told = (await export_contact(database, ROBIN.email, ""))["links"]
    assert [user["user_id"] for link in told for user in link["alexa_users"]] == ["amzn1.one"]
    async with database.write() as connection:
        await erase_contact(connection, ROBIN.email, "")
        left = (await connection.execute(select(alexa_users.c.user_id))).scalars().all()
    assert left == ["amzn1.two"]
