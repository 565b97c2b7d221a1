"""An order as the MCP tools give it back: true, aged, and unknown where it is unknown."""

from datetime import timedelta

import pytest

from skills.mcp_server.shapes import OrderShown
from skills.mcp_server.showing import is_open, shown
from skills.mcp_server.words import STATUS, headline, which
from tests.scans import NOON, scan
from tracking.folding import distinct, fold
from tracking.model import DeliveryWindow, Item, Order, Shipment, Status, TrackingEvent

LATER = NOON + timedelta(hours=12)


def parcel(*events: TrackingEvent, number: str = "1Z999AA10123456784", **fields: object) -> Shipment:
    known: dict[str, object] = {"carrier": "ups", "known_since": NOON, "last_checked_at": NOON}
    return Shipment(number, events=distinct(events), state=fold(events), **{**known, **fields})  # type: ignore[arg-type]


def order(*parcels: Shipment, **fields: object) -> Order:
    return Order("1001", NOON - timedelta(days=3), shipments=parcels, **fields)  # type: ignore[arg-type]


def window(first: float, last: float, basis: str = "carrier") -> DeliveryWindow:
    """From so many hours after noon to so many."""
    return DeliveryWindow(NOON + timedelta(hours=first), NOON + timedelta(hours=last), NOON, basis)


def test_on_its_way_with_a_carrier_s_word() -> None:
    event = scan(Status.IN_TRANSIT, location="Leeds <b>[GB]</b>")
    known = shown(order(parcel(event, estimate=window(20, 28)), promised=window(10, 30, "")), LATER)
    assert (known.order_number, known.status, known.headline) == ("1001", Status.IN_TRANSIT, "on its way")
    assert known.arrival
    assert (known.arrival.earliest, known.arrival.basis) == (NOON + timedelta(hours=20), "carrier")
    assert known.promised
    assert known.promised.basis == "shop"
    assert (known.is_late, known.quiet_since) == (False, None)
    assert (known.last_scan_at, known.last_checked_at) == (NOON, NOON)
    assert (known.parcels[0].carrier, known.parcels[0].location) == ("UPS", "Leeds b GB /b")


def test_times_are_written_with_their_zone() -> None:
    written = shown(order(parcel(scan(Status.IN_TRANSIT))), LATER).model_dump(mode="json")
    assert written["last_scan_at"] == "2026-03-10T12:00:00Z"
    assert written["parcels"][0]["last_checked_at"] == "2026-03-10T12:00:00Z"


@pytest.mark.parametrize(("hours", "late"), [(30, False), (31, True)])
def test_late_is_past_the_shop_s_promise_whatever_the_carrier_expects(hours: float, late: bool) -> None:
    late_order = order(parcel(scan(Status.IN_TRANSIT), estimate=window(50, 60)), promised=window(10, 30))
    assert shown(late_order, NOON + timedelta(hours=hours)).is_late is late


def test_a_promised_day_lasts_until_its_end() -> None:
    promised = order(parcel(scan(Status.IN_TRANSIT)), promised=window(12, 12))
    assert shown(promised, NOON + timedelta(hours=35)).is_late is False
    assert shown(promised, NOON + timedelta(hours=37)).is_late is True


def test_without_anybody_s_word_lateness_and_arrival_are_unknown() -> None:
    known = shown(order(parcel(scan(Status.DELAYED))), NOON + timedelta(days=1))
    assert (known.status, known.is_late, known.arrival, known.promised) == (Status.DELAYED, None, None, None)


def test_delivered_is_over() -> None:
    done = order(parcel(scan(Status.DELIVERED), estimate=window(-9, -5)), promised=window(-9, -5))
    known = shown(done, LATER)
    assert (known.status, known.is_late, known.arrival) == (Status.DELIVERED, False, None)
    assert known.parcels[0].arrival is None
    assert not is_open(done)


def test_quiet_is_told_apart_from_status() -> None:
    known = shown(order(parcel(scan(Status.IN_TRANSIT))), NOON + timedelta(days=6))
    assert (known.status, known.quiet_since, known.is_late) == (Status.IN_TRANSIT, NOON, None)
    assert known.parcels[0].quiet_since == NOON


def test_never_scanned_has_no_scan_and_no_place() -> None:
    known = shown(order(parcel(last_checked_at=None)), LATER)
    only = known.parcels[0]
    assert (known.status, known.last_scan_at, known.last_checked_at) == (Status.PENDING, None, None)
    assert (only.status, only.last_scan_at, only.last_checked_at, only.location) == (Status.PENDING, None, None, None)


def test_an_unreadable_scan_is_neither_late_nor_delivered() -> None:
    known = shown(order(parcel(scan(Status.UNKNOWN))), LATER)
    assert (known.status, known.is_late, known.arrival) == (Status.PENDING, None, None)


def test_nothing_sent_yet_keeps_the_promise() -> None:
    known = shown(order(promised=window(20, 30)), LATER)
    assert (known.status, known.parcels, known.is_late) == (Status.PENDING, [], False)
    assert known.arrival
    assert known.arrival.basis == "shop"


def test_of_several_parcels_the_next_arrival_and_the_oldest_silence_count() -> None:
    known = shown(
        order(
            parcel(scan(Status.DELIVERED), number="1Z1", estimate=window(1, 2)),
            parcel(scan(Status.IN_TRANSIT, 1), number="1Z2", estimate=window(200, 210)),
            parcel(scan(Status.IN_TRANSIT, 2), number="1Z3", estimate=window(180, 190), carrier=None),
        ),
        NOON + timedelta(days=6),
    )
    assert known.headline == "1 of 3 parcels delivered"
    assert known.arrival
    assert known.arrival.earliest == NOON + timedelta(hours=180)
    assert known.quiet_since == NOON + timedelta(hours=1)
    assert known.last_scan_at == NOON + timedelta(hours=2)
    assert [p.tracking_number for p in known.parcels] == ["1Z1", "1Z2", "1Z3"]
    assert known.parcels[2].carrier is None


def test_cancelled_expects_nothing() -> None:
    known = shown(order(cancelled=True, promised=window(-30, -20)), LATER)
    assert (known.status, known.is_late, known.arrival) == (Status.CANCELLED, False, None)


def test_ready_to_collect_has_arrived() -> None:
    waiting = shown(order(parcel(scan(Status.AVAILABLE_FOR_PICKUP), estimate=window(20, 30))), LATER)
    assert (waiting.arrival, waiting.parcels[0].arrival) == (None, None)


def test_every_status_has_words() -> None:
    assert set(STATUS) == set(Status)
    for status in Status:
        assert isinstance(shown(order(parcel(scan(status))), LATER), OrderShown)


def test_the_question_which_names_what_was_bought() -> None:
    shoes = order(parcel(scan(Status.IN_TRANSIT)), items=(Item("a", "Blue shoes"), Item("b", "Hat"), Item("c", "Cup")))
    bare = order()
    assert which([shoes, bare]) == (
        "You have 2 orders that aren't finished: Blue shoes, Hat and 1 more, on its way; "
        "order 1001, not shipped yet. Which one do you mean?"
    )
    assert headline(bare) == "not shipped yet"
