"""Proof of ownership on real databases: who may see which order, and how wrong tries close the path."""

import asyncio

import pytest

from store.database import Database
from support.identity import proves
from support.model import Inbound, ProofResult, SignedIdentity
from tests.desks import Rooms, rooms_on
from tracking.model import Address, Contact, Order, OrderUpdate

DANA = Contact("Dana Doe", "dana@example.com", "+15550100142")
RIGHT, WRONG = "dana@example.com", "eve@example.com"


@pytest.fixture
async def rooms(database: Database) -> Rooms:
    made = rooms_on(database)
    now = made.clock.now()
    orders = [
        OrderUpdate(number, now, "api", now, DANA, Address("SW1A 1AA", "London", "", "GB"))
        for number in ("1001", "1002")
    ]
    await made.ingest.save_orders(orders)
    await made.desk.handle(Inbound("c1", "m1", "hello"))
    return made


async def order(rooms: Rooms, number: str = "1001") -> Order:
    found = await rooms.orders.find(number)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "proof", ["dana@example.com", "it's DANA@Example.com.", "sw1a1aa", "SW1A 1AA", "0142", "555 010 0142"]
)
async def test_right_proofs(rooms: Rooms, proof: str) -> None:
    assert proves(await order(rooms), proof)
    assert await rooms.identity.prove("c1", "#1001", proof) is ProofResult.VERIFIED
    assert await rooms.identity.can_see("c1", await order(rooms))


@pytest.mark.parametrize(
    "proof", ["", " ", "example.com", "dana", "142", "2", "SW1A", "1001", "@", "eve@example.com", "+1", "100142x"]
)
async def test_wrong_proofs(rooms: Rooms, proof: str) -> None:
    assert await rooms.identity.prove("c1", "1001", proof) is ProofResult.REFUSED
    assert not await rooms.identity.can_see("c1", await order(rooms))


async def test_nothing_is_seen_without_proof_and_only_the_proven_order_with_it(rooms: Rooms) -> None:
    assert await rooms.identity.visible_orders("c1") == []
    await rooms.identity.prove("c1", "1001", RIGHT)
    assert [o.number for o in await rooms.identity.visible_orders("c1")] == ["1001"]
    assert not await rooms.identity.can_see("c1", await order(rooms, "1002"))
    assert not await rooms.identity.can_see("c2", await order(rooms))


async def test_a_signed_identity_sees_its_orders_and_no_other(rooms: Rooms) -> None:
    await rooms.desk.handle(Inbound("c2", "m1", "hi", identity=SignedIdentity(phone="+15550100142")))
    await rooms.desk.handle(Inbound("c3", "m1", "hi", identity=SignedIdentity(phone="+15550100199")))
    assert {o.number for o in await rooms.identity.visible_orders("c2")} == {"1001", "1002"}
    assert await rooms.identity.visible_orders("c3") == []


async def test_an_order_without_contacts_can_not_be_proven(rooms: Rooms) -> None:
    now = rooms.clock.now()
    await rooms.ingest.save_orders([OrderUpdate("1003", now, "api", now)])
    for proof in ("", "0000", "a@b.example"):
        assert await rooms.identity.prove("c1", "1003", proof) is ProofResult.REFUSED


async def test_wrong_number_and_wrong_proof_look_alike(rooms: Rooms) -> None:
    answers = [await rooms.identity.prove("c1", "1001", WRONG), await rooms.identity.prove("c1", "9999", WRONG)]
    assert answers == [ProofResult.REFUSED] * 2
    assert len(set(rooms.waited)) == 1
    assert len(rooms.waited) == 2


async def test_five_wrong_tries_close_the_path_for_fifteen_minutes(rooms: Rooms) -> None:
    results = [await rooms.identity.prove("c1", f"77{i}", WRONG) for i in range(5)]
    assert results == [ProofResult.REFUSED] * 4 + [ProofResult.LOCKED]
    assert await rooms.identity.prove("c1", "1001", RIGHT) is ProofResult.LOCKED
    rooms.clock.pass_(minutes=14, seconds=59)
    assert await rooms.identity.prove("c1", "1001", RIGHT) is ProofResult.LOCKED
    rooms.clock.pass_(seconds=1)
    assert await rooms.identity.prove("c1", "1001", RIGHT) is ProofResult.VERIFIED


async def test_an_order_is_closed_to_all_who_guess_at_it(rooms: Rooms) -> None:
    for i in range(5):
        await rooms.identity.prove(f"guesser-{i}", "1001", WRONG)
    assert await rooms.identity.prove("c1", "#1001", RIGHT) is ProofResult.LOCKED
    assert await rooms.identity.prove("c1", "1002", RIGHT) is ProofResult.VERIFIED


async def test_an_address_is_closed_whatever_the_conversation(rooms: Rooms) -> None:
    for i in range(5):
        with rooms.identity.asked_from(f"guesser-{i}", "192.0.2.7"):
            await rooms.identity.prove(f"guesser-{i}", f"88{i}", WRONG)
    with rooms.identity.asked_from("c1", "192.0.2.7"):
        assert await rooms.identity.prove("c1", "1001", RIGHT) is ProofResult.LOCKED
    with rooms.identity.asked_from("c1", "192.0.2.8"):
        assert await rooms.identity.prove("c1", "1001", RIGHT) is ProofResult.VERIFIED


async def test_racing_tries_all_count(rooms: Rooms) -> None:
    tries = [rooms.identity.prove(f"c{i}", "1001", WRONG) for i in range(20)]
    results = await asyncio.gather(*tries)
    assert results.count(ProofResult.REFUSED) <= 5
    assert await rooms.identity.prove("c1", "1001", RIGHT) is ProofResult.LOCKED


async def test_tries_spread_over_more_than_the_window_close_nothing(rooms: Rooms) -> None:
    for i in range(8):
        assert await rooms.identity.prove("c1", f"66{i}", WRONG) is ProofResult.REFUSED
        rooms.clock.pass_(minutes=4)


async def test_proof_is_forgotten_after_half_an_hour_of_silence(rooms: Rooms) -> None:
    await rooms.identity.prove("c1", "1001", RIGHT)
    rooms.clock.pass_(minutes=29)
    await rooms.desk.handle(Inbound("c1", "m2", "still here"))
    assert await rooms.identity.can_see("c1", await order(rooms))
    rooms.clock.pass_(minutes=31)
    await rooms.desk.handle(Inbound("c1", "m3", "back again"))
    assert not await rooms.identity.can_see("c1", await order(rooms))
