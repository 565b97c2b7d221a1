"""All orders of the demo and what their carriers have reported so far, as updates for the tracking store."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from demo.scenario import Scenario
from demo.scenarios import SCENARIOS
from demo.traffic import finished, moving
from demo.wire import Tracker, tracker_event
from tracking.carriers.aggregators.easypost import parse
from tracking.model import EventUpdate, OrderUpdate

_LAST_ASKED = timedelta(minutes=2)


def all_scenarios() -> tuple[Scenario, ...]:
    """Return every order of the demo, the remarkable ones first."""
    return (*SCENARIOS, *finished(), *moving())


def demo_orders(now: datetime) -> list[OrderUpdate]:
    """Return the orders as the shop reports them, dated relative to `now` (aware)."""
    return [scenario.order(now) for scenario in all_scenarios()]


def demo_events(now: datetime) -> list[EventUpdate]:
    """Return all scans up to `now` (aware), read from the very messages the carriers would have sent through EasyPost.

    So a later message of the simulator, which repeats the whole history, finds every scan known already.
    """
    return [
        update
        for scenario in all_scenarios()
        for tracker in trackers(scenario, now)
        for update in parse(tracker_event(tracker, now - _LAST_ASKED), {}, now).events
    ]


def trackers(scenario: Scenario, now: datetime) -> Iterator[Tracker]:
    """Yield what the carriers know about the scenario's parcels; a parcel that none knows is left out."""
    for place, parcel in enumerate(scenario.parcels):
        if parcel.history:
            scans = scenario.scans(place, now)
            yield Tracker(scenario.tracking_number(place), parcel.carrier, scans, parcel.arrives, parcel.signed_by)
