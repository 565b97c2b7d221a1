"""Makes a message of an alert and its order as it stands now; sends nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from alerts.model import OrderFact, Outgoing
from alerts.ports import Alert, LinkTo, Told, Words
from alerts.preferences import StopLinks
from alerts.rules import FIRST, still_new, still_true
from alerts.texts import Part, Texts, View
from tracking.facts import Occasion
from tracking.keys import tracking_key
from tracking.model import DeliveryWindow, Order, Shipment, Status

_MOST_ITEMS = 12
_EXPECTED = frozenset(
    {Occasion.ORDER_RECEIVED, Occasion.SHIPPED, Occasion.OUT_FOR_DELIVERY, Occasion.DELAYED, Occasion.ARRIVAL_MOVED}
)


def standing(order: Order, facts: Sequence[Told]) -> tuple[Told, ...]:
    """Return the facts that the order has not moved on from."""
    parcels = {tracking_key(parcel.tracking_number): parcel for parcel in order.shipments}
    return tuple(
        told
        for told in facts
        if (still_new(order) if not told.parcel else _holds(parcels.get(told.parcel), told.occasion))
    )


def _holds(parcel: Shipment | None, occasion: Occasion) -> bool:
    return parcel is not None and still_true(occasion, parcel)


_EVENTS: Mapping[Occasion, str] = {
    Occasion.ORDER_RECEIVED: "received",
    Occasion.READY_FOR_PICKUP: "available_for_pickup",
}
"""What media with words of their own call an occasion, where it is another name."""


class Wording:
    """Knows shop, links and templates."""

    def __init__(self, texts: Texts, words: Words, link_to: LinkTo, stops: StopLinks, shop: str) -> None:
        self._texts, self._words, self._link_to, self._stops, self._shop = texts, words, link_to, stops, shop

    async def outgoing(self, order: Order, alert: Alert, now: datetime) -> Outgoing:
        """The message as its medium takes it."""
        occasions = sorted({told.occasion for told in alert.facts}, key=FIRST.index)
        parts = tuple(self._part(order, occasion, alert.facts, now) for occasion in occasions)
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
        place = _place(parcels) if occasion is Occasion.READY_FOR_PICKUP else ""
        return Part(occasion, len(parcels) or 1, max(total, 1), arrival, place)

    def _fact(self, order: Order, alert: Alert, occasion: Occasion, url: str) -> OrderFact:
        at = max(told.at for told in alert.facts if told.occasion is occasion)
        details: Mapping[str, str] = {"url": url}
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


def _place(parcels: Sequence[Shipment]) -> str:
    places = {p.state.last_scan.location for p in parcels if p.state.last_scan}
    return next(iter(places)) if len(places) == 1 else ""
