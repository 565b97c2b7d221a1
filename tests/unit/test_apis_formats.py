"""What is peculiar to single carriers' answers: parts, numbers used twice, missing zones, scans without a status."""

import copy
import json
from datetime import UTC, timedelta
from typing import Any

import pytest

from tests.carrier_answers import NOW, WRAP, answer, read
from tests.carrier_stands import STANDS
from tests.carrier_stands.base import START, Known
from tests.payloads import paths, replaced
from tracking.carriers.apis import Parcel, Refused, apis
from tracking.carriers.apis.base import Answer
from tracking.carriers.apis.dhl import dhl_status
from tracking.carriers.apis.ups import CODES, TYPES, ups_mapped, ups_status
from tracking.errors import InvalidInput
from tracking.folding import identity
from tracking.model import Status


def test_ups_answers_with_all_parts_of_a_shipment_and_we_take_the_one_asked_for() -> None:
    told = answer("ups", "label", "transit")
    other = copy.deepcopy(told["trackResponse"]["shipment"][0]["package"][0])
    other |= {"trackingNumber": "1Z879E930346834440", "activity": other["activity"][1:]}
    told["trackResponse"]["shipment"][0]["package"].insert(0, other)
    assert len(read("ups", told).events) == 2
    assert len(read("ups", told, "1Z879E930346834440").events) == 1


def test_ups_without_gmt_is_told_by_the_state_and_without_a_place_by_utc() -> None:
    told = answer("ups", "transit")
    entry = told["trackResponse"]["shipment"][0]["package"][0]["activity"][0]
    for name in ("gmtDate", "gmtTime", "gmtOffset"):
        del entry[name]
    (event,) = [update.event for update in read("ups", told).events]
    assert (event.occurred_at, event.zone_source) == (START, "location")
    entry["location"] = {}
    (event,) = [update.event for update in read("ups", told).events]
    assert (event.occurred_at, event.zone_source) == (START.replace(tzinfo=UTC), "utc")


def test_ups_codes_and_types() -> None:
    assert ups_status("D", "") is TYPES["D"] is Status.DELIVERED
    assert ups_status("D", "021") is Status.OUT_FOR_DELIVERY
    assert ups_status("D", "999") is Status.UNKNOWN
    assert ups_mapped("D/FS/011")
    assert ups_mapped("I/DP")
    assert not ups_mapped("I/DP/999")
    assert not ups_mapped("Q/DP")
    assert len(CODES) == 63


@pytest.mark.parametrize("code", ["TV1002", "TW0001"])
def test_ups_says_not_found_in_several_ways(code: str) -> None:
    told = {"response": {"errors": [{"code": code, "message": "Invalid inquiry number"}]}}
    assert not read("ups", told, status=400).found
    assert not read("ups", {"trackResponse": {"shipment": [{"warnings": [{"code": code}]}]}}).found


def test_what_is_refused_names_the_source_s_code_only() -> None:
    told = {"response": {"errors": [{"code": "TV0003", "message": "secret words"}]}}
    with pytest.raises(Refused, match=r"400 TV0003") as refused:
        read("ups", told, status=400)
    assert "secret" not in str(refused.value)


def test_fedex_uses_numbers_again_and_the_newest_parcel_counts() -> None:
    told = answer("fedex", "label", "transit", "delivered")
    results = told["output"]["completeTrackResults"][0]["trackResults"]
    old = copy.deepcopy(results[0])
    for scan in old["scanEvents"]:
        scan["date"] = scan["date"].replace("2026", "2024")
    results.insert(0, old)
    events = read("fedex", told).events
    assert {update.event.occurred_at.year for update in events} == {2026}
    assert len(events) == 3


def test_fedex_says_why() -> None:
    told = answer("fedex", "attempt", "exception")
    assert [u.event.raw_status for u in read("fedex", told).events] == ["DE/03", "DE/08"]
    error = {"code": "TRACKING.DATA.NOTUNIQUE", "message": "x"}
    told["output"]["completeTrackResults"][0]["trackResults"] = [{"error": error}]
    with pytest.raises(Refused, match="NOTUNIQUE"):
        read("fedex", told)


def test_fedex_s_windows_go_before_its_day() -> None:
    told = answer("fedex", "transit")
    result = told["output"]["completeTrackResults"][0]["trackResults"][0]
    span = {"begins": "2026-11-19T13:00:00-05:00", "ends": "2026-11-19T17:00:00-05:00"}
    result["estimatedDeliveryTimeWindow"] = {"window": span}
    estimate = read("fedex", told).estimate
    assert estimate is not None
    assert (estimate.earliest.hour, estimate.latest.hour) == (13, 17)


def test_usps_without_gmt_is_told_by_the_state() -> None:
    told = answer("usps", "transit")
    (entry,) = told["trackingEvents"]
    del entry["GMTTimestamp"]
    (event,) = [update.event for update in read("usps", told).events]
    assert (event.occurred_at, event.zone_source) == (START, "location")
    entry["eventState"] = None
    assert read("usps", told).events[0].event.zone_source == "utc"


def test_usps_hours() -> None:
    told = answer("usps", "transit")
    told |= {"predictedDeliveryWindowStartTime": "12:45:00", "predictedDeliveryWindowEndTime": "16:45:00"}
    estimate = read("usps", told).estimate
    assert estimate is not None
    assert (estimate.earliest.hour, estimate.latest.hour) == (12, 16)
    assert estimate.earliest.utcoffset() == timedelta(hours=-5)


def test_dhl_s_divisions_may_share_a_number() -> None:
    told, older = answer("dhl", "label", "transit"), answer("dhl", "label")
    told["shipments"].insert(0, older["shipments"][0])
    assert len(read("dhl", told).events) == 2


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("transit", Status.IN_TRANSIT),
        ("transit/WC", Status.OUT_FOR_DELIVERY),
        ("transit/out for delivery", Status.OUT_FOR_DELIVERY),
        ("unknown", Status.UNKNOWN),
        ("teleported", Status.UNKNOWN),
    ],
)
def test_dhl_s_checkpoints_say_more(raw: str, status: Status) -> None:
    assert dhl_status(raw) is status


def test_dhl_without_events_has_its_status() -> None:
    told = answer("dhl", "transit")
    told["shipments"][0]["events"] = []
    assert len(read("dhl", told).events) == 1


def test_dhl_local_time_is_told_by_the_country() -> None:
    told = answer("dhl", "transit")
    entry = told["shipments"][0]["events"][0]
    entry |= {"timestamp": "2026-11-16T09:30:00", "location": {"address": {"countryCode": "DE"}}}
    (event,) = [update.event for update in read("dhl", told).events]
    assert (event.zone_source, event.occurred_at.utcoffset()) == ("location", timedelta(hours=1))


@pytest.mark.parametrize(
    ("code", "status", "ours"),
    [
        ("gls", "NOTDELIVERED", Status.ATTEMPT_FAILED),
        ("australia_post", "Held by courier", Status.DELAYED),
        ("seventeentrack", "Exception_Lost", Status.EXCEPTION),
        ("karrio", "on_hold", Status.EXCEPTION),
    ],
)
def test_the_newest_scan_without_a_status_has_the_parcel_s_and_stays_one_event(
    code: str, status: str, ours: Status
) -> None:
    told = answer(code, "transit", "unheard")
    _overall(code, told, status)
    first = [update.event for update in read(code, told).events]
    assert [event.status for event in sorted(first, key=lambda e: e.occurred_at)][-1] is ours
    grown = answer(code, "transit", "unheard", "delivered")
    _overall(code, grown, "")
    second = [update.event for update in read(code, grown).events]
    assert {identity(event) for event in first} < {identity(event) for event in second}


def _overall(code: str, told: Any, status: str) -> None:
    """Take the statuses of scans that have none away, and set the parcel's."""
    if code == "gls":
        told["parcels"][0]["status"] = status
    elif code == "australia_post":
        told["tracking_results"][0]["trackable_items"][0]["status"] = status
    elif code == "karrio":
        for event in told["events"]:
            event.pop("status")
        told["status"] = status or "delivered"
    else:
        for event in told["track_info"]["tracking"]["providers"][0]["events"]:
            event["stage"] = None
        told["track_info"]["latest_status"] = {"status": "Exception", "sub_status": status}


def test_17track_s_two_carriers_are_one_journey() -> None:
    told = answer("seventeentrack", "label", "transit")
    other = answer("seventeentrack", "out", "delivered")["track_info"]["tracking"]["providers"][0]
    told["track_info"]["tracking"]["providers"].append(other)
    assert len(read("seventeentrack", told).events) == 4


@pytest.mark.parametrize("code", [-18010002, -18019908, 429])
def test_17track_refuses_in_its_envelope(code: int) -> None:
    with pytest.raises(Refused, match=str(code)):
        read("seventeentrack", {"code": code, "data": {"errors": [{"code": code}]}})


def test_17track_registered_already_is_registered() -> None:
    check = apis()["seventeentrack"].registered
    told = {"code": 0, "data": {"accepted": [], "rejected": [{"error": {"code": -18019901}}]}}
    check(Answer(200, json.dumps(told).encode()))
    told["data"]["rejected"][0]["error"]["code"] = -18019903  # type: ignore[index]
    with pytest.raises(Refused):
        check(Answer(200, json.dumps(told).encode()))


def test_karrio_s_utc_is_not_believed() -> None:
    told = answer("karrio", "transit")
    told["events"][0]["timestamp"] = "2026-11-16T09:30:00.000Z"
    (event,) = [update.event for update in read("karrio", told).events]
    assert event.zone_source == "utc"
    told["tracking_number"] = "another"
    with pytest.raises(InvalidInput, match="another number"):
        read("karrio", told)


def test_canada_post_s_letters_are_the_zone() -> None:
    told = answer("canada_post", "transit")
    (event,) = [update.event for update in read("canada_post", told).events]
    assert event.occurred_at.utcoffset() == timedelta(hours=-5)
    (event,) = [u.event for u in read("canada_post", told.replace(">EST<", ">PDT<")).events]
    assert event.occurred_at.utcoffset() == timedelta(hours=-7)
    local = told.replace(">EST<", "><").replace(">ON<", ">AB<")
    assert read("canada_post", local).events[0].event.zone_source == "location"
    assert read("canada_post", told.replace(">EST<", "><")).events[0].event.zone_source == "utc"


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><tracking-detail/>',
        "<tracking-detail>",
        "<html><body>down</body></html>",
        "not xml",
        '<?xml version="1.0" encoding="nonsense"?><a/>',
    ],
)
def test_xml_that_is_not_trusted(body: str) -> None:
    with pytest.raises(InvalidInput):
        read("canada_post", body)


def test_canada_post_s_other_messages_are_refusals() -> None:
    told = "<messages><message><code>AA001</code><description>x</description></message></messages>"
    with pytest.raises(Refused, match="AA001"):
        read("canada_post", told)


HOSTILE: list[object] = [None, True, -1, 1.5, 10**30, "", "x", "a\x00b\ud800c", "9" * 3000, [], {}, [None, [], "x"]]
HOSTILE += [{"a": {}}, [{}], "2026-02-30", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "20270101", "²"]


@pytest.mark.parametrize("code", [code for code in STANDS if code != "canada_post"])
@pytest.mark.parametrize("status", [200, 400, 404])
def test_each_part_of_an_answer_may_be_anything(code: str, status: int) -> None:
    stand = STANDS[code]()
    kinds = tuple(kind for kind in ("label", "transit", "delivered") if kind in stand.expected)
    told = WRAP.get(code, lambda whole: whole)(stand.answer(stand.number, Known(kinds, signed_by="A. EXAMPLE")))
    for path in paths(told):
        for value in HOSTILE:
            try:
                body = json.dumps(replaced(told, path, value)).encode()
                found = apis()[code].read(Answer(status, body), Parcel(stand.number, stand.carrier), NOW)
            except (InvalidInput, Refused):
                continue
            repr(found).encode()
            assert "\\x00" not in repr(found)
            for update in found.events:
                assert update.event.occurred_at.astimezone(UTC) <= NOW + timedelta(days=2)
            if found.estimate:
                assert found.estimate.earliest.astimezone(UTC) <= found.estimate.latest.astimezone(UTC)


def test_shippo_and_shipengine_must_be_told_the_carrier() -> None:
    for code in ("shippo", "shipengine"):
        with pytest.raises(InvalidInput, match="--carrier"):
            apis()[code].call(Parcel("1"), lambda _: None)
    with pytest.raises(InvalidInput, match="--carrier"):
        apis()["karrio"].register(Parcel("1"), lambda _: None)  # type: ignore[misc]
