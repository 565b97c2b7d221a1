"""ShipEngine: asks for tracking and starts it; how it reads serves its webhooks too, received in `aggregators`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracking.carriers import carrier_code
from tracking.carriers.aggregators._events import collect
from tracking.carriers.apis._reading import event, not_found, place_zone, report, shifted, status_of, when, window
from tracking.carriers.apis.base import Answer, Call, CarrierApi, Keys, Parcel, Rate, Report, Values, setting
from tracking.errors import InvalidInput
from tracking.model import Status, TrackingEvent
from tracking.reading import joined, moment, obj, objects, text

CARRIERS: Mapping[str, str] = {
    "australia_post": "australia_post",
    "canada_post": "canada_post",
    "dhl": "dhl_express",
    "dpd": "dpd",
    "fedex": "fedex",
    "ontrac": "ontrac",
    "purolator": "purolator_ca",
    "royal_mail": "royal_mail",
    "ups": "ups",
    "usps": "usps",
}
"""ShipEngine's codes of carriers; it can't be asked without one."""

STATUSES: Mapping[str, Status] = {
    # No news: not in the carrier's system, or ShipEngine can't say. Never a delay.
    "UN": Status.UNKNOWN,
    "NY": Status.LABEL_CREATED,
    "AC": Status.LABEL_CREATED,
    "IT": Status.IN_TRANSIT,
    "DE": Status.DELIVERED,
    "SP": Status.AVAILABLE_FOR_PICKUP,
    "EX": Status.EXCEPTION,
    "AT": Status.ATTEMPT_FAILED,
}

_DETAILS: Mapping[Status, str] = {
    # Word about a parcel, not a scan of it.
    Status.UNKNOWN: "CARRIER_STATUS_NOT_MAPPED INFORMATION PARCEL_UPDATE_NOTIFICATION POST_TRANSIT_STATUS "
    "PARCEL_UPDATE_NOTIFICATION_VIA_EMAIL PARCEL_UPDATE_NOTIFICATION_VIA_SMS COD_AMOUNT_PAID",
    Status.LABEL_CREATED: "AWAITING_DESPATCH AWAITING_ELECTRONIC_ADVICE AWAITING_PICKUP_DROP_OFF COLLECTION_FAILED "
    "COLLECTION_REQUESTED ELEC_ADVICE_RECD_BY_CARRIER NOT_YET_RECEIVED_BY_CARRIER SHIPMENT_CREATED",
    Status.PICKED_UP: "COLLECTION_MADE DESPATCHED DROPPED_OFF PICKED_UP RECEIVED_BY_CARRIER",
    Status.IN_TRANSIT: "CUSTOMS_CLEARED CUSTOMS_PROCESSING DELIVERY_ARRANGED_WITH_RECIPIENT DELIVERY_SCHEDULED "
    "HUB_PROCESSING HUB_SCAN_IN HUB_SCAN_OUT IN_TRANSIT PARCEL_OVER_LABELLED PARCEL_REDIRECTED PARCEL_REPACKED "
    "RECD_BY_CARRIER_NO_ELEC_ADVICE RECEIVED_LOCAL_DELIVERY_DEPOT SUB_CONTRACTOR_EVENT SUB_CONTRACTOR_RECEIVED",
    Status.OUT_FOR_DELIVERY: "OUT_FOR_DELIVERY",
    Status.AVAILABLE_FOR_PICKUP: "AWAITING_COLLECTION_FROM_PICKUP_POINT COLLECT_AT_LOCAL_PO "
    "CUSTOMER_TO_COLLECT_FROM_CARRIER DELIVERED_TO_LOCKER_COLLECTION_POINT",
    Status.ATTEMPT_FAILED: "ATTEMPTED_DELIVERY ATTEMPTED_DELIVERY_2ND ATTEMPTED_DELIVERY_3RD ATTEMPTED_DELIVERY_FINAL "
    "COD_AMOUNT_NOT_PAID CUSTOMER_CARDED CUSTOMER_IDENTIFICATION_FAILED INVALID_METHOD_OF_PAYMENT "
    "NO_ACCESS_TO_RECIPIENTS_ADDRESS",
    Status.DELAYED: "CARRIER_DELAYS DELAYED_NOT_CARRIER DELIVERY_RESCHEDULED HELD_BY_CARRIER "
    "HELD_BY_CARRIER_FOR_CLEARANCE_PRE_PROCESSING HELD_BY_CUSTOMS HELD_BY_EXPORT_CUSTOMS HELD_BY_IMPORT_CUSTOMS "
    "MISSORTED ROUTING_ERROR",
    Status.EXCEPTION: "ADDRESS_QUERY INCORRECT_DECLARATION PARCEL_DISPOSED PARCEL_LOST",
    Status.DELIVERED: "DELIVERED DELIVERED_DAMAGED DELIVERED_IN_PART DELIVERED_SPECIFIED_SAFE_PLACE "
    "DELIVERED_TO_ALTERNATIVE_DELIVERY_LOCATION DELIVERED_TO_NEIGHBOUR DELIVERED_TO_PO_BOX PROOF_OF_DELIVERY "
    "PARCEL_COLLECTED_FROM_PICKUP_POINT",
    Status.RETURNING: "CUSTOMER_MOVED HAZARDOUS_PROHIBITED NOT_COLLECTED_FROM_PICKUP_POINT NOT_DELIVERED "
    "NOT_DELIVERED_ADDRESSEE_DECEASED PARCEL_DAMAGED PARCEL_OUTSIDE_OF_SERVICE_CAPABILITY REFUSED_BY_CUSTOMER "
    "RETURN_TO_SENDER",
    Status.CANCELLED: "CANCELLED CANCELLED_BEFORE_DESPATCH",
}
DETAILS: Mapping[str, Status] = {code: status for status, codes in _DETAILS.items() for code in codes.split()}
"""The detail codes, which say more than the status."""


def read_tracking(tracking: dict[str, Any], parcel: Parcel, now: datetime) -> Report:
    """Return the report of tracking information, the same whether ShipEngine sent it or was asked for it.

    Raises InvalidInput when its events are no list.
    """
    found = collect(tracking.get("events"), "events", lambda entry: _event(entry, now))
    signers = [
        text(entry.get("signer")) for entry in objects(tracking.get("events")) if entry.get("status_code") == "DE"
    ]
    due = tracking.get("estimated_delivery_date")
    return report(
        parcel,
        found,
        now,
        carrier=carrier_code(text(tracking.get("carrier_code"))) or parcel.carrier or None,
        estimate=window(due, due, None, now),
        signed_by=next(filter(None, signers), ""),
        unmapped=found.unmapped(lambda scan: _mapped(scan.raw_status)),
    )


def _event(entry: dict[str, Any], now: datetime) -> TrackingEvent:
    status, detail = text(entry.get("status_code"), 10).upper(), text(entry.get("status_detail_code"), 60).upper()
    raw = f"{status}/{detail}" if detail else status
    country, region = entry.get("country_code"), entry.get("state_province")
    instant, local = moment(entry.get("occurred_at")), moment(entry.get("carrier_occurred_at"))
    if instant is not None and local is not None:
        instant = shifted(instant.replace(tzinfo=None), local.replace(tzinfo=None))
    return event(
        "shipengine",
        status_of(detail, DETAILS, {detail: status_of(status, STATUSES)}),
        when(instant or local, place_zone(country, region), now, "occurred_at"),
        now,
        raw=raw,
        location=joined(entry.get("city_locality"), region, country),
        description=entry.get("description"),
    )


def _mapped(raw: str) -> bool:
    status, _, detail = raw.partition("/")
    return detail in DETAILS if detail else status in STATUSES


def _auth(values: Values) -> Keys:
    return Keys({"API-Key": setting(values, "shipengine_api_key")})


def _params(parcel: Parcel) -> dict[str, str]:
    if parcel.carrier not in CARRIERS:
        raise InvalidInput("ShipEngine has to be told the carrier, and must know it; name it with --carrier.")
    return {"carrier_code": CARRIERS[parcel.carrier], "tracking_number": parcel.number}


def _call(parcel: Parcel, _values: Values) -> Call:
    return Call("/v1/tracking", params=_params(parcel))


def _read(answer: Answer, parcel: Parcel, now: datetime) -> Report:
    if answer.status == 404:
        return not_found(parcel, now)
    data = answer.data()
    codes = [text(error.get("error_code"), 60) for error in objects(data.get("errors"))]
    answer.checked(codes[0] if codes else "")
    if not data.get("events") and text(data.get("status_code")).upper() in {"", "UN", "NY"}:
        return not_found(parcel, now)
    return read_tracking(obj(data), parcel, now)


def _register(parcel: Parcel, _values: Values) -> Call:
    return Call("/v1/tracking/start", "POST", params=_params(parcel))


API = CarrierApi(
    code="shipengine",
    name="ShipEngine",
    covers=tuple(CARRIERS),
    settings=("shipengine_api_key",),
    address="https://api.shipengine.com",
    # 200 a minute.
    rate=Rate(3, 10),
    auth=_auth,
    call=_call,
    read=_read,
    statuses={**STATUSES, **DETAILS},
    asks="Tracking, `GET /v1/tracking`",
    zones="UTC as written, with the offset that the carrier's local time shows; else the scan's country or state",
    proof="`signer` of the delivery",
    estimates="estimated day or time",
    register=_register,
)
