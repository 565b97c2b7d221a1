"""What a shopper who waits for a person is told, where they can be reached, and how their ticket stands."""

import re

from actions.times import clock, day
from actions.turn import Turn
from support.model import Ticket
from tracking.shops.phones import normal_phone

_TICKET = re.compile(r"\bT-?(\d{4,15})\b", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:what|how|where|any|status|news|update|heard|happen\w*|answer\w*|still|about)\b.*\bticket\b"
    r"|\bticket\b.*\b(?:status|news|update|going|coming|yet|answer\w*)\b",
    re.IGNORECASE,
)
_FEWEST_DIGITS = 7
Offer = dict[str, str]


async def say_outlook(turn: Turn, ticket: Ticket) -> None:
    """Tell how long it may take, once for each ticket, and ask for a way to reach the shopper if none is known."""
    outlook, place = await turn.services.tickets.outlook(), await turn.services.queue.place(turn.conversation)
    if ticket.calls == 1 and outlook.opens_at:
        today = turn.now.astimezone(outlook.opens_at.tzinfo).date()
        zone = "" if turn.channel == "voice" else f" {outlook.opens_at:%Z}"
        turn.say("utter_closed", when=f"{day(outlook.opens_at.date(), today)} at {clock(outlook.opens_at)}{zone}")
    elif place and outlook.wait:
        turn.say("utter_queue_wait", place=place, minutes=_minutes(outlook.wait.total_seconds()))
    elif place and place > 1:
        turn.say("utter_queue", place=place)
    if turn.channel != "sms" and not ticket.contact:
        turn.remember(contact_for=ticket.number)
        turn.say("utter_contact_known" if await _is_known(turn) else "utter_ask_contact")


def _minutes(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    if minutes >= 90:
        return f"{round(minutes / 60)} hours"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


async def _is_known(turn: Turn) -> bool:
    orders = await turn.services.identity.visible_orders(turn.conversation)
    return any(order.customer.email or order.customer.phone for order in orders)


async def take_contact(turn: Turn) -> bool:
    """Keep an e-mail address or phone number told after a person was called; by voice it is read back first."""
    ticket = turn.recall("contact_for")
    told = [] if turn.form or not ticket else turn.heard("email") or _phones(turn)
    if not told:
        return False
    contact = told[0] if "@" in told[0] else await _with_country(turn, told[0])
    if not contact:
        turn.say("utter_contact_unclear")
    elif turn.channel == "voice":
        turn.remember(pending_offer={"contact": contact, "ticket": ticket})
        turn.say("utter_contact_check", contact=contact.removeprefix("+"))
    else:
        await keep_contact(turn, {"contact": contact, "ticket": ticket})
    return True


def _phones(turn: Turn) -> list[str]:
    """Phone numbers; spoken ones may come as plain digits."""
    return turn.heard("phone") or [number for number in turn.heard("number") if len(number) >= _FEWEST_DIGITS]


async def _with_country(turn: Turn, phone: str) -> str:
    orders = await turn.services.identity.visible_orders(turn.conversation)
    countries = [order.ship_to.country for order in orders if order.ship_to.country]
    return normal_phone(phone, countries[0] if countries else "")


async def keep_contact(turn: Turn, offer: Offer) -> None:
    """Write the contact into the ticket."""
    await turn.services.tickets.update(offer["ticket"], {"contact": offer["contact"]}, "shopper")
    turn.remember(contact_for=None)
    turn.say("utter_contact_kept")


def asks_about_ticket(text: str) -> bool:
    """Whether somebody asks how a ticket stands, rather than for a new one."""
    return bool(_TICKET.search(text) or _ASKS.search(text))


async def say_ticket(turn: Turn) -> None:
    """Tell how a ticket of this conversation, or of an order proven in it, stands; others sound like none at all."""
    named = _TICKET.search(turn.text)
    ticket = await _named(turn, f"T-{named[1]}") if named else await _newest(turn)
    if ticket is None:
        turn.say("utter_ticket_unknown" if named else "utter_no_ticket")
        return
    state = "solved" if ticket.state == "solved" else "taken" if ticket.taken_at else "waiting"
    turn.say(f"utter_ticket_{state}", ticket=ticket.number)


async def _newest(turn: Turn) -> Ticket | None:
    return next(iter(await turn.services.tickets.of(turn.conversation)), None)


async def _named(turn: Turn, number: str) -> Ticket | None:
    ticket = await turn.services.tickets.get(number)
    if ticket is None or ticket.conversation == turn.conversation:
        return ticket
    seen = await turn.services.identity.visible_orders(turn.conversation)
    return ticket if ticket.order_number in {order.number for order in seen} else None
