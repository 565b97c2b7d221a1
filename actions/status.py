"""Answers where an order is, when it comes and whether it is late: three questions, one flow, three first sentences."""

from collections.abc import Sequence

from actions.base import OrderAction, own_order
from actions.card import card
from actions.finding import MOST_AT_ONCE, identifiers, order_titles
from actions.parcels import (
    View,
    plain,
    say_arrival,
    say_in_time,
    say_lateness,
    say_next,
    say_scan,
    say_silence,
    say_source,
    say_state,
)
from actions.proving import YES_NO, offer
from actions.turn import Turn
from support.model import TicketReason
from tracking.model import Order, Shipment, Status
from tracking.order_status import order_status

_NEEDS_HELP = frozenset({Status.EXCEPTION})


def called(turn: Turn, order: Order) -> str:
    """Return what to call an order: by number, but "Your order" where numbers would be read aloud."""
    return "Your order" if turn.channel == "voice" else f"Order {order.number}"


def parcels_of(order: Order) -> list[Shipment]:
    """Return the parcels that count: all whose label was not cancelled."""
    return [s for s in order.shipments if s.status is not Status.CANCELLED]


class StatusAction(OrderAction):
    """Says where the order is, completely; subclasses put another sentence first."""

    wish = "track_order"

    async def reply(self, turn: Turn) -> None:
        """Answer for each of several orders named at once, else for the one that is meant."""
        named = identifiers(turn)[:MOST_AT_ONCE]
        found = [order for number in named if (order := await own_order(turn, number))] if len(named) > 1 else []
        several = {order.number: order for order in found}
        if len(several) < 2:
            await super().reply(turn)
            return
        turn.remember(wish=self.wish)
        for order in several.values():
            await self.open(turn, order)

    async def answer(self, turn: Turn, order: Order) -> None:
        """Tell all that is known, and offer a person if something is wrong."""
        parcels = parcels_of(order)
        if order_status(order).status is Status.CANCELLED:
            turn.say("utter_order_cancelled", what=called(turn, order))
        elif not parcels:
            self._not_shipped(turn, order)
        else:
            self._parcels(turn, order, parcels)
        if turn.channel == "sms" and parcels:
            # One short link for all parcels; the carriers' own would each cost another segment.
            turn.say("utter_page", link=await turn.services.pages.url(order))
        turn.show(card(order))

    def _not_shipped(self, turn: Turn, order: Order) -> None:
        view = View(turn, order, Shipment(tracking_number=""), called(turn, order))
        self.lead(view)
        turn.say("utter_not_shipped", what=view.what)
        if type(self).wish == "track_order" and order.promised:
            say_arrival(view)

    def _parcels(self, turn: Turn, order: Order, parcels: Sequence[Shipment]) -> None:
        if len(parcels) == 1:
            wrong = self._one(View(turn, order, parcels[0], called(turn, order)))
        else:
            wrong = self._several(turn, order, parcels)
        if wrong:
            offer(turn, TicketReason.LATE)
            turn.say("utter_offer_look", buttons=YES_NO)

    def _one(self, view: View) -> bool:
        wrong = self.lead(view)
        say_state(view)
        say_scan(view)
        quiet = say_silence(view)
        if self.wish == "track_order":
            say_arrival(view)
        if view.turn.channel != "sms" and not quiet:
            say_next(view)
        say_source(view)
        return wrong or quiet or view.parcel.status in _NEEDS_HELP

    def _several(self, turn: Turn, order: Order, parcels: Sequence[Shipment]) -> bool:
        overall = order_status(order)
        turn.say("utter_parcels", what=called(turn, order), delivered=overall.delivered, total=overall.total)
        wrong = False
        for place, parcel in enumerate(parcels, 1):
            view = View(turn, order, parcel, _parcel_name(turn, order, parcel, place))
            say_state(view)
            wrong |= self.lead(view) or parcel.status in _NEEDS_HELP
            if turn.channel != "voice" or not view.over:
                say_scan(view)
            wrong |= say_silence(view)
            if self.wish == "track_order":
                say_arrival(view)
            if turn.channel != "voice":
                say_source(view)
        if turn.channel == "voice":
            # Once for all, and for what is known the least: nobody wants to hear it of each.
            oldest = min(parcels, key=lambda parcel: parcel.last_checked_at or parcel.known_since or turn.now)
            say_source(View(turn, order, oldest, called(turn, order)))
        return wrong

    def lead(self, view: View) -> bool:  # noqa: ARG002
        """Say what the question was about, before the state; return whether that is a reason for help."""
        return False


class EtaAction(StatusAction):
    """Answers first when it comes."""

    wish = "delivery_eta"

    def lead(self, view: View) -> bool:
        """Say whether it is in time for a day that was named, and the arrival."""
        say_in_time(view)
        say_arrival(view)
        return False


class DelayedAction(StatusAction):
    """Answers first whether it is late."""

    wish = "order_delayed"

    def lead(self, view: View) -> bool:
        """Say the lateness, and the arrival that is now expected."""
        late = say_lateness(view)
        if late and view.parcel.estimate and view.now < view.parcel.estimate.latest and not view.order.promised:
            say_arrival(view)
        return late


def _parcel_name(turn: Turn, order: Order, parcel: Shipment, place: int) -> str:
    titles = [item.title for item in order.items if item.sku in parcel.skus]
    inside = f" ({plain(', '.join(titles))})" if titles and turn.channel != "sms" else ""
    return f"Parcel {place}{inside}"


def item_names(order: Order) -> str:
    """Return the titles of an order in a few words."""
    titles = [plain(title) for title in order_titles(order)]
    more = f" and {len(titles) - 2} more" if len(titles) > 2 else ""
    return ", ".join(titles[:2]) + more
