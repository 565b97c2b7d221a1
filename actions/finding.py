"""Works out which order a message is about; what it finds may be shown only after `Identity.can_see`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio

from actions.dates import read_day
from actions.phrases import corrects, is_filler, means_other, names_deadline, only_filler
from actions.times import local
from actions.turn import Turn
from tracking.keys import order_key
from tracking.model import FINAL, Order

MOST_CHOICES = 5
MOST_AT_ONCE = 3
_WORD = re.compile(r"[^\W\d_]{3,}")
_COMMON = {
    "with",
    "from",
    "your",
    "when",
    "where",
    "what",
    "late",
    "get",
    "new",
    "old",
    "day",
    "time",
    "delivery",
    "pack",
    "set",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a message says about an order: the order itself if we know it, its number as typed, a proof, or a choice."""

    order: Order | None = None
    number: str = ""
    proof: str = ""
    choices: tuple[Order, ...] = ()


def is_open(order: Order) -> bool:
    """Say whether there is still something to come: not cancelled, and a parcel or nothing at all on its way."""
    return not order.cancelled and not (order.shipments and all(s.status in FINAL for s in order.shipments))


async def lookup(turn: Turn, number: str) -> Order | None:
    """Return the order with this order or tracking number, whoever asks."""
    orders = turn.services.orders
    return await orders.find(number) or await orders.find_by_tracking_number(number)


def identifiers(turn: Turn) -> list[str]:
    """Return the order and tracking numbers of the message; a bare number counts if there is nothing else in it."""
    named = turn.heard("order_number") + turn.heard("tracking_number")
    return list(dict.fromkeys(named)) or ([n for n in turn.heard("number") if len(n) > 2] if only_number(turn) else [])


def only_number(turn: Turn) -> bool:
    """Say whether the message holds a number and otherwise only words like "no, I meant order"."""
    heard = turn.heard("number") or turn.heard("order_number") or turn.heard("tracking_number")
    return bool(heard) and only_filler(turn.text)


def corrects_number(turn: Turn) -> bool:
    """Say whether the message is a new order number put as a correction, such as "no, 1002" or "#1002"."""
    return only_number(turn) and corrects(turn.text)


def proof_in(turn: Turn, taken: Sequence[str] = ()) -> str:
    """Return what may be a proof: an e-mail, a phone number, a postcode or four digits; `taken` are order numbers."""
    used = {digits(number) for number in taken} - {""}
    # "1003 0117" may be one phone number, or an order number and what proves it.
    used |= {pair for mine in used for other in turn.heard("number") for pair in (mine + other, other + mine)}
    for entity in ("email", "phone", "postcode"):
        for value in turn.heard(entity):
            if digits(value) not in used:
                return value
    return next((n for n in turn.heard("number") if len(n) == 4 and n not in used), "")


def digits(text: str) -> str:
    """Return only the digits."""
    return "".join(c for c in text if c.isdigit())


async def find_order(turn: Turn, concerns: Callable[[Order], bool]) -> Found:
    """Return the order the message names or means: by number, position, date or item, else the one spoken of last."""
    found = await named(turn)
    if found.number:
        return found
    mine = await turn.services.identity.visible_orders(turn.conversation)
    if order := pick(turn, mine) or _numbered(turn, mine):
        return Found(order, order.number)
    told = await told_of(turn, mine) if len(mine) > 1 else None
    current = told.number if told else turn.recall("order_number")
    if means_other(turn.text):
        mine = [order for order in mine if order.number != current]
    elif current:
        return Found(await lookup(turn, current), current, found.proof)
    likely = [order for order in mine if concerns(order)] or list(mine)
    if len(likely) == 1:
        return Found(likely[0], likely[0].number)
    return Found(None, "", found.proof, tuple(likely))


async def told_of(turn: Turn, mine: Sequence[Order]) -> Order | None:
    """Return the order of the alert that a text answers: nothing was said since, and it is one of the shopper's own."""
    if turn.channel != "sms" or not mine:
        return None
    key = await turn.services.told.last(turn.conversation)
    return next((order for order in mine if order_key(order.number) == key), None)


async def named(turn: Turn) -> Found:
    """Return the order that the message names, and the proof beside it: digits may be a number or a postcode."""
    typed = identifiers(turn)
    placed = set(turn.heard("postcode"))
    likely = [number for number in typed if number not in placed] + [number for number in typed if number in placed]
    for number in likely:
        if order := await lookup(turn, number):
            return Found(order, number, proof_in(turn, [number]))
    return Found(None, likely[0] if likely else "", proof_in(turn, likely[:1]))


def offered(turn: Turn, mine: Sequence[Order]) -> list[Order]:
    """Return the shopper's orders in the order last listed, or all of them if none were."""
    by_number = {order.number: order for order in mine}
    listed = [by_number[number] for number in turn.recall("choices") or () if number in by_number]
    return listed or list(mine)


def pick(turn: Turn, mine: Sequence[Order]) -> Order | None:
    """Return the one of the shopper's orders that the message means: by its place in the last list, date or item."""
    if len(mine) < 2:
        return None
    listed = offered(turn, mine)
    return _by_position(turn, listed) or _by_date(turn, listed) or _by_date(turn, mine) or _by_item(turn, mine)


def _numbered(turn: Turn, orders: Sequence[Order]) -> Order | None:
    said = set(turn.heard("number"))
    return next((order for order in orders if digits(order.number) in said), None)


def _by_position(turn: Turn, orders: Sequence[Order]) -> Order | None:
    said = turn.heard("ordinal")
    if not said and turn.recall("choices") and only_number(turn):
        said = [n for n in turn.heard("number") if len(n) == 1]
    place = next((int(s) for s in said if re.fullmatch(r"-?\d{1,2}", s)), 0)
    if 0 < place <= len(orders):
        return orders[place - 1]
    return orders[place] if -len(orders) <= place < 0 else None


def _by_date(turn: Turn, orders: Sequence[Order]) -> Order | None:
    for span in () if names_deadline(turn.text) else turn.heard("date"):
        days = [(order, local(order.placed_at, order)[0].date()) for order in orders]
        same = [order for order, day in days if day == read_day(span, local(turn.now, order)[0].date())]
        if len(same) == 1:
            return same[0]
    return None


def _by_item(turn: Turn, orders: Sequence[Order]) -> Order | None:
    words = spoken_words(" ".join(turn.heard("item") or [turn.text]))
    scores = [sum(map(likeness, order_titles(order), [words] * len(order.items))) for order in orders]
    best = max(scores)
    return orders[scores.index(best)] if best and scores.count(best) == 1 else None


def order_titles(order: Order) -> list[str]:
    """Return the titles of what was bought."""
    return [item.title for item in order.items]


def spoken_words(text: str) -> set[str]:
    """Return the words of a text that may tell what was bought."""
    return {word for word in _WORD.findall(text.lower()) if word not in _COMMON and not is_filler(word)}


def likeness(title: str, words: set[str]) -> int:
    """Count the words of a title that were said, give or take a typing error."""
    return sum(any(ratio(word, said) >= 85 for said in words) for word in set(_WORD.findall(title.lower())))
