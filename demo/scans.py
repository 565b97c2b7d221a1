"""Turns short histories such as "label:4d picked_up:3d hub:9h" into dated scans; knows no wire format."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Place:
    """Where scans are made, with the zone its clocks keep."""

    city: str
    state: str
    country: str
    postcode: str
    zone: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A kind of scan in EasyPost's words. `at` says where: at the shop, a hub or the door; `hour` is the usual time."""

    status: str
    detail: str
    message: str
    at: str
    hour: str


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan: what, when (aware, in the place's zone) and where."""

    stage: Stage
    occurred_at: datetime
    place: Place | None


STAGES = {
    "label": Stage("pre_transit", "label_created", "Shipping label created", "", "15:05"),
    "picked_up": Stage("in_transit", "received_at_origin_facility", "Picked up from the shop", "shop", "16:40"),
    "departed": Stage("in_transit", "departed_origin_facility", "Departed the first sorting centre", "shop", "21:15"),
    "hub": Stage("in_transit", "arrived_at_facility", "Arrived at the sorting centre", "hub", "03:20"),
    "hub_out": Stage("in_transit", "departed_facility", "Departed the sorting centre", "hub", "05:45"),
    "local": Stage("in_transit", "received_at_destination_facility", "Arrived at the local depot", "door", "06:10"),
    "out": Stage("out_for_delivery", "out_for_delivery", "Out for delivery", "door", "08:10"),
    "weather": Stage("in_transit", "weather_delay", "Delayed by heavy snow on the route", "hub", "11:30"),
    "missorted": Stage("in_transit", "missorted", "Sent to the wrong depot, now on its way back", "hub", "09:30"),
    "missed": Stage("failure", "failure", "Delivery attempted, nobody was at home", "door", "11:55"),
    "address": Stage("error", "address_correction", "The street number is missing from the address", "door", "09:40"),
    "damaged": Stage("error", "damaged", "The parcel was damaged and is being inspected", "hub", "13:05"),
    "lost": Stage("error", "lost", "The parcel could not be found; a search has begun", "hub", "15:20"),
    "customs": Stage("error", "held", "Held at customs, papers are missing", "hub", "12:10"),
    "pickup": Stage("available_for_pickup", "arrived_at_pickup_location", "Ready at the pickup point", "door", "13:30"),
    "porch": Stage("delivered", "arrived_at_destination", "Delivered, left at the front door", "door", "14:12"),
    "mailroom": Stage("delivered", "arrived_at_destination", "Delivered, left in the mail room", "door", "13:48"),
    "handed": Stage("delivered", "arrived_at_destination", "Delivered, handed to a person", "door", "15:26"),
    "returning": Stage("return_to_sender", "return", "Refused, on its way back to the sender", "hub", "10:20"),
    "returned": Stage("return_to_sender", "arrived_at_destination", "Back with the sender", "shop", "14:00"),
    "label_cancelled": Stage("cancelled", "cancelled", "Shipping label cancelled", "", "15:30"),
}

_ENTRY = re.compile(r"(?P<stage>[a-z_]+):(?P<count>[0-9]+)(?P<unit>[dhm])")
_JUST_NOW = timedelta(minutes=4)
_UNITS = {"h": timedelta(hours=1), "m": timedelta(minutes=1)}


def scans(history: str, places: Mapping[str, Place], now: datetime) -> tuple[Scan, ...]:
    """Return the scans of a history, in its order; "4d" is four days ago at the usual time, "3h" and "20m" exact.

    `places` has a `shop`, a `hub` and a `door`; days are counted at the door. No scan lies in the future.
    Raises KeyError for an unknown stage.
    """
    return tuple(_scan(entry, places, now) for entry in _ENTRY.finditer(history))


def scan_now(stage: str, places: Mapping[str, Place], now: datetime) -> Scan:
    """Return a scan made this second. Raises KeyError for an unknown stage."""
    place = places.get(STAGES[stage].at)
    zone = ZoneInfo((place or places["shop"]).zone)
    return Scan(STAGES[stage], now.astimezone(zone).replace(microsecond=0), place)


def _scan(entry: re.Match[str], places: Mapping[str, Place], now: datetime) -> Scan:
    count = int(entry["count"])
    if entry["unit"] in _UNITS:
        return scan_now(entry["stage"], places, now - count * _UNITS[entry["unit"]])
    newest = scan_now(entry["stage"], places, now - _JUST_NOW)
    day = now.astimezone(ZoneInfo(places["door"].zone)).date() - timedelta(days=count)
    usual = datetime.combine(day, time.fromisoformat(newest.stage.hour), newest.occurred_at.tzinfo)
    return min(newest, replace(newest, occurred_at=usual), key=lambda scan: scan.occurred_at)
