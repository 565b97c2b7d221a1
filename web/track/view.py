"""Says how an order stands, as the tracking page shows it: plain words, nothing guessed, nothing private; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from support.model import TicketReason
from tracking.carriers import carrier_name, tracking_url
from tracking.findings import Finding, finding, usual
from tracking.model import FINAL, Item, Order, Shipment, Status
from tracking.order_status import order_status
from tracking.quiet import FindingKind, never_scanned
from web.track import words
from web.track.arrival import OVER, Arrival, arrival, late_notes
from web.track.history import Day, history
from web.track.ports import Times
from web.track.private import is_customer, town, without_customer

Tone = Literal["", "good", "warn", "off"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the state bar."""

    name: str
    state: Literal["done", "now", "todo"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that isn't as it should be, and whose word that is: "late", "quiet" (our finding) or "carrier"."""

    kind: Literal["late", "quiet", "carrier"]
    text: str


@dataclass(frozen=True, slots=True)
class ParcelView:
    """One parcel; `title` is empty where it is the only one, `items` empty where nobody said what is in it."""

    title: str
    headline: str
    tone: str
    sentence: str
    carrier: str
    number: str
    url: str
    items: tuple[Item, ...]
    delivered: str
    notes: tuple[Note, ...]
    arrival: Arrival | None
    next: str
    checked: str
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class OrderView:
    """The whole order. `steps` is empty off the usual road; `unsent` are items that no parcel holds yet."""

    number: str
    status: Status
    headline: str
    tone: str
    placed: str
    steps: tuple[Step, ...]
    sentence: str
    notes: tuple[Note, ...]
    arrival: Arrival | None
    parcels: tuple[ParcelView, ...]
    unsent: tuple[Item, ...]
    reasons: tuple[TicketReason, ...]
    may_rate: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """What all parts of a view are made from."""

    order: Order
    now: datetime
    times: Times

    def moment(self, at: datetime) -> str:
        return self.times.moment(at, self.now, self.order)


def order_view(order: Order, now: datetime, times: Times) -> OrderView:
    """Return what the page shows of an order at a moment (aware)."""
    reading, status = _Reading(order, now, times), shown_status(order)
    parcels = [shipment for shipment in order.shipments if shipment.status is not Status.CANCELLED]
    alone = status is not Status.CANCELLED and not parcels
    return OrderView(
        number=order.number,
        status=status,
        headline=_headline(order, status),
        tone=words.TONES.get(status, ""),
        placed=times.day_of(order.placed_at, now, order),
        steps=_steps(status),
        sentence=_sentence(status, parcels),
        notes=tuple(Note("late", text) for text in late_notes(order, None, now, times)) if alone else (),
        arrival=arrival(order, None, now, times) if alone else None,
        parcels=tuple(_parcel(reading, shipment, place) for place, shipment in enumerate(order.shipments, 1)),
        unsent=_unsent(order, parcels),
        reasons=_reasons(parcels, status),
        may_rate=any(shipment.status is Status.DELIVERED for shipment in parcels),
    )


def shown_status(order: Order) -> Status:
    """The order's status; where all that is known are scans we can't read, that is said and not "not shipped"."""
    status = order_status(order).status
    unread = any(_unread(shipment) for shipment in order.shipments)
    return Status.UNKNOWN if status is Status.PENDING and unread else status


def _unread(shipment: Shipment) -> bool:
    return shipment.status is Status.UNKNOWN or (shipment.status is Status.PENDING and not never_scanned(shipment))


def _headline(order: Order, status: Status) -> str:
    overall = order_status(order)
    some = overall.total > 1 and 0 < overall.delivered < overall.total
    return overall.summary if some else words.HEADLINES[status]


def _steps(status: Status) -> tuple[Step, ...]:
    at = words.PROGRESS.get(status)
    if at is None:
        return ()
    names = list(words.STEPS)
    if status is Status.AVAILABLE_FOR_PICKUP:
        names[at] = words.READY_TO_COLLECT
    return tuple(Step(name, _step_state(place, at, status)) for place, name in enumerate(names))


def _step_state(place: int, at: int, status: Status) -> Literal["done", "now", "todo"]:
    if place < at or status is Status.DELIVERED:
        return "done"
    return "now" if place == at else "todo"


def _sentence(status: Status, parcels: Sequence[Shipment]) -> str:
    """What is said of the order where no parcel says it."""
    if status is Status.CANCELLED:
        return "This order was cancelled, so nothing is on its way."
    if parcels:
        return ""
    return "The shop is still getting it ready. As soon as a carrier has it, you can follow it here."


def _parcel(reading: _Reading, shipment: Shipment, place: int) -> ParcelView:
    order, status = reading.order, Status.UNKNOWN if _unread(shipment) else shipment.status
    carrier = (carrier_name(shipment.carrier, shipment.tracking_number) if shipment.carrier else None) or "the carrier"
    return ParcelView(
        title=f"Parcel {place} of {len(order.shipments)}" if len(order.shipments) > 1 else "",
        headline=words.HEADLINES[status],
        tone=words.TONES.get(status, ""),
        sentence=_say(words.SENTENCES[status], carrier),
        carrier="" if carrier == "the carrier" else carrier,
        number=shipment.tracking_number,
        url=(tracking_url(shipment.carrier, shipment.tracking_number) if shipment.carrier else None) or "",
        items=_inside(order, shipment),
        delivered=_delivered(reading, shipment, carrier),
        notes=_notes(reading, shipment, carrier),
        arrival=arrival(order, shipment, reading.now, reading.times, carrier),
        next=_say(words.NEXT[status], carrier),
        checked=_checked(reading, shipment, carrier),
        days=history(order, shipment, reading.times),
    )


def _say(sentence: str, carrier: str) -> str:
    return sentence.format(carrier=carrier, Carrier=_capital(carrier))


def _capital(carrier: str) -> str:
    return carrier[:1].upper() + carrier[1:]


def _inside(order: Order, shipment: Shipment) -> tuple[Item, ...]:
    if shipment.skus:
        return tuple(item for item in order.items if item.sku in shipment.skus)
    return order.items if len(order.shipments) == 1 else ()


def _unsent(order: Order, parcels: Sequence[Shipment]) -> tuple[Item, ...]:
    """Items that are in no parcel, where each parcel's contents are known."""
    if order.cancelled or not all(shipment.skus for shipment in parcels):
        return ()
    sent = {sku for shipment in parcels for sku in shipment.skus}
    return tuple(item for item in order.items if item.sku not in sent)


def _delivered(reading: _Reading, shipment: Shipment, carrier: str) -> str:
    """When it was delivered, where and to whom, as far as that is known."""
    state = shipment.state
    if state.status is not Status.DELIVERED:
        return ""
    last = next((e for e in reversed(shipment.events) if e.status is Status.DELIVERED), None)
    when = f"Delivered {reading.moment(state.delivered_at)}" if state.delivered_at else "Delivered, time not known"
    where = f" in {town(last.location)}" if last and town(last.location) else ""
    said = without_customer(last.description, reading.order).rstrip(".") if last else ""
    quoted = f" {_capital(carrier)} says: “{said}”." if said else ""
    return f"{when}{where}.{quoted}{_received(reading.order, state.signed_by)}"


def _received(order: Order, name: str) -> str:
    if not name:
        return ""
    return " Signed for in the customer's name." if is_customer(name, order) else f" Received by {name}."


def _notes(reading: _Reading, shipment: Shipment, carrier: str) -> tuple[Note, ...]:
    """The carrier's own trouble first, then lateness, then silence, which is only our finding."""
    notes, scan = [], shipment.state.last_scan
    if shipment.status in {Status.EXCEPTION, Status.DELAYED, Status.ATTEMPT_FAILED} and scan and scan.description:
        said = without_customer(scan.description, reading.order)
        notes.append(Note("carrier", f"{_capital(carrier)} says: “{said.rstrip('.')}”"))
    if shipment.status not in OVER:
        late = late_notes(reading.order, shipment, reading.now, reading.times, carrier)
        notes += [Note("late", text) for text in late]
    found = finding(shipment, reading.now)
    if found is not None:
        notes.append(Note("quiet", _quiet(found, reading.times.lasting(found.lasted), carrier)))
    return tuple(notes)


def _quiet(found: Finding, length: str, carrier: str) -> str:
    how_long = "a little longer than is usual" if found.kind is FindingKind.SLOWER else "longer than is normal"
    return (
        f"There has been no news of it for {length}, {how_long}: {usual(found)}. "
        f"That is our own finding: {carrier} hasn't said that anything is wrong."
    )


def _checked(reading: _Reading, shipment: Shipment, carrier: str) -> str:
    if shipment.last_checked_at is None:
        return f"We haven't heard from {carrier} about it yet."
    return f"Last word from {carrier}: {reading.moment(shipment.last_checked_at)}.{_switched(shipment, carrier)}"


def _switched(shipment: Shipment, carrier: str) -> str:
    """Whose parcel it had been taken for; nothing where no shopper would know the name."""
    was = carrier_name(shipment.switched.was, shipment.tracking_number) if shipment.switched else None
    return f" The shop named {was}; {carrier} knows this number." if was else ""


def _reasons(parcels: Sequence[Shipment], status: Status) -> tuple[TicketReason, ...]:
    """What help fits, arrived parcels first, and always a person."""
    statuses = sorted({s.status for s in parcels} or {status}, key=lambda one: one not in FINAL)
    fitting = [reason for one in statuses for reason in words.REASONS_BY_STATUS[one]]
    return tuple(dict.fromkeys([*fitting, TicketReason.SPEAK_TO_HUMAN]))
