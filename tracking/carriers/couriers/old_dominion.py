"""Old Dominion Freight Line: how its PRO numbers look and what it is called; asks nobody."""

import re

from tracking.carriers.checks import luhn
from tracking.carriers.formats import Courier, Format


def _check(match: re.Match[str]) -> bool:
    return luhn(match[1], match[2])


COURIER = Courier(
    code="old_dominion",
    name="Old Dominion",
    url="https://www.odfl.com/us/en/tools/trace-track-ltl-freight/trace.html?proNumbers={number}",
    aliases=("Old Dominion Freight Line", "ODFL", "Old Dominion Freight"),
    formats=(
        Format(
            name="PRO number (11)",
            pattern=r"((?:77[78]|072)[0-9]{7})([0-9])",
            check=_check,
            rule="Luhn",
            weight=3,
            valid=("07209562763", "77767553207", "77806528897"),
            invalid=("07209562773", "79927398713", "10000000000"),
        ),
        Format(
            name="Guaranteed shipment (11)",
            pattern=r"(80[0-9]{8})([0-9])",
            check=_check,
            rule="Luhn",
            weight=2,
            valid=("80003280379", "80993847369"),
            invalid=("80003280389",),
        ),
    ),
)
