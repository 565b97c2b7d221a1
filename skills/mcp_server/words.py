"""What the MCP server says by itself, without asking the desk, in sentences to be spoken; decides nothing."""

from collections.abc import Sequence

from tracking.model import Order, Status
from tracking.order_status import order_status

INSTRUCTIONS = (
    "Tells a shopper where their orders are, by what carriers and the shop have said. Speak the `say` of a result as it"
    " is: it is complete, true and made for the ear. Unknown is unknown: never turn a null, or a long silence, into"
    " “late” or “delivered”. When `say` offers a person and the shopper agrees, call report_problem or"
    " talk_to_a_person. When `choices` are given, ask which order is meant and call again with its number."
)
STILL_LOOKING = "I'm still looking that up. Please ask me again in a moment."
WITH_PERSON = "A person from the shop is looking after this now, and has your message."
PERSON_WROTE = "A person from the shop answered: {text}"
NOTHING = "I have no answer to that. I can look up an order, or get you a person."
NO_ORDERS = "I can't find any order under your account."
NOT_FOUND = (
    "I can't find that order among yours. Please check the number, or ask me to list your orders:"
    " the shop may also have it under another e-mail address or phone number."
)
AWAY = "Sorry, I can't look that up this second. Please try again in a moment."
NOT_ALLOWED = "You haven't allowed this assistant to do that for you. Link your account again to allow it."
REPORTED = "I've passed that on to a person at the shop, with what we know about your order. They'll get back to you."
ADDED = "I've added that to what a person at the shop already has about this. They'll get back to you."

STATUS = {
    Status.PENDING: "not shipped yet",
    Status.LABEL_CREATED: "packed and waiting for the carrier",
    Status.PICKED_UP: "with the carrier",
    Status.IN_TRANSIT: "on its way",
    Status.OUT_FOR_DELIVERY: "out for delivery",
    Status.AVAILABLE_FOR_PICKUP: "ready to collect",
    Status.ATTEMPT_FAILED: "delivery was tried",
    Status.DELAYED: "delayed by the carrier",
    Status.EXCEPTION: "held up",
    Status.DELIVERED: "delivered",
    Status.RETURNING: "on its way back",
    Status.RETURNED: "returned to the sender",
    Status.CANCELLED: "cancelled",
    Status.UNKNOWN: "of unknown status",
}
PROBLEMS = {
    "missing": "is missing",
    "damaged": "arrived damaged",
    "late": "is late",
    "wrong_item": "had the wrong item in it",
    "other": "has a problem",
}
"""How a shopper would say each kind of problem of "my order"."""

_MOST_NAMES = 2


def headline(order: Order) -> str:
    """Return how the order stands in a few words, such as "1 of 2 parcels delivered"."""
    overall = order_status(order)
    if overall.total > 1 and 0 < overall.delivered < overall.total:
        return f"{overall.delivered} of {overall.total} parcels delivered"
    return STATUS[overall.status]


def which(orders: Sequence[Order]) -> str:
    """Ask which of these orders is meant."""
    said = "; ".join(f"{_name(order)}, {headline(order)}" for order in orders)
    return f"You have {len(orders)} orders that aren't finished: {said}. Which one do you mean?"


def _name(order: Order) -> str:
    titles = [" ".join(item.title.split()) for item in order.items if item.title.strip()]
    more = len(titles) - _MOST_NAMES
    return ", ".join(titles[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "") or f"order {order.number}"


def problem(number: str, kind: str, details: str) -> str:
    """Return the shopper's report as a message of theirs."""
    return f"My order {number} {PROBLEMS[kind]}" + (f": {details}" if details else ".")
