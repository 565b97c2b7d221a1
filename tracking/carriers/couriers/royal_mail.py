"""Royal Mail: what it is called, and its share of the S10 numbers; asks Royal Mail nothing."""

import re

from tracking.carriers.checks import s10
from tracking.carriers.formats import Courier, Format


def _check(match: re.Match[str]) -> bool:
    return s10(match[1], match[2])


COURIER = Courier(
    code="royal_mail",
    name="Royal Mail",
    url="https://www.royalmail.com/track-your-item#/tracking-results/{number}",
    aliases=("RoyalMail", "Royal Mail UK", "Royal Mail Tracked 24", "Royal Mail Tracked 48", "Royal Mail Group"),
    formats=(
        Format(
            name="S10 from the United Kingdom (13)",
            pattern=r"[A-Z]{2}([0-9]{8})([0-9])GB",
            check=_check,
            rule="mod 11, weights 8 6 4 2 3 5 9 7",
            weight=1,
            valid=("RB123456785GB",),
            invalid=("RB123456786GB", "RB123456785US"),
        ),
    ),
)
