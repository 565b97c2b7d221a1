"""Every source is tried with every kind of answer that a carrier may give; where there is none, the table says why."""

import json
from typing import Any

import pytest

from tests.carrier_answers import NOW, WRAP
from tests.carrier_place import Place
from tests.carrier_stands import STANDS
from tests.carrier_stands.base import SIGNED_BY, Fault, Known
from tracking.carriers.apis import Parcel, Report, apis
from tracking.carriers.apis.base import Answer
from tracking.errors import DoorstepError, Unavailable
from tracking.model import Status

SCANS = {"exception": "exception", "customs": "customs", "return": "returning"}
"""Kinds that one scan shows, as the stand-ins name it."""

SPLIT: dict[str, tuple[str | int, ...]] = {
    "ups": ("trackResponse", "shipment", 0, "package"),
    "australia_post": ("tracking_results", 0, "trackable_items"),
    "gls": ("parcels",),
    "postnord": ("TrackingInformationResponse", "shipments", 0, "items"),
    "easypost": ("trackers",),
    "aftership": ("data", "trackings"),
    "seventeentrack": ("data", "accepted"),
}
"""The way to the list of parcels in an answer, where an answer may be about several."""

_ONE = "an answer is about one parcel"
_TWICE = "an answer is about one number, and what it holds twice was used twice"
_UNSURE = "none of the codes whose meaning we are sure of"
_NONE = "it tells no signature"
LACKS = {
    ("canada_post", "split"): _ONE,
    ("dhl", "split"): _TWICE,
    ("fedex", "split"): _TWICE,
    ("karrio", "split"): _ONE,
    ("royal_mail", "split"): _ONE,
    ("shipengine", "split"): _ONE,
    ("shippo", "split"): _ONE,
    ("usps", "split"): _ONE,
    ("australia_post", "customs"): _UNSURE,
    ("canada_post", "customs"): _UNSURE,
    ("gls", "customs"): _UNSURE,
    ("royal_mail", "customs"): _UNSURE,
    ("usps", "customs"): _UNSURE,
    ("gls", "exception"): "all it documents is that a parcel was not delivered",
    ("gls", "return"): _UNSURE,
    ("australia_post", "proof"): _NONE,
    ("gls", "proof"): _NONE,
    ("seventeentrack", "proof"): _NONE,
    ("shippo", "proof"): _NONE,
}
"""What a source doesn't have, and why."""

REFUSALS: dict[str, tuple[int, Any]] = {
    "aftership": (429, {"meta": {"code": 429, "type": "TooManyRequests"}, "data": {}}),
    "australia_post": (200, {"errors": [{"code": "API_001", "name": "Too many requests"}]}),
    "canada_post": (401, "<messages><message><code>E002</code><description>AAA</description></message></messages>"),
    "dhl": (403, {"title": "Forbidden", "status": 403, "detail": "Not entitled"}),
    "easypost": (402, {"error": {"code": "PAYMENT_REQUIRED", "message": "Insufficient funds"}}),
    "fedex": (503, {"errors": [{"code": "SERVICE.UNAVAILABLE.ERROR", "message": "Try later"}]}),
    "gls": (200, {"parcels": [{"requested": "1", "errorCode": "E_500_01", "errorMessage": "Internal"}]}),
    "karrio": (403, {"errors": [{"code": "permission_denied", "message": "No"}]}),
    "postnord": (403, {"compositeFault": {"faults": [{"faultCode": "FORBIDDEN"}]}}),
    "royal_mail": (500, {"httpCode": "500", "httpMessage": "Internal Server Error", "errors": []}),
    "seventeentrack": (200, {"code": -18010013, "data": {"errors": [{"code": -18010013, "message": "No quota"}]}}),
    "shipengine": (403, {"errors": [{"error_type": "security", "error_code": "unauthorized"}]}),
    "shippo": (403, {"detail": "Not allowed"}),
    "ups": (403, {"response": {"errors": [{"code": "250002", "message": "Invalid Authentication Information."}]}}),
    "usps": (403, {"error": {"code": "403", "message": "Insufficient OAuth scope"}}),
}
"""How each source says no."""

GARBAGE = (b"", b"\xff\xfe\x00", b"<html>Maintenance", b"[[[[", b'{"a": 1}', b"<a><b></a>")


def has(code: str, kind: str) -> bool:
    """Whether a source's stand-in has such an answer."""
    if kind in SCANS:
        return SCANS[kind] in STANDS[code].kinds
    return {"split": code in SPLIT, "proof": STANDS[code].proves}[kind]


@pytest.mark.parametrize("kind", ["split", *SCANS, "proof"])
def test_the_table_is_whole(kind: str) -> None:
    """Every source has the kind or a reason why not, never both."""
    assert {code for code in apis() if not has(code, kind)} == {code for code, lacking in LACKS if lacking == kind}
    assert set(REFUSALS) == set(apis())


def whole(code: str, number: str, *kinds: str, **known: Any) -> Any:
    """An answer of a source, wrapped as it comes."""
    told = STANDS[code]().answer(number, Known(kinds, **known))
    return WRAP.get(code, lambda same: same)(told)


def read(code: str, told: object, status: int = 200) -> Report:
    body = told.encode() if isinstance(told, str) else json.dumps(told).encode()
    stand = STANDS[code]
    return apis()[code].read(Answer(status, body), Parcel(stand.number, stand.carrier), NOW)


@pytest.mark.parametrize("code", apis())
def test_normal(code: str) -> None:
    report = read(code, whole(code, STANDS[code].number, "label", "transit", "delivered"))
    statuses = [update.event.status for update in report.events]
    assert sorted(statuses) == sorted([Status.LABEL_CREATED, Status.IN_TRANSIT, Status.DELIVERED])


@pytest.mark.parametrize("code", SPLIT)
@pytest.mark.parametrize("first", [True, False])
def test_split(code: str, first: bool) -> None:
    """An answer about several parcels is about the one that was asked for."""
    told = whole(code, STANDS[code].number, "label", "transit")
    other = whole(code, "OTHER00000001", "label", "transit", "delivered")
    parcels, others = _at(told, SPLIT[code]), _at(other, SPLIT[code])
    parcels[:] = [*others, *parcels] if first else [*parcels, *others]
    report = read(code, told)
    assert report.found
    assert sorted(update.event.status for update in report.events) == [Status.IN_TRANSIT, Status.LABEL_CREATED]
    assert {update.tracking_number for update in report.events} == {STANDS[code].number}


def _at(told: Any, way: tuple[str | int, ...]) -> Any:
    for step in way:
        told = told[step]
    return told


@pytest.mark.parametrize("kind", SCANS)
@pytest.mark.parametrize("code", apis())
def test_exception_customs_return(code: str, kind: str) -> None:
    if not has(code, kind):
        return
    report = read(code, whole(code, STANDS[code].number, "label", SCANS[kind]))
    newest = max((update.event for update in report.events), key=lambda event: event.occurred_at)
    assert newest.status is STANDS[code]().expected[SCANS[kind]]
    assert newest.status not in {Status.UNKNOWN, Status.IN_TRANSIT}
    assert (report.unmapped, report.rejected) == ((), ())


@pytest.mark.parametrize("code", apis())
def test_proof(code: str) -> None:
    report = read(code, whole(code, STANDS[code].number, "label", "delivered", signed_by=SIGNED_BY))
    signed = {update.event.status: update.event.signed_by for update in report.events}
    assert signed == {Status.LABEL_CREATED: "", Status.DELIVERED: SIGNED_BY if has(code, "proof") else ""}


async def test_empty(place: Place) -> None:
    """A number that nobody knows."""
    assert not (await place.ask()).found


@pytest.mark.parametrize("code", apis())
def test_empty_of_scans(code: str) -> None:
    """A parcel that is known, but was never scanned."""
    told = whole(code, STANDS[code].number, "transit")
    report = read(code, _without_scans(told))
    assert report.events == ()
    assert report.rejected == ()


SCAN_LISTS = {"activity", "scanEvents", "events", "trackingEvents", "tracking_details", "tracking_history"}
SCAN_LISTS |= {"checkpoints"}


def _without_scans(told: Any) -> Any:
    """The answer with every list of scans empty, and without a status, which stands for the newest."""
    if isinstance(told, str) and "<occurrence>" in told:
        return told[: told.index("<occurrence>")] + told[told.index("</significant-events>") :]
    if isinstance(told, dict):
        left = {name: value for name, value in told.items() if name not in {"status", "tracking_status"}}
        return {name: [] if name in SCAN_LISTS else _without_scans(value) for name, value in left.items()}
    return [_without_scans(entry) for entry in told] if isinstance(told, list) else told


async def test_error(place: Place) -> None:
    status, told = REFUSALS[place.stand.code]
    body = told.encode() if isinstance(told, str) else json.dumps(told).encode()
    place.know("transit")
    place.stand.faults = [Fault(status, body)] * 3
    with pytest.raises(DoorstepError) as said:
        await place.ask()
    assert place.stand.number not in str(said.value)
    place.stand.faults = []
    place.clock.seconds += 7200
    assert (await place.ask()).found


async def test_garbage(place: Place) -> None:
    for body in GARBAGE:
        place.stand.faults = [Fault(200, body)] * 3
        place.clock.seconds += 7200
        try:
            report = await place.ask()
        except Unavailable:
            continue
        assert (report.found, report.events) == (False, ()), body
