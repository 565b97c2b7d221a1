"""The kind of shipment, from the sources that name it, and empty from those that don't."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.scans import NOON, scan
from tracking.carriers.aggregators import aggregators
from tracking.model import EventUpdate, Status
from tracking.records import ShipmentRecord, merge_events

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def services(code: str, payload: dict[str, Any]) -> set[str]:
    message = aggregators()[code].parse(json.dumps(payload).encode(), {}, NOW)
    assert message.events
    return {update.service for update in message.events}


def payload(name: str) -> Any:
    return json.loads((Path("tests/data") / f"{name}.json").read_text("utf-8"))


def test_easypost_names_it_in_the_carrier_s_details() -> None:
    told = payload("easypost_tracker_updated")
    assert services("easypost", told) == {"First-Class Package Service"}
    told["result"]["carrier_detail"] = None
    assert services("easypost", told) == {""}


def test_aftership_calls_it_the_shipment_type() -> None:
    told = payload("aftership_tracking_update")
    told["msg"]["shipment_type"] = "Tracked 24"
    assert services("aftership", told) == {"Tracked 24"}
    told["msg"]["shipment_type"] = None
    assert services("aftership", told) == {""}


def test_shippo_calls_it_the_service_level() -> None:
    told = payload("shippo_track_updated")
    told["data"]["servicelevel"] = {"token": "usps_priority", "name": "Priority Mail"}
    assert services("shippo", told) == {"Priority Mail"}
    del told["data"]["servicelevel"]
    assert services("shippo", told) == {""}


@pytest.mark.parametrize("nonsense", [7, ["a"], {"service": {"a": 1}}, {"service": "x" * 500}])
def test_nonsense_is_no_service(nonsense: object) -> None:
    told = payload("easypost_tracker_updated")
    told["result"]["carrier_detail"] = nonsense
    assert all(len(service) <= 64 for service in services("easypost", told))


def test_a_source_that_does_not_say_takes_nothing_away() -> None:
    named = EventUpdate("P", scan(Status.IN_TRANSIT), service="Ground")
    silent = EventUpdate("P", scan(Status.IN_TRANSIT, 1))
    record = merge_events(ShipmentRecord("P", "P", NOON), [named, silent])
    assert record.service == "Ground"
