"""Derives the status of an order from its parcels; pure."""

from dataclasses import dataclass

from tracking.model import Order, Shipment, Status

_SHOWN_FIRST = (
    Status.EXCEPTION,
    Status.ATTEMPT_FAILED,
    Status.AVAILABLE_FOR_PICKUP,
    Status.OUT_FOR_DELIVERY,
    Status.DELAYED,
    Status.IN_TRANSIT,
    Status.PICKED_UP,
    Status.LABEL_CREATED,
    Status.PENDING,
    Status.RETURNING,
    Status.RETURNED,
    Status.DELIVERED,
    Status.CANCELLED,
)
"""Of parcels in different states, the order shows the first of these: what needs the shopper, then what still moves."""

_NOT_SENT = frozenset({Status.PENDING, Status.LABEL_CREATED, Status.CANCELLED})


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """`delivered` of `total` parcels have arrived; parcels whose label was cancelled are not counted."""

    status: Status
    delivered: int
    total: int

    @property
    def summary(self) -> str:
        """The state in a few English words, such as "1 of 2 parcels delivered"."""
        if self.total > 1 and self.delivered:
            return f"{self.delivered} of {self.total} parcels delivered"
        if self.status is Status.PENDING:
            return "not shipped yet"
        words = self.status.value.replace("_", " ")
        return f"{self.total} parcels, {words}" if self.total > 1 else words


def order_status(order: Order) -> OrderStatus:
    """Return the status the parcels add up to. A cancelled order is cancelled unless a parcel of it went out."""
    parcels = [s for s in order.shipments if s.status is not Status.CANCELLED]
    delivered = sum(s.status is Status.DELIVERED for s in parcels)
    return OrderStatus(_overall(order, parcels), delivered, len(parcels))


def _overall(order: Order, parcels: list[Shipment]) -> Status:
    if order.cancelled and all(s.status in _NOT_SENT for s in parcels):
        return Status.CANCELLED
    statuses = {s.status for s in parcels}
    if not statuses:
        # Every label cancelled, order alive: the shop will send it some other way.
        return Status.PENDING
    return min(statuses, key=_SHOWN_FIRST.index)
