"""GLS: the Track And Trace API v1 of the GLS group; it pushes nothing to be received here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracking.carriers.aggregators._events import collect
from tracking.carriers.apis._reading import event, newest, not_found, own_id, place_zone, report, status_of, when
from tracking.carriers.apis.base import Answer, Call, CarrierApi, OAuth, Parcel, Rate, Refused, Report, Values, setting
from tracking.model import Status, TrackingEvent
from tracking.reading import joined, moment, objects, text, utc_moment

STATUSES: Mapping[str, Status] = {
    "PLANNEDPICKUP": Status.LABEL_CREATED,
    "PREADVICE": Status.LABEL_CREATED,
    "INPICKUP": Status.LABEL_CREATED,
    "NOTPICKEDUP": Status.LABEL_CREATED,
    "INTRANSIT": Status.IN_TRANSIT,
    "INWAREHOUSE": Status.IN_TRANSIT,
    "INDELIVERY": Status.OUT_FOR_DELIVERY,
    "DELIVEREDPS": Status.AVAILABLE_FOR_PICKUP,
    "DELIVERED": Status.DELIVERED,
    "NOTDELIVERED": Status.ATTEMPT_FAILED,
    "CANCELED": Status.CANCELLED,
}
"""The documented statuses of a parcel."""

EVENTS: Mapping[str, Status] = {
    "INTIAL.PREADVICE": Status.LABEL_CREATED,
    "INTIAL.E48_DATA": Status.LABEL_CREATED,
    "INTIAL.NORMAL": Status.PICKED_UP,
    "INBOUD.NORMAL": Status.IN_TRANSIT,
    "OUTBOD.NORMAL": Status.IN_TRANSIT,
    "TRANSI.HUB": Status.IN_TRANSIT,
    "OUTDEL.NORMAL": Status.OUT_FOR_DELIVERY,
    "DELIVD.PARCELSHOP": Status.AVAILABLE_FOR_PICKUP,
    "DELIVD.DEL_BY_PSAPP": Status.DELIVERED,
    "DELIVD.NORMAL": Status.DELIVERED,
}
"""Event codes, as far as we are sure of them; GLS spells them so."""

_NOT_FOUND = "E_404_01"


def _auth(values: Values) -> OAuth:
    return OAuth("/oauth2/v2/token", setting(values, "gls_client_id"), setting(values, "gls_client_secret"))


def _call(parcel: Parcel, _values: Values) -> Call:
    where = f"/track-and-trace-v1/tracking/simple/references/{parcel.number}"
    return Call(where, params={"showEvents": "true"}, headers={"Accept-Language": "EN"})


def _read(answer: Answer, parcel: Parcel, now: datetime) -> Report:
    if answer.status == 404:
        return not_found(parcel, now)
    parcels = objects(answer.checked().data().get("parcels"))
    known = [entry for entry in parcels if not entry.get("errorCode")]
    if not known:
        codes = [text(entry.get("errorCode"), 20) for entry in parcels]
        if any(code != _NOT_FOUND for code in codes):
            raise Refused(f"the question was refused ({codes[0]})")
        return not_found(parcel, now)
    # A reference may stand for several parcels: the number itself, else the one that moved last.
    asked = [entry for entry in known if text(entry.get("unitno")).upper() == parcel.number.upper()] or known
    return _read_parcel(newest(asked, [utc_moment(entry.get("statusDateTime")) for entry in asked]), parcel, now)


def _read_parcel(entry: dict[str, Any], parcel: Parcel, now: datetime) -> Report:
    entries, overall = objects(entry.get("events")), text(entry.get("status"), 40).upper()
    latest = newest(entries, [utc_moment(scan.get("eventDateTime")) for scan in entries])
    found = collect(entry.get("events"), "events", lambda scan: _event(scan, overall if scan is latest else "", now))
    lost = found.unmapped(lambda scan: scan.raw_status in EVENTS)
    return report(parcel, found, now, carrier="gls", unmapped=lost)


def _event(scan: dict[str, Any], overall: str, now: datetime) -> TrackingEvent:
    code, country, city = text(scan.get("code"), 60), scan.get("country"), scan.get("city")
    return event(
        "gls",
        status_of(code, EVENTS, {code: status_of(overall, STATUSES)}),
        when(moment(scan.get("eventDateTime")), place_zone(country), now, "eventDateTime"),
        now,
        raw=code,
        location=joined(city, country),
        description=scan.get("description"),
        event_id=own_id(scan.get("eventDateTime"), code, city, country),
    )


API = CarrierApi(
    code="gls",
    name="GLS",
    covers=("gls",),
    settings=("gls_client_id", "gls_client_secret"),
    address="https://api.gls-group.net",
    # 500 a day.
    rate=Rate(500 / 86_400, 50),
    auth=_auth,
    call=_call,
    read=_read,
    statuses={**STATUSES, **EVENTS},
    asks="Track And Trace v1, `GET /track-and-trace-v1/tracking/simple/references/{number}`",
    zones="offset as written; else the scan's country; else UTC",
    proof="none",
    estimates="none",
)
