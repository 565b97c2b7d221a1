"""UPS: its Tracking API, and how its scans read; what UPS pushes is received in `aggregators`, and reads the same."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracking.carriers.aggregators._events import collect
from tracking.carriers.apis._reading import (
    day_window,
    event,
    not_found,
    place_zone,
    report,
    shifted,
    stamp,
    status_of,
    when,
)
from tracking.carriers.apis.base import Answer, Call, CarrierApi, OAuth, Parcel, Rate, Refused, Report, Values, setting
from tracking.errors import InvalidInput, NotConfigured
from tracking.model import DeliveryWindow, Status, TrackingEvent
from tracking.reading import joined, obj, objects, text

_CODES: Mapping[Status, str] = {
    # Wishes and their answers: nothing happened to the parcel.
    Status.UNKNOWN: "018 020 027 028 033 041 042 054 056 063",
    Status.LABEL_CREATED: "003 044 045 065",
    Status.PICKED_UP: "038",
    Status.IN_TRANSIT: "005 010 012 014 025 039 057 071",
    Status.OUT_FOR_DELIVERY: "006 021",
    Status.AVAILABLE_FOR_PICKUP: "017 040",
    Status.ATTEMPT_FAILED: "022 023 024 060 061 062 066",
    Status.DELAYED: "016 019 032 046 047 048 051 052 053 055",
    Status.EXCEPTION: "013 029 030 049 050 058 059 064 068 069",
    Status.DELIVERED: "011 026",
    Status.RETURNING: "035 036 037",
    Status.RETURNED: "034 067",
    Status.CANCELLED: "007 043",
}
CODES: Mapping[str, Status] = {code: status for status, codes in _CODES.items() for code in codes.split()}
"""UPS' three-digit package status codes."""

TYPES: Mapping[str, Status] = {
    "M": Status.LABEL_CREATED,
    "MV": Status.CANCELLED,
    "P": Status.PICKED_UP,
    "I": Status.IN_TRANSIT,
    "O": Status.OUT_FOR_DELIVERY,
    "X": Status.EXCEPTION,
    "D": Status.DELIVERED,
    "RS": Status.RETURNED,
    # The expected day was changed, or UPS does not say.
    "U": Status.UNKNOWN,
    "NA": Status.UNKNOWN,
}
"""What a status type means where no code goes with it."""

_NO_SUCH_NUMBER = frozenset({"TW0001", "TW0002", "TV1002", "151018", "151022", "151044", "151045", "151062"})


def ups_status(kind: str, code: str) -> Status:
    """Return what a three-digit code means, or the type where there is none."""
    return status_of(code, CODES) if code else status_of(kind, TYPES)


def ups_raw(kind: str, letters: str, code: str) -> str:
    """Return the raw status in the one form in which both UPS' answers and its pushes are stored."""
    return "/".join(filter(None, (kind, letters, code)))


def ups_mapped(raw: str) -> bool:
    """Whether the maps know a raw status."""
    kind, _, rest = raw.partition("/")
    code = rest.rpartition("/")[2]
    return code in CODES if code.isdigit() and len(code) == 3 else kind in TYPES


def _call(parcel: Parcel, _values: Values) -> Call:
    return Call(
        f"/api/track/v1/details/{parcel.number}",
        params={"locale": "en_US", "returnSignature": "false"},
        headers=_headers(),
    )


def _headers() -> dict[str, str]:
    return {"transId": uuid.uuid4().hex, "transactionSrc": "doorstep"}


def _auth(values: Values) -> OAuth:
    where = "/security/v1/oauth/token"
    return OAuth(where, setting(values, "ups_client_id"), setting(values, "ups_client_secret"), basic=True)


def _read(answer: Answer, parcel: Parcel, now: datetime) -> Report:
    data = answer.data()
    if answer.status >= 400:
        codes = [text(error.get("code"), 20) for error in objects(obj(data.get("response")).get("errors"))]
        if answer.status == 404 or _NO_SUCH_NUMBER.intersection(codes):
            return not_found(parcel, now)
        answer.checked(codes[0] if codes else "")
    package = _package(data, parcel.number)
    if package is None:
        return not_found(parcel, now)
    found = collect(package.get("activity"), "package.activity", lambda entry: _event(entry, now))
    return report(
        parcel,
        found,
        now,
        carrier="ups",
        estimate=_estimate(package, now),
        signed_by=text(obj(package.get("deliveryInformation")).get("receivedBy")),
        unmapped=found.unmapped(lambda scan: ups_mapped(scan.raw_status)),
    )


def _package(data: dict[str, Any], number: str) -> dict[str, Any] | None:
    """Return the package that was asked about: one number of a shipment in parts answers with all its parts."""
    shipments = objects(obj(data.get("trackResponse")).get("shipment"))
    packages = [package for shipment in shipments for package in objects(shipment.get("package"))]
    asked = [package for package in packages if text(package.get("trackingNumber")).upper() == number.upper()]
    return next(iter(asked or packages), None)


def _event(entry: dict[str, Any], now: datetime) -> TrackingEvent:
    status, place = obj(entry.get("status")), obj(obj(entry.get("location")).get("address"))
    kind, letters = text(status.get("type"), 5), text(status.get("code"), 10)
    code, country = text(status.get("statusCode"), 5), text(place.get("countryCode")) or text(place.get("country"))
    local = stamp(entry.get("date"), entry.get("time")) if entry.get("date") else None
    gmt = stamp(entry.get("gmtDate"), entry.get("gmtTime")) if entry.get("gmtDate") else None
    made = when(shifted(gmt, local) or local, place_zone(country, place.get("stateProvince")), now, "activity.date")
    return event(
        "ups",
        ups_status(kind, code),
        made,
        now,
        raw=ups_raw(kind, letters, code),
        location=joined(place.get("city"), place.get("stateProvince"), country),
        description=status.get("description"),
    )


def _estimate(package: dict[str, Any], now: datetime) -> DeliveryWindow | None:
    days = {text(entry.get("type"), 5): entry.get("date") for entry in objects(package.get("deliveryDate"))}
    clock, home = obj(package.get("deliveryTime")), _destination(package)
    kind = text(clock.get("type"), 5)
    zone = place_zone(home.get("countryCode") or home.get("country"), home.get("stateProvince"))
    return ups_window(
        days.get("RDD") or days.get("SDD"),
        clock.get("startTime") if kind in {"EDW", "CDW", "IDW"} else None,
        clock.get("endTime") if kind in {"EDW", "CDW", "IDW", "CMT"} else None,
        zone,
        now,
    )


def _destination(package: dict[str, Any]) -> dict[str, Any]:
    addresses = objects(package.get("packageAddress"))
    return next((obj(entry.get("address")) for entry in addresses if entry.get("type") == "DESTINATION"), {})


def ups_window(day: object, start: object, end: object, zone: Any, now: datetime) -> DeliveryWindow | None:
    """Return UPS' own estimate: a day, narrowed to hours where it names them, by the destination's clock."""
    whole = stamp(day, "000000")
    if whole is None:
        return None
    estimate = day_window(whole.date(), whole.date(), zone, now)
    first, last = stamp(day, start) if start else None, stamp(day, end) if end else None
    if estimate is None or last is None:
        return estimate
    earliest = first.replace(tzinfo=estimate.earliest.tzinfo) if first else estimate.earliest
    latest = last.replace(tzinfo=estimate.latest.tzinfo)
    return DeliveryWindow(earliest, latest, now, basis="carrier") if earliest < latest else estimate


def _register(parcel: Parcel, values: Values) -> Call:
    """Subscribe to Track Alert for 14 days. Raises NotConfigured, InvalidInput."""
    url, credential = setting(values, "public_url"), setting(values, "ups_secret")
    if not credential or not url.startswith("https://"):
        raise NotConfigured("UPS can't push: set DOORSTEP_UPS_SECRET, and DOORSTEP_PUBLIC_URL to an https address.")
    if not parcel.number.upper().startswith("1Z"):
        raise InvalidInput("UPS pushes only for numbers that begin with 1Z.")
    body = {
        "locale": "en_US",
        "countryCode": "US",
        "trackingNumberList": [parcel.number.upper()],
        "destination": {
            "url": f"{url.rstrip('/')}/webhooks/ups",
            "credentialType": "Bearer",
            "credential": credential,
        },
    }
    return Call("/api/track/v1/subscription/standard/package", "POST", headers=_headers(), json=body)


def _registered(answer: Answer) -> None:
    """Check that the number was taken. Raises Refused."""
    data = answer.data()
    codes = [text(error.get("code"), 20) for error in objects(obj(data.get("response")).get("errors"))]
    answer.checked(codes[0] if codes else "")
    if not data.get("validTrackingNumbers"):
        raise Refused("the number was refused")


API = CarrierApi(
    code="ups",
    name="UPS",
    covers=("ups",),
    settings=("ups_client_id", "ups_client_secret"),
    address="https://onlinetools.ups.com",
    rate=Rate(5, 10),
    auth=_auth,
    call=_call,
    read=_read,
    statuses={**CODES, **TYPES},
    asks="Tracking API v1, `GET /api/track/v1/details/{number}`",
    zones="offset by the GMT time that UPS gives; else the scan's country or state; else UTC",
    proof="`receivedBy`",
    estimates="scheduled or rescheduled day, with hours where given",
    register=_register,
    registered=_registered,
)
