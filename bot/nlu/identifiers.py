"""Finds e-mail addresses, order and tracking numbers, phone numbers and postcodes by their shapes; looks nothing up."""

import re
from collections.abc import Sequence
from itertools import islice

from bot.nlu.spans import Span, overlaps
from tracking.carriers import detect

DEFAULT_ORDER_PATTERNS = (r"#\s?\d{1,10}", r"\d{4,7}", r"[A-Z]{2,4}-\d{4}-\d{3,8}", r"\d{3}-\d{7}-\d{7}")

_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,5}[a-z]{2,24}(?![\w-])", re.IGNORECASE)
_CUED_ORDER = re.compile(
    r"\border\s?(?:number|no\.?|nr\.?|num|id|#)?[\s:#]{0,3}(\d{1,10})(?![\d/.-]*\d)(?![a-z])", re.IGNORECASE
)
_UNITS = (
    r"(?:am|pm|st|nd|rd|th|kg|cm|mm|km|eur|euros?|usd|dollars?|bucks|pounds|percent|days?|weeks?|hours?|hrs?"
    r"|minutes?|mins?|years?|stars?|o'clock)\b"
)
_NOT_BEFORE = r"(?<![\d$€£-])(?<!\d[./,:])"
_NOT_AFTER = rf"(?!\d)(?!\s?%)(?!-\d)(?![./,:]\d)(?!\s?{_UNITS})"
_BARE = re.compile(rf"{_NOT_BEFORE}\d{{1,40}}{_NOT_AFTER}", re.IGNORECASE)

_TOKEN = re.compile(r"[A-Za-z0-9]+")
_TRACKING_CUE = re.compile(r"\b(?:track\w*|parcel|shipment|waybill|awb|consignment|courier)\b", re.IGNORECASE)
_PHONE_CUE = re.compile(r"\b(?:phone|mobile|cell|telephone|tel|call|text|whatsapp|number is \+)\b", re.IGNORECASE)
_SHORTEST_TRACKING, _LONGEST_TRACKING, _SURE_TRACKING = 8, 41, 16
_FEWEST_DIGITS = 6
MOST = 40
"""Of each kind, in one message: nobody means more, and comparing all with all would take long."""

_PHONE = re.compile(r"(?<![\w@.#-])(?:\+\s?|00)?\(?\d(?:[\s().-]{0,2}\d){6,14}(?![\w-])")
_TWO_NUMBERS = re.compile(r"\d{4,7} \d{4,5}|\d{5} \d{4,7}")
_POSTCODES = (
    re.compile(r"(?<![\w-])(?:GIR\s?0AA|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})(?![\w-])", re.IGNORECASE),  # UK
    re.compile(r"(?<![\w-])[ABCEGHJ-NPRSTVXY]\d[A-Z][\s-]?\d[A-Z]\d(?![\w-])", re.IGNORECASE),  # CA
    re.compile(r"(?<![\w-])[1-9]\d{3}\s?[A-Z]{2}(?![\w-])"),  # NL
    re.compile(r"(?<![\w-])[AC-FHKNPRTV-Y]\d[\dW]\s?[0-9AC-FHKNPRTV-Y]{4}(?![\w-])", re.IGNORECASE),  # IE
    re.compile(rf"{_NOT_BEFORE}(?<![\w#])\d{{5}}(?:-\d{{4}})?(?!\w){_NOT_AFTER}"),  # US, DE, FR, ES, IT …
)
_POSTCODE_CUE = re.compile(
    r"\b(?:post\s?code|postal(?:\scode)?|zip(?:\s?code)?|plz|eircode|pin\s?code)\b(?:\s?(?:is|=|:|was|of))?[\s:]{0,2}"
    r"([A-Z0-9]{2,10}(?:[\s-][A-Z0-9]{3,4})?)(?![\w-])",
    re.IGNORECASE,
)


class OrderNumbers:
    """Order numbers in the shop's formats: regular expressions that match unless they would cut a longer number."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Raises ValueError naming the pattern that is no regular expression."""
        self._patterns = []
        for pattern in patterns:
            try:
                self._patterns.append(re.compile(rf"{_NOT_BEFORE}(?:{pattern}){_NOT_AFTER}", re.IGNORECASE))
            except re.error as error:
                raise ValueError(f"order number pattern {pattern!r} is no regular expression: {error}") from None

    def find(self, text: str, taken: list[Span]) -> list[Span]:
        """Return order numbers outside `taken`, the longest where two overlap, in capitals without "#" and spaces."""
        places = [match.span() for pattern in self._patterns for match in pattern.finditer(text)]
        places += [match.span(1) for match in _CUED_ORDER.finditer(text)]
        found: list[Span] = []
        for start, end in sorted(places, key=lambda place: place[0] - place[1])[:MOST]:
            if not overlaps(start, end, taken + found):
                value = text[start:end].replace("#", "").replace(" ", "").upper()
                found.append(Span("order_number", start, end, value))
        return sorted(found, key=lambda span: span.start)

    def special(self, text: str) -> list[Span]:
        """Return those that hold a dash or a letter, which can be taken for nothing else."""
        return [span for span in self.find(text, []) if not span.value.isdigit()]


def emails(text: str) -> list[Span]:
    """Return e-mail addresses in lower case."""
    return [Span("email", *match.span(), match.group().lower()) for match in islice(_EMAIL.finditer(text), MOST)]


def tracking_numbers(text: str, taken: list[Span]) -> list[Span]:
    """Return tracking numbers, known couriers' or long enough to be one's, in capitals without spaces."""
    cue = bool(_TRACKING_CUE.search(text))
    found: list[Span] = []
    for start, end in _candidates(text):
        value = re.sub(r"[\s-]", "", text[start:end]).upper()
        if not overlaps(start, end, taken + found) and _is_tracking(value, cue, text[max(0, start - 2) : start]):
            found.append(Span("tracking_number", start, end, value))
    return found


def _candidates(text: str) -> list[tuple[int, int]]:
    """Return rows of words with digits, whole rows before their single words."""
    words = [m.span() for m in _TOKEN.finditer(text) if any(c.isdigit() for c in m.group())]
    rows: list[list[tuple[int, int]]] = []
    for start, end in words:
        if rows and start - rows[-1][-1][1] == 1 and text[start - 1] in " -":
            rows[-1].append((start, end))
        else:
            rows.append([(start, end)])
    return [(row[0][0], row[-1][1]) for row in rows if len(row) > 1][:MOST] + words[:MOST]


def _is_tracking(value: str, cue: bool, before: str) -> bool:
    digits = sum(c.isdigit() for c in value)
    if not _SHORTEST_TRACKING <= len(value) <= _LONGEST_TRACKING or digits < _FEWEST_DIGITS or "+" in before:
        return False
    known = detect(value)
    if any(candidate.check_digit == "ok" for candidate in known) and len(value) >= _SURE_TRACKING - 4:
        return True
    lettered = digits < len(value) and len(value) >= _SHORTEST_TRACKING + 2
    return bool(known and (cue or lettered)) or lettered or cue or len(value) >= _SURE_TRACKING


def may_be_two(text: str, phone: Span) -> bool:
    """Say whether a phone number may as well be an order number with a postcode or last four digits beside it."""
    return bool(_TWO_NUMBERS.fullmatch(text[phone.start : phone.end])) and not _PHONE_CUE.search(text)


def phones(text: str, taken: list[Span]) -> list[Span]:
    """Return phone numbers as digits with a leading "+" where there was one."""
    cue = bool(_PHONE_CUE.search(text))
    found = []
    for match in islice(_PHONE.finditer(text), MOST):
        digits = re.sub(r"\D", "", match.group())
        marked = cue or not match.group().isdigit() or len(digits) >= 10
        if marked and not overlaps(*match.span(), taken):
            found.append(Span("phone", *match.span(), ("+" if match.group().startswith("+") else "") + digits))
    return found


def postcodes(text: str, taken: list[Span]) -> list[Span]:
    """Return postcodes in capitals without spaces: unmistakable shapes, five digits, or whatever is called one."""
    places = [m.span(1) for m in _POSTCODE_CUE.finditer(text) if any(c.isdigit() for c in m.group(1))]
    places += [match.span() for pattern in _POSTCODES for match in pattern.finditer(text)]
    found: list[Span] = []
    for start, end in places[:MOST]:
        if not overlaps(start, end, taken + found):
            found.append(Span("postcode", start, end, re.sub(r"\s", "", text[start:end]).upper()))
    return found


def bare_numbers(text: str, taken: list[Span]) -> list[Span]:
    """Return runs of digits that are no time, price, share or part of anything in `taken`."""
    runs = islice(_BARE.finditer(text), MOST)
    return [Span("number", *run.span(), run.group()) for run in runs if not overlaps(*run.span(), taken)]
