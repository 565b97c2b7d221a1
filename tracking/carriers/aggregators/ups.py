"""UPS Track Alert: verifies and reads the events it pushes; asking UPS and subscribing are in `apis`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracking.carriers.aggregators._events import collect
from tracking.carriers.apis._reading import event, place_zone, report, shifted, stamp, to_message, when
from tracking.carriers.apis.base import Parcel
from tracking.carriers.apis.ups import ups_mapped, ups_raw, ups_status, ups_window
from tracking.model import TrackingEvent
from tracking.reading import decode, joined, obj, required, text
from tracking.webhooks import Headers, Message, Webhook, header, same


def verify(_body: bytes, headers: Headers, secret: str) -> bool:
    """Whether the message carries the credential that was given to UPS when subscribing; UPS signs nothing."""
    return same(secret, secret, header(headers, "credential"))


def parse(body: bytes, _headers: Headers, recorded_at: datetime) -> Message:
    """Return the one event of a push, told from the same one in UPS' answers by nothing."""
    told = decode(body)
    number = "".join(required(told.get("trackingNumber"), "trackingNumber").split())
    place = obj(told.get("activityLocation"))
    zone = place_zone(place.get("country"), place.get("stateProvince"))
    estimate = ups_window(
        told.get("scheduledDeliveryDate"),
        told.get("deliveryStartTime"),
        told.get("deliveryEndTime"),
        zone,
        recorded_at,
    )
    found = collect([told], "event", lambda entry: _event(entry, recorded_at))
    lost = found.unmapped(lambda scan: ups_mapped(scan.raw_status))
    return to_message(
        report(Parcel(number, "ups"), found, recorded_at, carrier="ups", estimate=estimate, unmapped=lost)
    )


def _event(told: Mapping[str, Any], recorded_at: datetime) -> TrackingEvent:
    status, place = obj(told.get("activityStatus")), obj(told.get("activityLocation"))
    kind, letters, code = (
        text(status.get("type"), 5),
        text(status.get("code"), 10),
        text(status.get("descriptionCode"), 5),
    )
    local, gmt = _time(told, "localActivity"), _time(told, "gmtActivity")
    zone = place_zone(place.get("country"), place.get("stateProvince"))
    return event(
        "ups",
        ups_status(kind, code),
        when(shifted(gmt, local) or local, zone, recorded_at, "gmtActivityDate"),
        recorded_at,
        raw=ups_raw(kind, letters, code),
        location=joined(place.get("city"), place.get("stateProvince"), place.get("country")),
        description=status.get("description"),
    )


def _time(told: Mapping[str, Any], name: str) -> datetime | None:
    day = told.get(f"{name}Date")
    return stamp(day, told.get(f"{name}Time")) if day else None


AGGREGATOR = Webhook("ups", "UPS", "ups_secret", verify, parse)
