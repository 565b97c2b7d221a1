"""EasyPost's tracker events: every scan, the status map, times, places, estimates and broken payloads."""

import copy
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tracking.carriers.aggregators.easypost import AGGREGATOR, DETAILS, NEUTRAL_DETAILS, STATUSES, parse
from tracking.errors import InvalidInput
from tracking.model import DeliveryWindow, Status
from tracking.webhooks import Message

NOW = datetime(2026, 11, 20, 18, 22, tzinfo=UTC)
PAYLOAD = json.loads(Path("tests/data/easypost_tracker_updated.json").read_text(encoding="utf-8"))


def read(payload: object) -> Message:
    return parse(json.dumps(payload).encode(), {}, NOW)


def with_detail(**fields: Any) -> dict[str, Any]:
    payload = copy.deepcopy(PAYLOAD)
    detail = {"status": "in_transit", "datetime": "2026-11-20T10:00:00Z", **fields}
    payload["result"]["tracking_details"] = [detail]
    return payload


def status_of(status: str, detail: str | None = None) -> Status:
    return read(with_detail(status=status, status_detail=detail)).events[0].event.status


def test_every_scan_is_read() -> None:
    message = read(PAYLOAD)
    assert message.delivery_id == "evt_00000000000000000000000000000001"
    assert {update.tracking_number for update in message.events} == {"9405803699300124287899"}
    assert {update.carrier for update in message.events} == {"usps"}
    assert [update.event.status for update in message.events] == [
        Status.LABEL_CREATED,
        Status.PICKED_UP,
        Status.DELAYED,
        Status.OUT_FOR_DELIVERY,
        Status.DELIVERED,
    ]
    assert (message.rejected, message.unmapped, message.orders) == ((), (), ())


def test_one_scan_in_full() -> None:
    event = read(PAYLOAD).events[-1].event
    assert event.occurred_at == datetime(2026, 11, 20, 18, 15, tzinfo=UTC)
    assert event.occurred_at.utcoffset() == timedelta(hours=-5)
    assert (event.recorded_at, event.source) == (NOW, "easypost")
    assert event.raw_status == "delivered/arrived_at_destination"
    assert event.location == "GREENVILLE, ME, US"
    assert event.description == "Delivered, Front Door/Porch"
    assert (event.zone_source, event.signed_by, event.event_id) == ("offset", "A. EXAMPLE", "")


def test_utc_is_said_to_be_utc_and_a_postcode_is_a_place() -> None:
    event = read(PAYLOAD).events[2].event
    assert (event.zone_source, event.location) == ("utc", "20066")
    naive = read(with_detail(datetime="2026-11-20T10:00:00")).events[0].event
    assert (naive.occurred_at, naive.zone_source) == (datetime(2026, 11, 20, 10, tzinfo=UTC), "utc")


def test_only_the_delivery_is_signed() -> None:
    assert [update.event.signed_by for update in read(PAYLOAD).events] == ["", "", "", "", "A. EXAMPLE"]


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        ("unknown", Status.UNKNOWN),
        ("pre_transit", Status.LABEL_CREATED),
        ("in_transit", Status.IN_TRANSIT),
        ("out_for_delivery", Status.OUT_FOR_DELIVERY),
        ("available_for_pickup", Status.AVAILABLE_FOR_PICKUP),
        ("delivered", Status.DELIVERED),
        ("return_to_sender", Status.RETURNING),
        ("failure", Status.ATTEMPT_FAILED),
        ("cancelled", Status.CANCELLED),
        ("error", Status.EXCEPTION),
    ],
)
def test_every_documented_status(status: str, ours: Status) -> None:
    assert status_of(status) is ours


@pytest.mark.parametrize(
    ("status", "detail", "ours"),
    [
        ("in_transit", "weather_delay", Status.DELAYED),
        ("in_transit", "return", Status.RETURNING),
        ("in_transit", "arrived_at_facility", Status.IN_TRANSIT),
        ("in_transit", "expired", Status.UNKNOWN),
        ("failure", "damaged", Status.EXCEPTION),
        ("failure", "delivery_exception", Status.ATTEMPT_FAILED),
        ("error", "lost", Status.EXCEPTION),
        ("error", "delayed", Status.DELAYED),
        ("delivered", "delayed", Status.DELIVERED),
        ("out_for_delivery", "delayed", Status.OUT_FOR_DELIVERY),
        ("return_to_sender", "arrived_at_destination", Status.RETURNED),
        ("unknown", "delayed", Status.UNKNOWN),
        ("unknown", "unknown", Status.UNKNOWN),
    ],
)
def test_the_detail_counts_where_it_says_more(status: str, detail: str, ours: Status) -> None:
    assert status_of(status, detail) is ours


def test_every_documented_detail_is_known() -> None:
    documented = {"address_correction", "arrived_at_destination", "arrived_at_facility", "arrived_at_pickup_location"}
    documented |= {"awaiting_information", "cancelled", "damaged", "delayed", "delivery_exception", "departed_facility"}
    documented |= {"departed_origin_facility", "expired", "failure", "held", "in_transit", "label_created", "lost"}
    documented |= {"missorted", "out_for_delivery", "received_at_destination_facility", "received_at_origin_facility"}
    documented |= {"refused", "return", "status_update", "transferred_to_destination_carrier", "transit_exception"}
    documented |= {"unknown", "weather_delay"}
    assert set(DETAILS["in_transit"]) | NEUTRAL_DETAILS == documented
    for detail in documented:
        for status in STATUSES:
            assert read(with_detail(status=status, status_detail=detail)).unmapped == ()


def test_a_code_we_do_not_know_is_kept_and_named() -> None:
    message = read(with_detail(status="teleported", status_detail="quantum"))
    event = message.events[0].event
    assert (event.status, event.raw_status) == (Status.UNKNOWN, "teleported/quantum")
    assert message.unmapped == ("teleported/quantum",)


@pytest.mark.parametrize("broken", [None, "x", {}, {"status": "delivered"}, {"datetime": "yesterday"}, {"datetime": 5}])
def test_a_broken_scan_does_not_lose_the_others(broken: object) -> None:
    payload = copy.deepcopy(PAYLOAD)
    payload["result"]["tracking_details"].insert(1, broken)
    message = read(payload)
    assert len(message.events) == 5
    assert len(message.rejected) == 1
    assert message.rejected[0].startswith("result.tracking_details[1]: ")


def test_a_scan_from_the_future_is_left_out() -> None:
    assert read(with_detail(datetime="2026-11-21T10:00:00Z")).rejected == ()
    message = read(with_detail(datetime="2027-01-01T10:00:00Z"))
    assert message.events == ()
    assert "future" in message.rejected[0]


def test_a_date_is_estimated_as_that_whole_day() -> None:
    window = read(PAYLOAD).events[0].estimate
    day = datetime(2026, 11, 21, tzinfo=UTC)
    made_at = datetime(2026, 11, 20, 18, 21, tzinfo=UTC)
    assert window == DeliveryWindow(day, day + timedelta(hours=23, minutes=59, seconds=59), made_at, "carrier")


def test_a_time_is_estimated_as_by_then() -> None:
    payload = copy.deepcopy(PAYLOAD)
    payload["result"]["est_delivery_date"] = "2026-11-21T20:00:00-06:00"
    window = read(payload).events[0].estimate
    zone = timezone(timedelta(hours=-6))
    assert window is not None
    assert (window.earliest, window.latest) == (
        datetime(2026, 11, 21, tzinfo=zone),
        datetime(2026, 11, 21, 20, tzinfo=zone),
    )


def test_the_carriers_local_date_goes_first_and_nonsense_is_no_estimate() -> None:
    payload = copy.deepcopy(PAYLOAD)
    payload["result"]["carrier_detail"]["est_delivery_date_local"] = "2026-11-22"
    window = read(payload).events[0].estimate
    assert window is not None
    assert window.latest.date().isoformat() == "2026-11-22"
    payload["result"] |= {"carrier_detail": None, "est_delivery_date": "soon"}
    assert read(payload).events[0].estimate is None


def test_heard_at_is_when_easypost_spoke_but_never_later_than_now() -> None:
    assert read(PAYLOAD).events[0].checked_at == datetime(2026, 11, 20, 18, 21, tzinfo=UTC)
    payload = copy.deepcopy(PAYLOAD)
    payload["result"]["updated_at"] = "2026-11-25T00:00:00Z"
    assert read(payload).events[0].checked_at == NOW


def test_other_events_say_nothing() -> None:
    message = read({"id": "evt_2", "description": "batch.created", "result": {"object": "Batch"}})
    assert (message.delivery_id, message.events) == ("evt_2", ())
    assert message.rejected == ("not a tracker update: batch.created",)


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        ([], "JSON object"),
        ({}, "description"),
        ({"description": "tracker.updated"}, "result.tracking_code"),
        ({"description": "tracker.updated", "result": []}, "result.tracking_code"),
        ({"description": "tracker.updated", "result": {"tracking_code": {}}}, "result.tracking_code"),
        (
            {"description": "tracker.created", "result": {"tracking_code": "1", "tracking_details": 3}},
            "tracking_details",
        ),
    ],
)
def test_what_is_wrong_and_where(payload: object, where: str) -> None:
    with pytest.raises(InvalidInput, match=where):
        read(payload)


def test_a_tracker_without_scans_is_no_error() -> None:
    assert read({"description": "tracker.created", "result": {"tracking_code": "1"}}).events == ()


def test_a_secret_with_accents_is_normalised_as_easypost_does() -> None:
    composed, decomposed = "s\u00e9cret", "se\u0301cret"
    digest = hmac.new(decomposed.encode(), b"{}", hashlib.sha256).hexdigest()
    headers = {"X-Hmac-Signature": f"hmac-sha256-hex={digest}"}
    assert AGGREGATOR.verify(b"{}", headers, composed)
    assert AGGREGATOR.verify(b"{}", headers, decomposed)
    assert not AGGREGATOR.verify(b"{}", {"X-Hmac-Signature": digest}, composed)
