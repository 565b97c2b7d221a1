"""The page's plain words: for every state, what comes next, and what help to offer; decides nothing."""

from collections.abc import Mapping

from support.model import TicketReason
from tracking.model import Status

STEPS = ("Ordered", "Packed", "On its way", "Out for delivery", "Delivered")
READY_TO_COLLECT = "Ready to collect"

PROGRESS: Mapping[Status, int] = {
    Status.PENDING: 0,
    Status.LABEL_CREATED: 1,
    Status.PICKED_UP: 2,
    Status.IN_TRANSIT: 2,
    Status.DELAYED: 2,
    Status.EXCEPTION: 2,
    Status.OUT_FOR_DELIVERY: 3,
    Status.ATTEMPT_FAILED: 3,
    Status.AVAILABLE_FOR_PICKUP: 3,
    Status.DELIVERED: 4,
}
"""Which step a state is at; a state that isn't here is off the usual road and has no bar."""

HEADLINES: Mapping[Status, str] = {
    Status.PENDING: "Not shipped yet",
    Status.LABEL_CREATED: "Packed, waiting for the carrier",
    Status.PICKED_UP: "With the carrier",
    Status.IN_TRANSIT: "On its way",
    Status.OUT_FOR_DELIVERY: "Out for delivery",
    Status.AVAILABLE_FOR_PICKUP: "Ready to collect",
    Status.ATTEMPT_FAILED: "Delivery was tried",
    Status.DELAYED: "Delayed",
    Status.EXCEPTION: "Held up",
    Status.DELIVERED: "Delivered",
    Status.RETURNING: "On its way back",
    Status.RETURNED: "Returned to the sender",
    Status.CANCELLED: "Cancelled",
    Status.UNKNOWN: "State unknown",
}

SENTENCES: Mapping[Status, str] = {
    Status.PENDING: "There is a tracking number, but {carrier} hasn't got the parcel yet.",
    Status.LABEL_CREATED: "It's packed and labelled, and waits for {carrier} to collect it.",
    Status.PICKED_UP: "It has been handed to {carrier} and starts its journey.",
    Status.IN_TRANSIT: "It's travelling with {carrier}.",
    Status.OUT_FOR_DELIVERY: "It's in the van.",
    Status.AVAILABLE_FOR_PICKUP: "It waits for you at a pick-up point.",
    Status.ATTEMPT_FAILED: "{Carrier} came with it, but couldn't hand it over.",
    Status.DELAYED: "It's on its way, but {carrier} reports a delay.",
    Status.EXCEPTION: "{Carrier} reports a problem with it.",
    Status.DELIVERED: "{Carrier} says it has arrived.",
    Status.RETURNING: "It's on its way back to the shop.",
    Status.RETURNED: "It went back to the shop and has arrived there.",
    Status.CANCELLED: "Its shipping label was cancelled: this parcel won't travel.",
    Status.UNKNOWN: "{Carrier} has sent news that we can't read, so we won't guess where it is.",
}

NEXT: Mapping[Status, str] = {
    Status.PENDING: "The shop hands it to the carrier.",
    Status.LABEL_CREATED: "{Carrier} collects it and scans it for the first time.",
    Status.PICKED_UP: "It's sorted and travels towards you.",
    Status.IN_TRANSIT: "It goes to the depot near you, then into the delivery van.",
    Status.OUT_FOR_DELIVERY: "The driver brings it to the door.",
    Status.AVAILABLE_FOR_PICKUP: "Collect it soon, with something that shows your name. After some days it goes back.",
    Status.ATTEMPT_FAILED: "Usually another try on the next working day, or a pick-up point. The card in your "
    "letterbox says which.",
    Status.DELAYED: "It moves on as soon as the carrier can.",
    Status.EXCEPTION: "{Carrier} has to sort this out before it moves on.",
    Status.DELIVERED: "Nothing more. If you can't find it, look around the door and with neighbours, then tell us.",
    Status.RETURNING: "It arrives at the shop, which then sorts out a refund or sends it again.",
    Status.RETURNED: "The shop sorts out a refund or sends it again.",
    Status.CANCELLED: "If you still expect this parcel, ask a person below.",
    Status.UNKNOWN: "We'll know more with its next scan.",
}

TONES: Mapping[Status, str] = {
    Status.DELIVERED: "good",
    Status.ATTEMPT_FAILED: "warn",
    Status.DELAYED: "warn",
    Status.EXCEPTION: "warn",
    Status.UNKNOWN: "off",
    Status.CANCELLED: "off",
    Status.RETURNING: "off",
    Status.RETURNED: "off",
}

REASONS: Mapping[TicketReason, str] = {
    TicketReason.MISSING: "It isn't here",
    TicketReason.DAMAGED: "It's damaged",
    TicketReason.RETURN: "Return it",
    TicketReason.LATE: "It's late",
    TicketReason.CHANGE_ADDRESS: "Change the address",
    TicketReason.RESCHEDULE: "Deliver on another day",
    TicketReason.CANCEL: "Cancel the order",
    TicketReason.CHANGE_ORDER: "Change the order",
    TicketReason.REFUND: "Where is my refund?",
    TicketReason.SPEAK_TO_HUMAN: "Something else",
}
"""What help can be about. A page that was open for long may ask for any of them."""

_ARRIVED = (TicketReason.MISSING, TicketReason.DAMAGED, TicketReason.RETURN)
_UNSENT = (TicketReason.CANCEL, TicketReason.CHANGE_ORDER, TicketReason.CHANGE_ADDRESS)
_UNDERWAY = (TicketReason.LATE, TicketReason.CHANGE_ADDRESS, TicketReason.RESCHEDULE)
_BACK = (TicketReason.REFUND,)

REASONS_BY_STATUS: Mapping[Status, tuple[TicketReason, ...]] = {
    **dict.fromkeys(Status, _UNDERWAY),
    Status.PENDING: _UNSENT,
    Status.LABEL_CREATED: _UNSENT,
    Status.DELIVERED: _ARRIVED,
    Status.RETURNING: _BACK,
    Status.RETURNED: _BACK,
    Status.CANCELLED: _BACK,
}

SCORES = {1: "bad", 2: "poor", 3: "all right", 4: "good", 5: "great"}


MEDIA: Mapping[str, str] = {"sms": "Text messages", "email": "Mails"}
"""What shoppers are written to on, where they may choose."""
CHOICES: Mapping[str, str] = {
    "all": "Everything",
    "important": "Only what matters: it arrived, needs you, or something is wrong",
    "none": "Nothing",
}
