"""Purolator: how its numbers look and what it is called; asks Purolator nothing."""

import re

from tracking.carriers.checks import luhn
from tracking.carriers.formats import Courier, Format


def _check(match: re.Match[str]) -> bool:
    return luhn(match[1], match[2])


COURIER = Courier(
    code="purolator",
    name="Purolator",
    url="https://www.purolator.com/en/shipping/tracker?pin={number}",
    aliases=("Purolator Courier", "Purolator International", "Purolator Inc"),
    formats=(
        Format(
            name="Numeric (12)",
            pattern=r"([0-5][0-9]{10})([0-9])",
            check=_check,
            rule="Luhn",
            valid=("320595463938", "320606146993", "287809468872", "320610804900", "331426749957", "331434972567"),
            invalid=("320595463939", "287809468875"),
        ),
        Format(
            name="Three letters and nine digits",
            pattern=r"[A-Z]{3}[0-9]{9}",
            valid=("KYV009956937", "CGK002986959", "JFV247545960", "TLR000083964"),
            invalid=("KY009956937",),
        ),
    ),
)
