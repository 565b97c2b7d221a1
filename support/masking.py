"""Takes card numbers, bank accounts and passwords out of what shoppers type, before it is stored or read by a bot."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tracking.carriers import detect
from tracking.carriers.checks import luhn

Mask = Callable[[str], str]
DOTS = "••••"
ORDER_PATTERNS = (r"\d{3}-\d{7}-\d{7}",)
"""Shapes of order numbers that are long enough to be taken for a card's."""

_MAY_NEED_IT = re.compile(
    r"\d(?:[ \-\u2013.]?\d){12}|[A-Za-z]{2}\d\d ?-?[A-Za-z0-9]{2}"
    r"|(?i:passw|passc|pass ?phr|pass word|pwd|cvv|cvc|csc|card code|security)"
)
"""Cheap, and found in few messages: all others are left alone at once."""

_RUN = re.compile(r"(?<![\w\u2022])\d+(?:[ \-\u2013.]\d+)*(?!\w)")
_GROUP = re.compile(r"\d+")
_SHORTEST, _LONGEST = 13, 19
_NETWORKS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-59]|[68]\d)\d{11}"  # Diners Club
    r"|(?:6011|64[4-9]\d|65\d\d)\d{12}(?:\d{3})?"  # Discover
    r"|35(?:2[89]|[3-8]\d)\d{12}"  # JCB
    r"|62\d{14,17}|81\d{14}"  # UnionPay
    r"|220[0-4]\d{12}"  # Mir
    r"|(?:50\d\d|5[678]\d\d|6304|67\d\d|60\d\d)\d{12,15}"  # Maestro, RuPay and others of sixteen to nineteen digits
)
_UNEVEN = frozenset({(4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3)})
"""How cards are grouped that aren't in groups of one length."""
_ABOUT_CARD = re.compile(
    r"\b(?:cards?|visa|master ?card|maestro|amex|american express|discover|diners|debit|credit|paid|pay(?:ing|ment)?"
    r"|charged?|billed|cvv2?|cvc2?|expir\w*)\b",
    re.IGNORECASE,
)
_ABOUT_PARCEL = re.compile(r"\b(?:track\w*|parcel|package|shipment|waybill|awb|consignment|courier)\b", re.IGNORECASE)
_ABOUT_PHONE = re.compile(r"\b(?:phone|mobile|cell|telephone|tel|call|text|whatsapp)\b", re.IGNORECASE)
_LONGEST_PHONE = 15

_AFTER_CARD = re.compile(
    rf"({DOTS} \d{{4}}(?:\W{{1,3}}(?:exp\w*\W{{0,2}})?\d\d ?/ ?\d\d(?:\d\d)?)?[\s,;/]{{1,3}})\d{{3}}(?![\d/])"
)
_CODE = re.compile(
    r"(\b(?:cvv2?|cvc2?|csc|card code|security (?:code|number))\b(?:[\s:=]|is|was|on|the|back){0,8}?[\s:=]{0,2})"
    r"\d{3,4}(?!\d)",
    re.IGNORECASE,
)

_IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2})\d{2}(?:[ -]?[A-Za-z0-9]){11,30}")
_IBAN_COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH CR HR LI LV",
    22: "BG BH DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
_IBAN_LENGTHS = {country: length for length, countries in _IBAN_COUNTRIES.items() for country in countries.split()}

_PASSWORD = re.compile(
    r"(\b(?:pass ?word|passcode|pass ?phrase|passwd|pwd)\b\s{0,2}(?:is|was|:|=|->){1,2}[\s:]{0,2})"
    r"(\"[^\"]{1,100}\"|'[^']{1,100}'|\S{1,100})",
    re.IGNORECASE,
)
_SAID_OF_PASSWORDS = """
    a an the my not no wrong incorrect invalid expired being never always still lost forgotten blocked locked reset
    correct right required needed missing gone what why and but so too working changed weak strong unknown
"""
_NO_PASSWORDS = frozenset(_SAID_OF_PASSWORDS.split())


class Masking:
    """What is masked, and what only looks like it. `order_patterns` are the shop's own, as regular expressions.

    A number is a card's if it has 13 to 19 digits, the check digit of cards, and the beginning and length of a card
    network. One that a courier's check digit proves to be a tracking number as well is left alone where the message
    speaks of a parcel and not of paying. A number of no network we know is masked unless a courier or the shop writes
    its numbers so. What is written as a phone number is left alone.
    """

    def __init__(self, order_patterns: Sequence[str] = ORDER_PATTERNS) -> None:
        self._orders = [re.compile(pattern, re.IGNORECASE) for pattern in order_patterns]

    def mask(self, text: str) -> str:
        """Return the text with what must not be kept replaced by dots and the last four digits."""
        if not _MAY_NEED_IT.search(text):
            return text
        text = _IBAN.sub(_iban, text)
        masked = _RUN.sub(lambda run: self._run(run, text), text)
        masked = _AFTER_CARD.sub(r"\g<1>•••", masked) if masked != text else masked
        return _PASSWORD.sub(_password, _CODE.sub(r"\g<1>•••", masked))

    def deep(self, value: Any) -> Any:
        """Return a JSON value with every text in it masked."""
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, Mapping):
            return {key: self.deep(inner) for key, inner in value.items()}
        return [self.deep(inner) for inner in value] if isinstance(value, list | tuple) else value

    def _run(self, run: re.Match[str], text: str) -> str:
        """Mask the cards among numbers that stand side by side."""
        written = run.group()
        groups = [group.span() for group in _GROUP.finditer(written)]
        out, done, at = "", 0, 0
        while at < len(groups):
            end = self._card_from(written, groups[at:], text, run.start())
            if end:
                digits = re.sub(r"\D", "", written[groups[at][0] : groups[at + end - 1][1]])
                out += f"{written[done : groups[at][0]]}{DOTS} {digits[-4:]}"
                done = groups[at + end - 1][1]
            at += end or 1
        return out + written[done:]

    def _card_from(self, written: str, groups: list[tuple[int, int]], text: str, offset: int) -> int:
        """How many of these groups, from the first on, are a card's number; 0 if none."""
        sizes = [end - start for start, end in groups]
        for count in range(min(len(groups), _LONGEST), 0, -1):
            if not _SHORTEST <= sum(sizes[:count]) <= _LONGEST or not _grouped(tuple(sizes[:count])):
                continue
            start, end = groups[0][0], groups[count - 1][1]
            before = text[max(0, offset + start - 2) : offset + start]
            if self._is_card(written[start:end], text, before):
                return count
        return 0

    def _is_card(self, written: str, text: str, before: str) -> bool:
        digits = re.sub(r"\D", "", written)
        if not luhn(digits[:-1], digits[-1]) or len(set(digits)) == 1:
            return False
        about_card = bool(_ABOUT_CARD.search(text))
        if len(digits) <= _LONGEST_PHONE and not about_card and ("+" in before or _ABOUT_PHONE.search(text)):
            return False
        couriers = detect(digits)
        proven = any(courier.check_digit == "ok" for courier in couriers)
        about_parcel = not about_card and bool(_ABOUT_PARCEL.search(text))
        if _NETWORKS.fullmatch(digits):
            return not (proven and about_parcel)
        ours = proven or any(pattern.fullmatch(written) for pattern in self._orders)
        return not (ours or about_parcel or (couriers and not about_card))


def _grouped(sizes: tuple[int, ...]) -> bool:
    """Whether a card could be written in groups of these sizes; an order number beside a phone number isn't."""
    even = len(set(sizes[:-1])) <= 1 and (len(sizes) < 2 or sizes[-1] <= sizes[0])
    return even or sizes in _UNEVEN


def _iban(found: re.Match[str]) -> str:
    """Mask an account number at its country's length; what follows it stays."""
    written, length = found.group(), _IBAN_LENGTHS.get(found.group(1).upper(), 0)
    places = [place for place, character in enumerate(written) if character.isalnum()]
    if not length or len(places) < length:
        return written
    end = places[length - 1] + 1
    account = "".join(character for character in written[:end] if character.isalnum()).upper()
    if written[end : end + 1].isalnum() or not _fits(account):
        return written
    return f"{DOTS} {account[-4:]}{written[end:]}"


def _fits(account: str) -> bool:
    """Whether the check digits of an account number fit (ISO 13616)."""
    return int("".join(str(int(character, 36)) for character in account[4:] + account[:4])) % 97 == 1


def _password(found: re.Match[str]) -> str:
    said = found.group(2).strip("\"'.,!?").lower()
    return found.group() if said in _NO_PASSWORDS or not said else f"{found.group(1)}{DOTS}"
