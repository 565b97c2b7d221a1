"""The check-digit rules that couriers publish, as functions of a number's digits; knows no courier's format."""

from collections.abc import Sequence

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def mod10(body: str, check: str, even: int, odd: int) -> bool:
    """Whether `check` brings the weighted sum to a multiple of ten; `even` weighs the 1st, 3rd, … character.

    Letters count as on UPS labels: A is 2, B is 3, … I is 0, J is 1 and so on.
    """
    total = sum(_label_value(char) * (odd if place % 2 else even) for place, char in enumerate(body))
    return str(-total % 10) == check


def _label_value(char: str) -> int:
    return int(char) if char.isdigit() else (ord(char) - 3) % 10


def luhn(body: str, check: str) -> bool:
    """Whether `check` fits by Luhn's rule: every second digit from the right is doubled and its digits added."""
    total = 0
    for place, char in enumerate(reversed(body)):
        doubled = int(char) * (1 if place % 2 else 2)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10) == check


def mod7(body: str, check: str) -> bool:
    """Whether `check` is the remainder of the whole number by seven (air waybills)."""
    return str(int(body) % 7) == check


def mod11_then_10(body: str, check: str, weights: Sequence[int]) -> bool:
    """Whether `check` is the weighted sum modulo 11, a remainder of 10 being written 0 (FedEx)."""
    total = sum(int(char) * weight for char, weight in zip(body, weights, strict=True))
    return str(total % 11 % 10) == check


def s10(body: str, check: str) -> bool:
    """Whether `check` fits the eight digits by the Universal Postal Union's S10 rule."""
    rest = 11 - sum(int(char) * weight for char, weight in zip(body, _S10_WEIGHTS, strict=True)) % 11
    return str({10: 0, 11: 5}.get(rest, rest)) == check


def mod37_36(body: str, check: str) -> bool:
    """Whether `check` fits by ISO 7064 MOD 37,36, over digits and letters (DPD)."""
    rest = 36
    for char in body:
        rest = (rest + _ALPHABET.index(char)) % 36 or 36
        rest = rest * 2 % 37
    return (rest + _ALPHABET.index(check)) % 36 == 1
