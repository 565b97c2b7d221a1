"""When a parcel should arrive, whose word that is, and whether it is late; never a guess."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tracking.model import FINAL, DeliveryWindow, Order, Shipment, Status
from web.track.ports import Times

OVER = FINAL | {Status.RETURNING}
"""Nothing more will arrive with such a parcel."""
_BY_WHOM = {"carrier": "{carrier}'s own estimate", "shop": "the shop's promise"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """When to expect it, and what that is based on; `when` is empty where nobody named a day that is still to come."""

    when: str
    basis: str


def arrival(
    order: Order, parcel: Shipment | None, now: datetime, times: Times, carrier: str = "the carrier"
) -> Arrival | None:
    """Return the carrier's word or else the shop's; None where nothing more is to arrive."""
    if parcel and (parcel.status in OVER or parcel.status is Status.AVAILABLE_FOR_PICKUP):
        return None
    window = (parcel.estimate if parcel else None) or order.promised
    if window is None:
        return Arrival("", "Nobody has given an arrival date yet, so we won't guess one.")
    if now > deadline(window):
        told = order.promised in {None, window}  # the note that it is late says when it was expected
        since = "" if told else f"{carrier[:1].upper()}{carrier[1:]} expected it {times.span(window, now, order)}. "
        return Arrival("", f"{since}There is no new date yet.")
    when = times.span(window, now, order).removeprefix("on ")
    return Arrival(when[:1].upper() + when[1:], _basis(order, window, now, times, carrier))


def _basis(order: Order, window: DeliveryWindow, now: datetime, times: Times, carrier: str) -> str:
    """What the window is based on, how old that is, and how often such windows hold, where that is claimed."""
    whose = "shop" if window is order.promised else window.basis
    known = _BY_WHOM.get(whose, _BY_WHOM["carrier"] if not whose else "{basis}")
    text = f"Based on {known.format(carrier=carrier, basis=whose)}, given {times.moment(window.made_at, now, order)}."
    if window.coverage is None:
        return text
    return f"{text} About {window.coverage * 100:.0f} in 100 such parcels arrive inside this window."


def late_notes(
    order: Order, parcel: Shipment | None, now: datetime, times: Times, carrier: str = "the carrier"
) -> list[str]:
    """Say plainly if it is or will be late by what was promised; nothing where it isn't or nobody can know."""
    promised, estimate = order.promised, parcel.estimate if parcel else None
    reference = promised or estimate
    if reference is None or (parcel and parcel.status is Status.AVAILABLE_FOR_PICKUP):
        return []
    when = times.span(reference, now, order)
    if now > deadline(reference):
        whose = "the shop promised it" if promised else f"{carrier} had expected it"
        over = times.lasting(now - deadline(reference))
        return [f"It's late, and we're sorry: {whose} {when}. That is {over} ago."]
    if promised and estimate and _last_day(estimate, now, order, times) > _last_day(promised, now, order, times):
        then = times.span(estimate, now, order)
        return [f"It will be late, and we're sorry: it was promised {when}, but {carrier} now expects it {then}."]
    return []


def deadline(window: DeliveryWindow) -> datetime:
    """Return the moment from which the parcel is late; a day given as its midnight lasts until its end."""
    return window.latest + timedelta(days=1) if window.latest.time() == time(0, 0) else window.latest


def _last_day(window: DeliveryWindow, now: datetime, order: Order, times: Times) -> date:
    return times.window_days(window, now, order)[1]
