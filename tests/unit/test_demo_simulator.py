"""The simulated carrier: its messages are EasyPost's in form and signature, and they move parcels to the door."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demo.orders import demo_events
from demo.simulator import AT_ONCE, PAUSE, Move, Simulator
from demo.traffic import MOVING_ORDERS, moving
from demo.wire import signature
from tracking.carriers.aggregators import easypost
from tracking.folding import fold, identity
from tracking.model import EventUpdate, Status, TrackingEvent

RECORDED = Path(__file__).parents[1] / "data" / "easypost_tracker_updated.json"
START = datetime(2026, 6, 17, 16, 0, tzinfo=UTC)
SECRET = "a sécret of the demo"  # with an accent, because EasyPost normalises the secret


class _SteppingClock:
    """Moves on by the shortest pause whenever it is read."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        self.time += timedelta(seconds=PAUSE[0])
        return self.time


def _moves(seed: int = 7) -> list[Move]:
    return list(Simulator("http://shop.example", SECRET, clock=_SteppingClock(), seeded_at=START, seed=seed).moves())


def _read(body: bytes) -> tuple[EventUpdate, ...]:
    message = easypost.parse(body, {}, START + timedelta(days=1))
    assert not message.rejected
    assert not message.unmapped
    return message.events


def _bodies(moves: list[Move]) -> list[bytes]:
    return [body for move in moves for body in move.bodies]


def test_messages_pass_verification_only_as_signed() -> None:
    body = _moves()[0].bodies[0]
    headers = {"X-Hmac-Signature": signature(body, SECRET)}
    assert easypost.verify(body, headers, SECRET)
    assert not easypost.verify(body + b" ", headers, SECRET)
    assert not easypost.verify(body, headers, "another secret")


def test_a_message_has_the_fields_of_a_recorded_one() -> None:
    recorded = json.loads(RECORDED.read_text("utf-8"))
    sent = json.loads(_moves()[0].bodies[0])
    assert set(sent) <= set(recorded)
    assert set(sent["result"]) <= set(recorded["result"])
    assert set(sent["result"]["tracking_details"][-1]) == set(recorded["result"]["tracking_details"][0])


def test_every_message_repeats_the_history_that_was_seeded() -> None:
    seeded = defaultdict(set)
    for update in demo_events(START):
        seeded[update.tracking_number].add(identity(update.event))
    for body in _bodies(_moves()):
        updates = _read(body)
        assert seeded[updates[0].tracking_number] < {identity(update.event) for update in updates}


def test_all_moving_parcels_arrive_and_no_other_is_touched() -> None:
    told: dict[str, list[TrackingEvent]] = defaultdict(list)
    for body in _bodies(_moves()):
        for update in _read(body):
            told[update.tracking_number].append(update.event)
    assert set(told) == {scenario.tracking_number(0) for scenario in moving()}
    assert {fold(events).status for events in told.values()} == {Status.DELIVERED}
    assert len(told) == MOVING_ORDERS


def test_some_messages_come_twice_and_some_late() -> None:
    moves = _moves()
    assert any(len(move.bodies) == 2 and move.bodies[0] == move.bodies[1] for move in moves)
    late = [move for move in moves if len(move.bodies) == 2 and move.bodies[0] != move.bodies[1]]
    assert late
    newer, older = (len(_read(body)) for body in late[0].bodies)
    assert newer == older + 1


def test_it_goes_on_for_half_an_hour_with_a_few_parcels_at_a_time() -> None:
    moves = _moves()
    assert len(moves) * (PAUSE[0] + PAUSE[1]) / 2 >= 30 * 60
    assert {line.split(":")[0] for move in moves[:AT_ONCE] for line in move.lines} == {
        f"parcel of order {scenario.number}" for scenario in moving()[:AT_ONCE]
    }
    assert moves[0].lines[0].startswith("parcel of order 1101: picked up")


def test_the_same_seed_makes_the_same_moves() -> None:
    assert [move.lines for move in _moves(3)] == [move.lines for move in _moves(3)]
    assert [move.lines for move in _moves(3)] != [move.lines for move in _moves(4)]
