"""Makes a message of an alert and its order as it stands now; sends nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from alerts.model import OrderFact, Outgoing
from alerts.ports import Alert, LinkTo, Told, Words
from alerts.preferences import StopLinks
from alerts.proof import left_at, signer
from alerts.reminders import arrives_today
from alerts.rules import FIRST, still_new, still_true
from alerts.texts import Part, Texts, View
from support.watching import Knows
from tracking.facts import Occasion, refund_fact
from tracking.keys import order_key, tracking_key
from tracking.model import DeliveryWindow, Order, Refund, Shipment, Status
from tracking.quiet import quiet_since

_MOST_ITEMS = 12
_FRESH = timedelta(hours=2)
"""What happened longer ago is told with its time."""
_AT_A_PLACE = frozenset({Occasion.READY_FOR_PICKUP, Occasion.PICKUP_REMINDER})
_AT_A_TIME = frozenset(Occasion) - {
    Occasion.ORDER_RECEIVED,
    Occasion.ARRIVING_TODAY,
    Occasion.PICKUP_REMINDER,
    Occasion.QUIET,
    Occasion.ARRIVAL_MOVED,
    Occasion.REFUND,
}
_EXPECTED = frozenset(
    {
        Occasion.ORDER_RECEIVED,
        Occasion.SHIPPED,
        Occasion.ARRIVING_TODAY,
        Occasion.OUT_FOR_DELIVERY,
        Occasion.DELAYED,
        Occasion.ARRIVAL_MOVED,
    }
)


def standing(order: Order, facts: Sequence[Told], now: datetime, words: Words) -> tuple[Told, ...]:
    """Return the facts that the order has not moved on from."""
    parcels = {tracking_key(parcel.tracking_number): parcel for parcel in order.shipments}
    return tuple(
        told
        for told in facts
        if (_stands(order, told) if not told.parcel else _holds(order, parcels.get(told.parcel), told))
        and (told.occasion is not Occasion.ARRIVING_TODAY or arrives_today(order, parcels[told.parcel], now, words))
    )


def _stands(order: Order, told: Told) -> bool:
    return bool(refunded(order, [told])) if told.occasion is Occasion.REFUND else still_new(order)


def refunded(order: Order, facts: Sequence[Told]) -> list[Refund]:
    """Return the order's refunds that these facts tell of."""
    keys = {told.key for told in facts}
    return [refund for refund in order.refunds if refund_fact(order_key(order.number), refund).key in keys]


def _holds(order: Order, parcel: Shipment | None, told: Told) -> bool:
    if parcel is None or not still_true(told.occasion, parcel):
        return False
    # A scan since then would have given it more time than it had.
    return told.occasion is not Occasion.QUIET or (quiet_since(parcel, told.at) is not None and not order.cancelled)


_EVENTS: Mapping[Occasion, str] = {
    Occasion.ORDER_RECEIVED: "received",
    Occasion.READY_FOR_PICKUP: "available_for_pickup",
}
"""What media with words of their own call an occasion, where it is another name."""


class Wording:
    """Knows shop, links and templates."""

    def __init__(
        self, texts: Texts, words: Words, link_to: LinkTo, stops: StopLinks, shop: str, shop_knows: Knows
    ) -> None:
        self._texts, self._words, self._link_to, self._stops, self._shop = texts, words, link_to, stops, shop
        self._shop_knows = shop_knows

    async def outgoing(self, order: Order, alert: Alert, now: datetime) -> Outgoing:
        """The message as its medium takes it."""
        occasions = sorted({told.occasion for told in alert.facts}, key=FIRST.index)
        parts = tuple(self._part(order, occasion, alert.facts, now) for occasion in occasions)
        parts = await self._in_hand(order, alert.facts, parts)
        url = await self._link_to(order)
        items = tuple(f"{i.quantity} × {i.title}" if i.quantity > 1 else i.title for i in order.items[:_MOST_ITEMS])
        fact = self._fact(order, alert, occasions[0], url)
        view = View(self._shop, order.number, parts, url, items)
        if alert.medium == "sms":
            return Outgoing(alert.recipient, self._texts.short(view), alert.key, fact=fact)
        if alert.medium != "email":
            line = self._texts.line(view)
            return Outgoing(alert.recipient, line.text, alert.key, line.subject, fact=fact)
        stop = self._stops.url(alert.medium, alert.recipient)
        mail = self._texts.mail(View(self._shop, order.number, parts, url, items, stop))
        headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        return Outgoing(alert.recipient, mail.text, alert.key, mail.subject, mail.html, fact=fact, headers=headers)

    def _part(self, order: Order, occasion: Occasion, facts: Sequence[Told], now: datetime) -> Part:
        keys = {told.parcel for told in facts if told.occasion is occasion}
        parcels = [p for p in order.shipments if tracking_key(p.tracking_number) in keys]
        total = sum(p.status is not Status.CANCELLED for p in order.shipments)
        window = _window(order, parcels)
        arrival = (
            self._words.span(window, now, order) if window and occasion in _EXPECTED and window.latest > now else ""
        )
        place = _place(parcels) if occasion in _AT_A_PLACE else ""
        since = self._since(order, parcels, now) if occasion is Occasion.QUIET else ""
        more = self._more(order, occasion, parcels, [told for told in facts if told.occasion is occasion], now)
        return Part(occasion, len(parcels) or 1, max(total, 1), arrival, place, since, **more)

    def _more(
        self, order: Order, occasion: Occasion, parcels: Sequence[Shipment], facts: Sequence[Told], now: datetime
    ) -> dict[str, Any]:
        """What only some occasions say."""
        at = max(told.at for told in facts)
        more = {"when": self._words.moment(at, now, order)} if occasion in _AT_A_TIME and now - at >= _FRESH else {}
        if occasion is Occasion.DELIVERED:
            more |= {"left": _same(map(_left, parcels)), "signed_by": _same(map(_signer, parcels))}
        elif occasion is Occasion.REFUND:
            more["amount"] = _amount(refunded(order, facts))
        elif occasion is Occasion.PICKUP_REMINDER:
            days = {self._words.day_of(p.state.status_at, now, order) for p in parcels if p.state.status_at}
            more["waiting"] = _same(day.removeprefix("on ") for day in days)
        return more

    async def _in_hand(self, order: Order, facts: Sequence[Told], parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """Say of silent parcels whether the shop has a ticket for them."""
        keys = {told.parcel for told in facts if told.occasion is Occasion.QUIET}
        parcels = [p for p in order.shipments if tracking_key(p.tracking_number) in keys]
        known = await self._shop_knows(order, parcels) if parcels else False
        return tuple(replace(part, in_hand=known) if part.occasion is Occasion.QUIET else part for part in parts)

    def _since(self, order: Order, parcels: Sequence[Shipment], now: datetime) -> str:
        """The day of the last scan of any of these parcels."""
        scans = [parcel.state.last_scan.occurred_at for parcel in parcels if parcel.state.last_scan]
        return self._words.day_of(max(scans), now, order).removeprefix("on ") if scans else ""

    def _fact(self, order: Order, alert: Alert, occasion: Occasion, url: str) -> OrderFact:
        at = max(told.at for told in alert.facts if told.occasion is occasion)
        keys = {told.parcel for told in alert.facts if told.occasion is occasion}
        numbers = [p.tracking_number for p in order.shipments if tracking_key(p.tracking_number) in keys]
        details: Mapping[str, str] = {"url": url} | ({"tracking_number": numbers[0]} if len(numbers) == 1 else {})
        window = _window(order, order.shipments)
        return OrderFact(
            order.number,
            _EVENTS.get(occasion, occasion.value),
            at,
            self._shop,
            window.latest if window else None,
            details,
        )


def _window(order: Order, parcels: Sequence[Shipment]) -> DeliveryWindow | None:
    """When these parcels come, if it is one time for all of them; the shop's promise where no carrier says."""
    said = {parcel.estimate for parcel in parcels if parcel.estimate}
    if len(said) > 1:
        return None
    return next(iter(said), order.promised)


def _left(parcel: Shipment) -> str:
    last = next((e for e in reversed(parcel.events) if e.status is Status.DELIVERED), None)
    return left_at(last.description) if last else ""


def _signer(parcel: Shipment) -> str:
    return signer(parcel.state.signed_by)


def _same(said: Iterable[str]) -> str:
    """What is said of all of them; empty where that differs."""
    found = set(said)
    return found.pop() if len(found) == 1 else ""


def _amount(refunds: Sequence[Refund]) -> str:
    """Such as "12.50 USD", all of one currency together."""
    sums: dict[str, Decimal] = {}
    for refund in refunds:
        sums[refund.paid.currency] = sums.get(refund.paid.currency, Decimal()) + refund.paid.amount
    return " and ".join(f"{amount:.2f} {currency}".strip() for currency, amount in sums.items())


def _place(parcels: Sequence[Shipment]) -> str:
    places = {p.state.last_scan.location for p in parcels if p.state.last_scan}
    return next(iter(places)) if len(places) == 1 else ""
