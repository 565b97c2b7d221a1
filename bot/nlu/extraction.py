"""All that can be read out of a text by shape, and whether a text says nothing but an identifier."""

import re

from bot.nlu.dates import Reader, dates
from bot.nlu.identifiers import OrderNumbers, bare_numbers, emails, may_be_two, phones, postcodes, tracking_numbers
from bot.nlu.phrases import items, ordinals
from bot.nlu.spans import Span, overlaps, plain, table
from bot.nlu.spoken import spoken_numbers

LONGEST = 2000
_IDENTIFIERS = frozenset({"order_number", "tracking_number", "email", "postcode", "phone", "number", "ordinal"})
_FILLER = frozenset(
    table(
        "order orders number numbers no nr num hash id ref reference code tracking my the is it its it's was "
        "this that that's thats one here you go are yes yeah yep ok okay sure sorry please pls thanks thank "
        "email e-mail mail address postcode post postal zip plz phone mobile cell last four digits and or "
        "with i i'm mean meant actually not would be um uh er well so oh hi hello parcel package shipment for "
        "of ends in ending under used use a an say said again think believe option"
    )
)
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")


def extract(text: str, orders: OrderNumbers, read_dates: Reader | None = None) -> list[Span]:
    """Return what the first 2,000 characters hold, in order of place; a bare number may be several things at once."""
    text = plain(text[:LONGEST])
    sure = emails(text)
    sure += orders.special(text)
    sure += (said := dates(text, read_dates))
    sure += tracking_numbers(text, sure)
    called = phones(text, sure)
    placed = postcodes(text, sure)
    lettered = [span for span in placed if not span.value.replace("-", "").isdigit()]
    spoken = spoken_numbers(text)
    taken = sure + [span for span in called if not may_be_two(text, span)] + lettered
    numbers = orders.find(text, taken)
    bare = bare_numbers(text, taken + spoken)
    spans = sure + called + placed + numbers + bare + spoken + _spoken_orders(spoken, orders)
    spans += [span for span in ordinals(text) if not _inside(span, said)]
    spans += [span for span in items(text) if not overlaps(span.start, span.end, spans)]
    return sorted(spans, key=lambda span: (span.start, span.entity))


def _spoken_orders(spoken: list[Span], orders: OrderNumbers) -> list[Span]:
    """A spoken number may be an order number too, if its digits look like one."""
    return [
        Span("order_number", span.start, span.end, found.value)
        for span in spoken
        for found in orders.find(span.value, [])
        if len(found.value) == len(span.value)
    ]


def _inside(span: Span, others: list[Span]) -> bool:
    return any(other.start <= span.start and span.end <= other.end for other in others)


def is_only_identifier(text: str, spans: list[Span]) -> bool:
    """Whether a text holds an identifier or a position and otherwise only words like "my order number is"."""
    places = [span for span in spans if span.entity in _IDENTIFIERS]
    if not places:
        return False
    rest = list(plain(text[:LONGEST]))
    for span in places:
        rest[span.start : span.end] = " " * (span.end - span.start)
    left = "".join(rest).lower()
    return not any(c.isdigit() for c in left) and all(word in _FILLER for word in _WORD.findall(left))
