"""Canada Post: its Tracking web service, which answers in XML; it pushes nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

import aiohttp

from tracking.carriers.aggregators._events import collect
from tracking.carriers.apis._reading import day_window, event, not_found, place_zone, report, stamp, status_of, when
from tracking.carriers.apis.base import Answer, Call, CarrierApi, Keys, Parcel, Rate, Report, Values, setting
from tracking.errors import InvalidInput
from tracking.model import DeliveryWindow, Status, TrackingEvent
from tracking.reading import joined, moment, text

_CODES: Mapping[Status, str] = {
    Status.LABEL_CREATED: "3000",
    Status.PICKED_UP: "1301 1302 1303 2300",
    Status.IN_TRANSIT: "0100 0170",
    Status.OUT_FOR_DELIVERY: "0174 0500",
    Status.AVAILABLE_FOR_PICKUP: "1701 1702 1703",
    Status.ATTEMPT_FAILED: "0154 0156 1407 1435 1436 1437 1438 1479 1488 2407",
    Status.DELAYED: "0117 0121 0125 0159 0160 0161 0162 0163 0172 0621 0622 0623 0624 0625 0626 0627 0628 1410 1411 "
    "1414 1443 1444 1484 1494 2410 2411 2414 4625 4700",
    Status.EXCEPTION: "0120 0171 0173 0179 1412 1450 1483 1493 2412 4650",
    Status.DELIVERED: "0610 0611 0612 0613 0614 0615 0616 0617 0618 0619 0620 1405 1408 1409 1421 1422 1423 1424 1425 "
    "1426 1427 1428 1429 1430 1431 1432 1433 1434 1441 1442 1461 1462 1463 1465 1466 1467 1468 1469 1471 1472 1473 "
    "1475 1476 1496 1497 1498 1499 5300",
    Status.RETURNING: "0167 0168 0169 0181 0182 0183 0184 1100 1415 1416 1417 1418 1419 1420 1481 1482 1491 1492 2600 "
    "2802",
}
CODES: Mapping[str, Status] = {code: status for status, codes in _CODES.items() for code in codes.split()}
"""Event identifiers, as far as we are sure of them."""

_HOURS = {"NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5} | {
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "YST": -7,
}
_PROVINCES = {"B": "NS", "C": "PE", "E": "NB", "R": "MB", "T": "AB", "Y": "YT"}
_NO_HISTORY = "004"


def _auth(values: Values) -> Keys:
    user, password = setting(values, "canada_post_user"), setting(values, "canada_post_password")
    return Keys({"Authorization": aiohttp.encode_basic_auth(user, password)})


def _call(parcel: Parcel, _values: Values) -> Call:
    headers = {"Accept": "application/vnd.cpc.track-v2+xml", "Accept-Language": "en-CA"}
    return Call(f"/vis/track/pin/{parcel.number}/detail", headers=headers)


def _read(answer: Answer, parcel: Parcel, now: datetime) -> Report:
    root = _xml(answer.body)
    if _name(root) == "messages":
        codes = [text(_fields(entry).get("code"), 20) for entry in root]
        if answer.status == 404 or _NO_HISTORY in codes:
            return not_found(parcel, now)
        Answer(max(answer.status, 400), b"").checked(codes[0] if codes else "")
    if answer.status == 404:
        return not_found(parcel, now)
    answer.checked()
    if _name(root) != "tracking-detail":
        raise InvalidInput(f"tracking-detail was expected, not {_name(root)[:40]}")
    entries = [_fields(entry) for part in root if _name(part) == "significant-events" for entry in part]
    found = collect(entries, "significant-events", lambda entry: _event(entry, now))
    signed = [entry.get("signatory-name", "") for entry in entries]
    return report(
        parcel,
        found,
        now,
        mapped=CODES,
        carrier="canada_post",
        estimate=_estimate(_fields(root), now),
        signed_by=text(next(filter(None, signed), "")),
    )


def _xml(body: bytes) -> Element:
    """Return the root. Raises InvalidInput for what is no XML, or declares entities: expat is given none to expand."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise InvalidInput("XML with a document type is not read")
    try:
        return fromstring(body)  # noqa: S314 - no entities, and the body is bounded
    except (ParseError, ValueError, LookupError) as error:
        raise InvalidInput(f"The body is not XML that can be read ({type(error).__name__}).") from error


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _fields(element: Element) -> dict[str, str]:
    return {_name(child): (child.text or "").strip() for child in element}


def _event(entry: dict[str, Any], now: datetime) -> TrackingEvent:
    code, province = text(entry.get("event-identifier"), 10), entry.get("event-province")
    local, zone = stamp(entry.get("event-date"), entry.get("event-time")), _zone(entry.get("event-time-zone"))
    if local is not None and zone is not None:
        local = local.replace(tzinfo=zone)
    return event(
        "canada_post",
        status_of(code, CODES),
        when(local, place_zone("CA", province), now, "event-date"),
        now,
        raw=code,
        location=joined(entry.get("event-site"), province),
        description=entry.get("event-description"),
    )


def _zone(name: object) -> tzinfo | None:
    hours = _HOURS.get(text(name, 5).upper())
    return timezone(timedelta(hours=hours)) if hours is not None else None


def _estimate(fields: dict[str, str], now: datetime) -> DeliveryWindow | None:
    due = moment(fields.get("changed-expected-date")) or moment(fields.get("expected-delivery-date"))
    zone = place_zone("CA", _PROVINCES.get(fields.get("destination-postal-id", "")[:1].upper(), ""))
    return day_window(due.date(), due.date(), zone, now) if due else None


API = CarrierApi(
    code="canada_post",
    name="Canada Post",
    covers=("canada_post",),
    settings=("canada_post_user", "canada_post_password"),
    address="https://soa-gw.canadapost.ca",
    rate=Rate(1, 5),
    auth=_auth,
    call=_call,
    read=_read,
    statuses=CODES,
    asks="Tracking v2 (XML), `GET /vis/track/pin/{number}/detail`",
    zones="the zone's letters as written (EST, PDT …); else the scan's province; else UTC",
    proof="`signatory-name`",
    estimates="changed or expected day",
)
