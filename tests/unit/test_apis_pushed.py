"""What is pushed is the same as what is asked for, and says no more than it should."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from tests.carrier_answers import NOW, answer, read
from tracking.carriers.aggregators import aggregators
from tracking.carriers.apis import apis
from tracking.folding import identity

PUSHED = {
    "easypost": "easypost_tracker_updated",
    "aftership": "aftership_tracking_update",
    "fedex": "fedex_push",
    "karrio": "karrio_tracker_updated",
    "seventeentrack": "seventeentrack_updated",
    "shipengine": "shipengine_track",
    "shippo": "shippo_track_updated",
    "ups": "ups_track_alert",
}


def test_every_source_that_pushes_too_is_compared() -> None:
    assert set(PUSHED) == set(apis()) & set(aggregators())


@pytest.mark.parametrize("code", PUSHED)
def test_a_scan_that_is_pushed_is_the_one_that_is_asked_for(code: str) -> None:
    body = Path(f"tests/data/{PUSHED[code]}.json").read_bytes()
    pushed = aggregators()[code].parse(body, {}, NOW)
    told = json.loads(body)
    inner = {
        "easypost": lambda: told["result"],
        "aftership": lambda: told["msg"],
        "fedex": lambda: told,
        "karrio": lambda: told["data"],
        "seventeentrack": lambda: told["data"],
        "shipengine": lambda: {**told["data"], "carrier_code": "usps"},
        "shippo": lambda: told["data"],
        "ups": lambda: _as_answer(told),
    }[code]()
    number = pushed.events[0].tracking_number
    asked = read(code, inner, number)
    assert {identity(u.event) for u in pushed.events} == {identity(u.event) for u in asked.events}
    assert pushed.events
    assert {u.carrier for u in pushed.events} == {u.carrier for u in asked.events}


def _as_answer(pushed: dict[str, Any]) -> Any:
    """A UPS event as its Tracking API writes it."""
    told = answer("ups", "delivered")
    assert pushed["activityStatus"]["descriptionCode"] == "011"
    return told


def test_a_fedex_push_may_come_bare_and_one_bad_result_does_not_lose_the_others() -> None:
    told = json.loads(Path("tests/data/fedex_push.json").read_text())
    results = told["output"]["completeTrackResults"][0]["trackResults"]
    bare = {
        "trackResults": [{"scanEvents": []}, {"trackingNumberInfo": {"trackingNumber": "1"}, "scanEvents": 5}, *results]
    }
    message = aggregators()["fedex"].parse(json.dumps(bare).encode(), {}, NOW)
    assert len(message.events) == 5
    assert len(message.rejected) == 2


@pytest.mark.parametrize("code", ["shippo", "shipengine", "seventeentrack", "karrio"])
def test_other_events_say_nothing(code: str) -> None:
    message = aggregators()[code].parse(b'{"event": "other", "resource_type": "API_CARRIER_CONNECTED"}', {}, NOW)
    assert message.events == ()
    assert message.rejected[0].startswith("not a tracking update: ")


def test_karrio_may_sign_as_its_guide_says() -> None:
    body, verify = b'{"event": "tracker_updated"}', aggregators()["karrio"].verify
    signed = {"X-Karrio-Signature": hmac.new(b"whsec", body, hashlib.sha256).hexdigest()}
    assert verify(body, signed, "whsec")
    assert not verify(body + b" ", signed, "whsec")
    assert not verify(body, {**signed, "X-Karrio-Signature": "0" * 64, "X-Event-Id": "whsec"}, "whsec")
    assert verify(body, {"X-Event-Id": "whsec"}, "whsec")


def test_ups_pushes_a_window() -> None:
    told = json.loads(Path("tests/data/ups_track_alert.json").read_text())
    told |= {"deliveryStartTime": "130000", "deliveryEndTime": "170000", "scheduledDeliveryDate": "20261119"}
    estimate = aggregators()["ups"].parse(json.dumps(told).encode(), {}, NOW).events[0].estimate
    assert estimate is not None
    assert (estimate.earliest.hour, estimate.latest.hour) == (13, 17)
