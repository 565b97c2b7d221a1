"""PostNord: how its parcels are numbered, and its share of the S10 numbers; asks PostNord nothing."""

import re

from tracking.carriers.checks import mod10, s10
from tracking.carriers.formats import Courier, Format


def _check_sscc(match: re.Match[str]) -> bool:
    return mod10(match[1], match[2], even=3, odd=1)


def _check_s10(match: re.Match[str]) -> bool:
    return s10(match[1], match[2])


COURIER = Courier(
    code="postnord",
    name="PostNord",
    url="https://tracking.postnord.com/en/tracking?id={number}",
    aliases=(
        "PostNord Sverige",
        "PostNord Sweden",
        "PostNord Danmark",
        "PostNord Denmark",
        "PostNord Norge",
        "PostNord Norway",
        "PostNord Finland",
        "Post Nord",
    ),
    formats=(
        Format(
            name="Swedish parcel (13)",
            pattern=r"[0-9]{11}SE",
            weight=2,
            valid=("96932007555SE",),
            invalid=("9693200755SE", "96932007555DK"),
        ),
        Format(
            # A serial shipping container code of PostNord's, with or without the 00 that says that it is one.
            name="Barcode (18, 20)",
            pattern=r"(?:00)?(373500[0-9]{11})([0-9])",
            check=_check_sscc,
            rule="mod 10, weights 3 1",
            weight=6,
            valid=("00373500454541020957", "373500454541020957"),
            invalid=("00373500454541020958", "00373600454541020954"),
        ),
        Format(
            name="S10 from Sweden or Denmark (13)",
            pattern=r"[A-Z]{2}([0-9]{8})([0-9])(?:SE|DK)",
            check=_check_s10,
            rule="mod 11, weights 8 6 4 2 3 5 9 7",
            weight=1,
            valid=("RB123456785SE", "RB123456785DK"),
            invalid=("RB123456786SE", "RB123456785NO"),
        ),
    ),
)
