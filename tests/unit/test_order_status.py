"""What the parcels of an order add up to."""

import pytest

from tests.scans import NOON
from tracking.model import Order, Shipment, ShipmentState, Status
from tracking.order_status import order_status

S = Status


def order(*statuses: Status, cancelled: bool = False) -> Order:
    parcels = tuple(Shipment(str(i), state=ShipmentState(status)) for i, status in enumerate(statuses))
    return Order("1001", NOON, shipments=parcels, cancelled=cancelled)


@pytest.mark.parametrize(
    ("statuses", "status", "summary"),
    [
        ((), S.PENDING, "not shipped yet"),
        ((S.IN_TRANSIT,), S.IN_TRANSIT, "in transit"),
        ((S.DELIVERED, S.IN_TRANSIT), S.IN_TRANSIT, "1 of 2 parcels delivered"),
        ((S.DELIVERED, S.DELIVERED), S.DELIVERED, "2 of 2 parcels delivered"),
        ((S.DELIVERED, S.CANCELLED), S.DELIVERED, "delivered"),
        ((S.CANCELLED,), S.PENDING, "not shipped yet"),
        ((S.IN_TRANSIT, S.EXCEPTION), S.EXCEPTION, "2 parcels, exception"),
        ((S.OUT_FOR_DELIVERY, S.LABEL_CREATED), S.OUT_FOR_DELIVERY, "2 parcels, out for delivery"),
        ((S.RETURNED,), S.RETURNED, "returned"),
    ],
)
def test_the_parcels_make_the_order(statuses: tuple[Status, ...], status: Status, summary: str) -> None:
    found = order_status(order(*statuses))
    assert (found.status, found.summary) == (status, summary)


@pytest.mark.parametrize("statuses", [(), (S.LABEL_CREATED,), (S.CANCELLED,)])
def test_a_cancelled_order_is_cancelled(statuses: tuple[Status, ...]) -> None:
    assert order_status(order(*statuses, cancelled=True)).status is S.CANCELLED


def test_a_cancelled_order_whose_parcel_went_out_tells_of_the_parcel() -> None:
    assert order_status(order(S.IN_TRANSIT, cancelled=True)).status is S.IN_TRANSIT


@pytest.mark.parametrize("status", sorted(set(Status) - {S.UNKNOWN}))
def test_one_parcel_gives_the_order_its_status(status: Status) -> None:
    assert order_status(order(status)).status in {status, S.PENDING}
