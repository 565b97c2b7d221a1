"""Canada Post: how its domestic numbers look and what it is called; international items are in s10."""

import re

from tracking.carriers.checks import mod10
from tracking.carriers.formats import Courier, Format


def _check(match: re.Match[str]) -> bool:
    return mod10(match[1], match[2], even=3, odd=1)


COURIER = Courier(
    code="canada_post",
    name="Canada Post",
    url="https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={number}",
    aliases=("CanadaPost", "Postes Canada", "Canada Post Corporation"),
    formats=(
        Format(
            name="Domestic (16)",
            pattern=r"([0-9]{15})([0-9])",
            check=_check,
            rule="mod 10, weights 3 1",
            valid=("0073938000549297", "7035114477138472", "4002847016405018"),
            invalid=("0073938000549292", "7035114477138471", "5002847016405018"),
        ),
    ),
)
