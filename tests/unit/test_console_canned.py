"""Canned answers: the file we bring, files that merchants write, and how placeholders are filled."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracking.errors import InvalidInput
from tracking.model import Contact, DeliveryWindow, Item, Order, Shipment, ShipmentState, Status, TrackingEvent
from web.console.canned import Canned, filled, read_canned

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SCAN = TrackingEvent(Status.IN_TRANSIT, NOON, NOON, "test", description="Left the centre")
WINDOW = DeliveryWindow(NOON, datetime(2026, 11, 26, 18, tzinfo=UTC), NOON, "carrier")
ARRIVED = Shipment("1Z0000000000000001", "ups", state=ShipmentState(Status.DELIVERED, NOON, SCAN, NOON))
MOVING = Shipment("1Z0000000000000002", "ups", state=ShipmentState(Status.IN_TRANSIT, NOON, SCAN), estimate=WINDOW)
ORDER = Order("1001", NOON, Contact("Ada Wickett"), items=(Item("K", "Kettle"),), shipments=(ARRIVED, MOVING))


def fill(text: str, order: Order | None = ORDER) -> str:
    return filled(Canned("x", text), order, "Kim", "Example shop")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{agent} of {shop} to {customer}", "Kim of Example shop to Ada"),
        ("{order}: {status}", "1001: 1 of 2 parcels delivered"),
        ("{carrier} {tracking_number}", "UPS 1Z0000000000000002"),
        ("{window}", "between Tuesday 24 November and Thursday 26 November"),
        ("{last_scan}", "Left the centre, Tuesday 24 November"),
        ("{items}", "Kettle"),
    ],
)
def test_what_is_known_of_the_order_is_filled_in(text: str, expected: str) -> None:
    assert fill(text) == expected


def test_what_is_not_known_is_left_for_the_agent() -> None:
    assert fill("{agent}: {carrier}, {tracking_number}", None) == "Kim: [carrier], [tracking number]"
    assert fill("{carrier} {window}", Order("1", NOON)) == "[carrier] [window]"


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again() -> None:
    order = Order("{agent}", NOON)
    assert fill("{order}", order) == "{agent}"


def test_ours_can_be_read() -> None:
    assert len(read_canned()) >= 5


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[answer]", "can't be read"),
        ("x = 1", "title and a text"),
        ("[[answer]]\ntitle = 'a'", "title and a text"),
        ("[[answer]]\ntitle = 'Hello'\ntext = 'Dear {nmae}'", "Hello: {nmae} is none of"),
    ],
)
def test_a_file_that_is_wrong_says_where_and_what(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "canned.toml"
    path.write_text(text)
    with pytest.raises(InvalidInput) as told:
        read_canned(path)
    assert str(path) in str(told.value)
    assert problem in str(told.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="can't be read"):
        read_canned(tmp_path / "none.toml")
