"""What shoppers may want from a person about an order, and what is possible at its state; opens no ticket itself."""

from abc import ABC
from enum import Enum
from typing import ClassVar

from actions.base import OrderAction
from actions.card import card
from actions.finding import likeness, order_titles, spoken_words
from actions.parcels import View, plain, say_scan, say_state
from actions.proving import YES_NO, offer
from actions.status import StatusAction, called, parcels_of
from actions.times import day_of
from actions.turn import Turn
from support.model import TicketReason
from tracking.model import Order, Status
from tracking.order_status import order_status

NOT_ASKED = "-"
_MOST_REFUNDS = 3
_BEFORE_DISPATCH = frozenset({Status.PENDING, Status.LABEL_CREATED})


class Stage(Enum):
    """How far an order is, as far as changing it goes. PARTLY: some parcels arrived, some are still to come."""

    CANCELLED = "cancelled"
    NOT_SENT = "not_sent"
    ON_ITS_WAY = "on_its_way"
    AT_THE_DOOR = "at_the_door"
    PARTLY = "partly"
    DELIVERED = "delivered"
    GOING_BACK = "going_back"


def stage(order: Order) -> Stage:
    """Return the stage; of several parcels, what can no longer be changed counts."""
    statuses = {s.status for s in parcels_of(order)}
    if order_status(order).status is Status.CANCELLED or (order.cancelled and not statuses):
        return Stage.CANCELLED
    if statuses <= _BEFORE_DISPATCH:
        return Stage.NOT_SENT
    if statuses & {Status.RETURNING, Status.RETURNED}:
        return Stage.GOING_BACK
    if statuses == {Status.DELIVERED}:
        return Stage.DELIVERED
    if Status.DELIVERED in statuses:
        return Stage.PARTLY
    return Stage.AT_THE_DOOR if Status.OUT_FOR_DELIVERY in statuses else Stage.ON_ITS_WAY


class CaseAction(OrderAction, ABC):
    """Starts a case if the order's stage allows it, else says why not and offers a person.

    `asks` names what the case form has to ask besides the confirmation; `impossible` the stages at which nothing can
    be done, each with its own response `utter_<wish>_<stage>`; `cautions` likewise, but the case goes on.
    """

    reason: ClassVar[TicketReason]
    asks: ClassVar[tuple[str, ...]] = ()
    impossible: ClassVar[frozenset[Stage]] = frozenset()
    cautions: ClassVar[frozenset[Stage]] = frozenset()

    async def answer(self, turn: Turn, order: Order) -> None:
        """Begin the case, or say why it can't be."""
        at = stage(order)
        if at in self.impossible:
            turn.say(f"utter_{self.wish}_{at.value}", what=called(turn, order), buttons=YES_NO)
            offer(turn, self.reason)
            put_away(turn)
            return
        if at in self.cautions:
            turn.say(f"utter_{self.wish}_{at.value}", what=called(turn, order))
        self.begin(turn, order)

    def begin(self, turn: Turn, order: Order) -> None:
        """Put the case on the table; what need not be asked is filled at once. A restarted case keeps its details."""
        again = turn.recall("case") == self.wish
        kept = turn.recall("case_details") if again else self.said_already(turn)
        turn.remember(
            case=self.wish,
            case_order=order.number,
            case_item=self._item(turn, order),
            case_details=kept if "case_details" in self.asks else NOT_ASKED,
            case_confirmed=None,
        )
        turn.open_form("case_form")

    def said_already(self, turn: Turn) -> str | None:  # noqa: ARG002
        """Return the details if the wish itself held them."""
        return None

    def _item(self, turn: Turn, order: Order) -> str | None:
        if "case_item" not in self.asks or not order.items:
            return NOT_ASKED
        titles = order_titles(order)
        meant = titles if len(titles) == 1 else [title for title in titles if likeness(title, spoken_words(turn.text))]
        return plain(meant[0]) if len(meant) == 1 else None


class CancelOrder(CaseAction):
    """Cancels only before dispatch, and only by a person."""

    wish = "cancel_order"
    reason = TicketReason.CANCEL
    impossible = frozenset(Stage) - {Stage.NOT_SENT}


class ChangeOrder(CaseAction):
    """Adds, removes or swaps items before dispatch."""

    wish = "change_order"
    reason = TicketReason.CHANGE_ORDER
    asks = ("case_details",)
    impossible = frozenset(Stage) - {Stage.NOT_SENT}


class ChangeAddress(CaseAction):
    """Asks for another address; once the parcel is on its way only the carrier can redirect it."""

    wish = "change_address"
    reason = TicketReason.CHANGE_ADDRESS
    asks = ("case_details",)
    impossible = frozenset({Stage.CANCELLED, Stage.AT_THE_DOOR, Stage.DELIVERED, Stage.GOING_BACK})
    cautions = frozenset({Stage.ON_ITS_WAY, Stage.PARTLY})


class RescheduleDelivery(CaseAction):
    """Asks for another day while the parcel is on its way."""

    wish = "reschedule_delivery"
    reason = TicketReason.RESCHEDULE
    asks = ("case_details",)
    impossible = frozenset({Stage.CANCELLED, Stage.NOT_SENT, Stage.DELIVERED, Stage.GOING_BACK})
    cautions = frozenset({Stage.AT_THE_DOOR})

    def said_already(self, turn: Turn) -> str | None:
        """A message that names a day ("on Saturday instead") needs no second question."""
        return plain(turn.text) if turn.label == self.wish and turn.heard("date") else None


class ReportDamaged(CaseAction):
    """Takes up a damaged or wrong item, whatever the carrier says about the parcel."""

    wish = "report_damaged"
    reason = TicketReason.DAMAGED
    asks = ("case_item", "case_details")

    def concerns(self, order: Order) -> bool:
        """Only what has arrived can be damaged."""
        return stage(order) in {Stage.DELIVERED, Stage.PARTLY}


class ReturnRefund(CaseAction):
    """Takes up a return of what has arrived."""

    wish = "return_refund"
    reason = TicketReason.RETURN
    asks = ("case_item", "case_details")
    impossible = frozenset({Stage.CANCELLED, Stage.NOT_SENT, Stage.ON_ITS_WAY, Stage.AT_THE_DOOR, Stage.GOING_BACK})

    def concerns(self, order: Order) -> bool:
        """Only what has arrived can be sent back."""
        return stage(order) in {Stage.DELIVERED, Stage.PARTLY}


class RefundStatus(CaseAction):
    """Says what the shop has paid back; where it told us of nothing, what is known of a parcel going back."""

    wish = "refund_status"
    reason = TicketReason.REFUND

    def concerns(self, order: Order) -> bool:
        """Refunds follow returns and cancellations."""
        return bool(order.refunds) or stage(order) in {Stage.GOING_BACK, Stage.CANCELLED}

    async def answer(self, turn: Turn, order: Order) -> None:
        """Say what is known, then let the case be confirmed, or offer a person where the money is on its way."""
        if order.refunds:
            _say_refunds(turn, order)
            offer(turn, self.reason)
            turn.say("utter_offer_look", buttons=YES_NO)
            return
        _say_parcels(turn, order)
        turn.say("utter_refund_unseen")
        self.begin(turn, order)


class ReportMissing(CaseAction):
    """Delivered but not here: the facts, where to look, hand-over. Not all delivered: the status and the offer."""

    wish = "report_missing"
    reason = TicketReason.MISSING

    def concerns(self, order: Order) -> bool:
        """A cancelled order is not missed."""
        return stage(order) is not Stage.CANCELLED

    async def answer(self, turn: Turn, order: Order) -> None:
        """Say the facts and what to check before a person looks for it."""
        if stage(order) is Stage.DELIVERED:
            turn.say("utter_sorry")
            _say_parcels(turn, order)
            turn.say("utter_checklist")
            self.begin(turn, order)
            return
        await StatusAction(self.services).answer(turn, order)
        if not turn.recall("pending_offer"):
            offer(turn, self.reason)
            turn.say("utter_offer_look", buttons=YES_NO)


class DeliveryOptions(OrderAction):
    """Says what can be changed about a delivery at its stage."""

    wish = "delivery_options"

    async def answer(self, turn: Turn, order: Order) -> None:
        """List the options."""
        turn.say(f"utter_options_{stage(order).value}", what=called(turn, order))


def _say_refunds(turn: Turn, order: Order) -> None:
    for refund in order.refunds[-_MOST_REFUNDS:]:
        amount = f"{refund.paid.amount:.2f} {refund.paid.currency}".strip()
        when = day_of(refund.at, turn.now, order)
        turn.say("utter_refund_seen", what=called(turn, order), amount=amount, when=when)


def _say_parcels(turn: Turn, order: Order) -> None:
    parcels = parcels_of(order)
    if not parcels:
        turn.say("utter_order_cancelled" if order.cancelled else "utter_not_shipped", what=called(turn, order))
    for place, parcel in enumerate(parcels, 1):
        view = View(turn, order, parcel, called(turn, order) if len(parcels) == 1 else f"Parcel {place}")
        say_state(view)
        say_scan(view)
    turn.show(card(order))


def put_away(turn: Turn) -> None:
    """Forget the case that was on the table."""
    turn.remember(case=None, case_order=None, case_item=None, case_details=None, case_confirmed=None)
    if turn.form == "case_form":
        turn.leave_form()


CASES: tuple[type[CaseAction], ...] = (
    CancelOrder,
    ChangeOrder,
    ChangeAddress,
    RescheduleDelivery,
    ReportDamaged,
    ReturnRefund,
    RefundStatus,
    ReportMissing,
)
