"""OnTrac: how its numbers look and what it is called; asks OnTrac nothing."""

import re

from tracking.carriers.checks import mod10
from tracking.carriers.formats import Courier, Format

_LETTERS = {"C": "4", "D": "5"}


def _check(match: re.Match[str]) -> bool:
    digit, body = _LETTERS[match[1][0]], match[1][1:]
    return mod10(body if body.startswith(digit) else digit + body, match[2], even=1, odd=2)


COURIER = Courier(
    code="ontrac",
    name="OnTrac",
    url="https://www.ontrac.com/tracking/?number={number}",
    aliases=("OnTracV3", "OnTrac Ground", "OnTrac Direct Post"),
    formats=(
        Format(
            name="C or D (15)",
            pattern=r"([CD][0-9]{13})([0-9])",
            check=_check,
            rule="mod 10, weights 1 2, the letter counting as 4 (C) or 5 (D)",
            weight=1,
            valid=(
                "C11031500001879",
                "C10999911320231",
                "C11121552953069",
                "C11121553156000",
                "C11121552829468",
                "D10011354453707",
                "D10011345983010",
                "D10011342332145",
            ),
            invalid=("C10000000000000", "C11031500001889", "D10011345983012", "D10011342332144"),
        ),
    ),
)
