"""The demo's everyday orders: those the simulated carrier moves on, and finished ones for company."""

from demo.catalogue import PEOPLE, PRODUCTS
from demo.scenario import Parcel, Scenario
from tracking.model import Status

MOVING_ORDERS = 32
_CARRIERS = ("usps", "ups", "fedex", "dhl", "ontrac")
_ON_SHOW = {"june", "wren"}
_LOCAL = tuple(key for key, person in PEOPLE.items() if person.address.country == "US" and key not in _ON_SHOW)
_DONE = "label:{0}d picked_up:{1}d hub:{2}d local:{3}d out:{3}d porch:{3}d"


def moving() -> tuple[Scenario, ...]:
    """Return the orders whose parcels the simulator moves on, in the order in which their turn comes."""
    return tuple(
        Scenario(
            str(1101 + place),
            _LOCAL[place % len(_LOCAL)],
            (Parcel(_CARRIERS[place % len(_CARRIERS)], (PRODUCTS[place % len(PRODUCTS)].sku,), "label:1d", 1),),
            Status.LABEL_CREATED,
            placed=2,
            promised=2,
        )
        for place in range(MOVING_ORDERS)
    )


def finished() -> tuple[Scenario, ...]:
    """Return orders that arrived some days ago."""
    return tuple(_finished(place) for place in range(8))


def _finished(place: int) -> Scenario:
    days = 3 + 2 * place
    history = _DONE.format(days + 4, days + 3, days + 2, days)
    parcel = Parcel(_CARRIERS[place % len(_CARRIERS)], (PRODUCTS[-1 - place].sku,), history)
    return Scenario(str(1061 + place), _LOCAL[-1 - place], (parcel,), Status.DELIVERED, placed=days + 6)
