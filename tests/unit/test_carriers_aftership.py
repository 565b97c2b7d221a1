"""AfterShip's tracking webhooks: every checkpoint, tags and sub-tags, zones, estimates and broken payloads."""

import copy
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tracking.carriers.aggregators.aftership import SUBTAGS, TAGS, parse
from tracking.errors import InvalidInput
from tracking.model import Status
from tracking.webhooks import Message

NOW = datetime(2026, 11, 21, 9, 1, tzinfo=UTC)
PAYLOAD = json.loads(Path("tests/data/aftership_tracking_update.json").read_text(encoding="utf-8"))


def read(payload: object) -> Message:
    return parse(json.dumps(payload).encode(), {}, NOW)


def with_point(**fields: Any) -> dict[str, Any]:
    payload = copy.deepcopy(PAYLOAD)
    payload["msg"]["checkpoints"] = [{"checkpoint_time": "2026-11-20T10:00:00+00:00", **fields}]
    return payload


def test_every_checkpoint_is_read() -> None:
    message = read(PAYLOAD)
    assert message.delivery_id == "00000000-0000-4000-8000-000000000001"
    assert {update.tracking_number for update in message.events} == {"RB123456785GB"}
    assert {update.carrier for update in message.events} == {"royal_mail"}
    assert [update.event.status for update in message.events] == [
        Status.LABEL_CREATED,
        Status.PICKED_UP,
        Status.DELAYED,
        Status.IN_TRANSIT,
        Status.RETURNING,
    ]
    assert (message.rejected, message.unmapped) == ((), ())


def test_one_checkpoint_in_full() -> None:
    event = read(PAYLOAD).events[2].event
    assert event.occurred_at == datetime(2026, 11, 17, 17, 20, tzinfo=UTC)
    assert (event.zone_source, event.location) == ("location", "Chicago, IL, USA")
    assert (event.raw_status, event.description) == ("Exception_004", "Held by customs")
    assert (event.source, event.recorded_at, event.event_id) == ("aftership", NOW, "")


@pytest.mark.parametrize(
    ("fields", "zone_source", "utc"),
    [
        ({"checkpoint_time": "2026-11-20T10:00:00+07:00", "country_iso3": "GBR"}, "offset", "2026-11-20T03:00"),
        ({"checkpoint_time": "2026-07-20T10:00:00", "country_iso3": "GBR"}, "location", "2026-07-20T09:00"),
        ({"checkpoint_time": "2026-11-20T10:00:00", "country_region": "JPN"}, "location", "2026-11-20T01:00"),
        (
            {"checkpoint_time": "2026-11-20T10:00:00", "country_iso3": "USA", "state": "wa"},
            "location",
            "2026-11-20T18:00",
        ),
        ({"checkpoint_time": "2026-11-20T10:00:00", "country_iso3": "USA", "state": "TX"}, "utc", "2026-11-20T10:00"),
        ({"checkpoint_time": "2026-11-20T10:00:00", "country_iso3": "USA"}, "utc", "2026-11-20T10:00"),
        ({"checkpoint_time": "2026-11-20T10:00:00"}, "utc", "2026-11-20T10:00"),
        ({"checkpoint_time": "2026-11-20", "country_iso3": "FRA"}, "location", "2026-11-19T23:00"),
    ],
)
def test_a_missing_zone_is_taken_from_the_place_where_that_is_sure(
    fields: dict[str, Any], zone_source: str, utc: str
) -> None:
    event = read(with_point(**fields)).events[0].event
    assert event.zone_source == zone_source
    assert event.occurred_at.astimezone(UTC).isoformat()[:16] == utc


def test_the_place_is_joined_where_it_is_not_written() -> None:
    assert read(PAYLOAD).events[0].event.location == "Exampleton, United Kingdom"
    assert read(with_point(city="Springfield", state="springfield", country_iso3="USA")).events[0].event.location == (
        "Springfield, USA"
    )


@pytest.mark.parametrize(
    ("code", "ours"),
    [
        ("Pending_001", Status.UNKNOWN),
        ("Pending_006", Status.UNKNOWN),
        ("Expired_001", Status.UNKNOWN),
        ("InfoReceived_001", Status.LABEL_CREATED),
        ("InTransit_001", Status.IN_TRANSIT),
        ("InTransit_002", Status.PICKED_UP),
        ("InTransit_003", Status.IN_TRANSIT),
        ("InTransit_009", Status.IN_TRANSIT),
        ("OutForDelivery_001", Status.OUT_FOR_DELIVERY),
        ("OutForDelivery_003", Status.OUT_FOR_DELIVERY),
        ("OutForDelivery_004", Status.IN_TRANSIT),
        ("AttemptFail_001", Status.ATTEMPT_FAILED),
        ("AttemptFail_003", Status.ATTEMPT_FAILED),
        ("AvailableForPickup_001", Status.AVAILABLE_FOR_PICKUP),
        ("Delivered_001", Status.DELIVERED),
        ("Delivered_005", Status.DELIVERED),
        ("Exception_001", Status.EXCEPTION),
        ("Exception_003", Status.EXCEPTION),
        ("Exception_004", Status.DELAYED),
        ("Exception_005", Status.DELAYED),
        ("Exception_007", Status.EXCEPTION),
        ("Exception_010", Status.RETURNING),
        ("Exception_011", Status.RETURNED),
        ("Exception_012", Status.EXCEPTION),
        ("Exception_013", Status.EXCEPTION),
        ("Exception_017", Status.DELAYED),
        ("Exception_018", Status.EXCEPTION),
        ("Exception_020", Status.CANCELLED),
        ("Exception_021", Status.EXCEPTION),
        ("Exception_999", Status.EXCEPTION),
    ],
)
def test_subtags(code: str, ours: Status) -> None:
    message = read(with_point(tag=code.partition("_")[0], subtag=code))
    assert (message.events[0].event.status, message.unmapped) == (ours, ())


def test_a_tag_alone_is_enough_and_every_subtag_has_a_known_tag() -> None:
    for tag, ours in TAGS.items():
        assert read(with_point(tag=tag)).events[0].event.status is ours
    assert {code.partition("_")[0] for code in SUBTAGS} <= set(TAGS)


def test_a_code_we_do_not_know_is_kept_and_named() -> None:
    message = read(with_point(tag="Teleported", subtag="Teleported_001"))
    assert message.events[0].event.status is Status.UNKNOWN
    assert message.unmapped == ("Teleported_001",)


def test_the_couriers_estimate_spans_its_days() -> None:
    window = read(PAYLOAD).events[0].estimate
    assert window is not None
    assert window.earliest == datetime(2026, 11, 23, tzinfo=UTC)
    assert window.latest == datetime(2026, 11, 26, tzinfo=UTC) - timedelta(seconds=1)
    assert (window.basis, window.made_at) == ("carrier", datetime(2026, 11, 21, 9, tzinfo=UTC))


def test_the_older_field_is_one_day_and_nonsense_is_no_estimate() -> None:
    payload = copy.deepcopy(PAYLOAD)
    del payload["msg"]["courier_estimated_delivery_date"]
    window = read(payload).events[0].estimate
    assert window is not None
    assert window.latest - window.earliest == timedelta(days=1, seconds=-1)
    payload["msg"]["expected_delivery"] = ""
    assert read(payload).events[0].estimate is None


def test_who_signed() -> None:
    payload = with_point(tag="Delivered", subtag="Delivered_003")
    payload["msg"]["signed_by"] = "Neighbour Example"
    assert read(payload).events[0].event.signed_by == "Neighbour Example"


@pytest.mark.parametrize("broken", [None, 7, {}, {"checkpoint_time": ""}, {"checkpoint_time": "0001-01-01T00:00:00"}])
def test_a_broken_checkpoint_does_not_lose_the_others(broken: object) -> None:
    payload = copy.deepcopy(PAYLOAD)
    payload["msg"]["checkpoints"].append(broken)
    message = read(payload)
    assert len(message.events) == 5
    assert message.rejected[0].startswith("msg.checkpoints[5]: ")


def test_other_events_say_nothing() -> None:
    assert read({"event": "webhook_test", "event_id": "1"}).events == ()


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        ({}, "msg.tracking_number"),
        ({"msg": {"tracking_number": " "}}, "msg.tracking_number"),
        ({"msg": {"tracking_number": "1", "checkpoints": {}}}, "msg.checkpoints"),
    ],
)
def test_what_is_wrong_and_where(payload: object, where: str) -> None:
    with pytest.raises(InvalidInput, match=where):
        read(payload)
